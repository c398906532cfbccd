"""Every metric of our own says which checks it depends on (L16)."""

from domain.health.health import CheckType
from domain.metrics.metric_dependencies import CHECKS_OF_METRICS, checks_of_metric
from domain.metrics.metrics import OWN


def test_every_metric_of_our_own_is_in_the_table() -> None:
    assert CHECKS_OF_METRICS.keys() == OWN.keys()
    assert all(CHECKS_OF_METRICS.values())


def test_metrics_of_others_depend_on_nothing() -> None:
    assert checks_of_metric("custom.orders") == frozenset()
    assert CheckType.EMAIL not in checks_of_metric("error_rate")
