"""Success criteria are checked when they are written (S15, A9, X1)."""

import math
from dataclasses import replace

import pytest

from domain.errors import Invalid
from domain.metrics.criteria import Aggregation, Comparator, Criterion, GuardAction
from domain.metrics.metrics import OWN
from domain.phases.criterion_checks import MAX_CRITERIA, check_criteria, problems

GOOD = Criterion("errors_low", "error_rate", Aggregation.RATE, 60, Comparator.LT, 2.0)


def test_the_default_action_holds() -> None:
    """X1: argo-rollouts#2866 wants a pause, not an abort."""
    assert (GOOD.action, GOOD.min_samples, GOOD.failure_limit) == (GuardAction.HOLD, 20, 2)
    assert GOOD.dry_run is False


@pytest.mark.parametrize("metric", [*sorted(OWN), "custom.x", "custom." + "x" * 93])
def test_accepts_known_metrics_and_custom_ones(metric: str) -> None:
    check_criteria([replace(GOOD, metric=metric, aggregation=Aggregation.COUNT)])


@pytest.mark.parametrize(
    ("metric", "aggregation"),
    [
        ("signups_total", Aggregation.P95),
        ("signups_total", Aggregation.AVG),
        ("error_rate", Aggregation.SUM),
        ("error_rate", Aggregation.P50),
        ("response_time_ms", Aggregation.RATE),
        ("response_time_ms", Aggregation.LAST),
        ("event_loop_lag_ms", Aggregation.P95),
        ("event_loop_lag_ms", Aggregation.SUM),
        ("websockets_open", Aggregation.RATE),
        ("custom.orders", Aggregation.P99),
    ],
)
def test_refuses_what_samples_of_a_kind_cannot_become(
    metric: str, aggregation: Aggregation
) -> None:
    """S15: said when it is written, not when the phase is live."""
    with pytest.raises(Invalid, match=f"it has no {aggregation.name}") as caught:
        check_criteria([replace(GOOD, metric=metric, aggregation=aggregation)])
    assert caught.value.path == ("input", "successCriteria", "0", "aggregation")


def test_a_window_covers_two_hand_overs() -> None:
    """Requests come in every ten seconds: a window of ten may hold none of them."""
    with pytest.raises(Invalid, match="between 20 and") as caught:
        check_criteria([replace(GOOD, window_seconds=19)])
    assert caught.value.path == ("input", "successCriteria", "0", "windowSeconds")


@pytest.mark.parametrize(
    "metric", ["", "errors", "ERROR_RATE", "custom", "custom.", "Custom.x", "custom." + "x" * 94]
)
def test_refuses_an_unknown_metric(metric: str) -> None:
    """S15: unknown metric rejected."""
    with pytest.raises(Invalid, match="no metric") as caught:
        check_criteria([GOOD, replace(GOOD, key="other", metric=metric)])
    assert caught.value.path == ("input", "successCriteria", "1", "metric")


@pytest.mark.parametrize(
    "edge",
    [
        replace(GOOD, window_seconds=20),
        replace(GOOD, metric="custom.x", window_seconds=10),
        replace(GOOD, window_seconds=86_400),
        replace(GOOD, min_samples=0),
        replace(GOOD, initial_delay_seconds=86_400),
        replace(GOOD, failure_limit=1),
        replace(GOOD, failure_limit=100),
        replace(GOOD, threshold=-1e308),
    ],
)
def test_accepts_numbers_at_their_limits(edge: Criterion) -> None:
    check_criteria([edge])


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (replace(GOOD, key="Errors"), "key"),
        (replace(GOOD, metric="custom.x", window_seconds=9), "windowSeconds"),
        (replace(GOOD, window_seconds=86_401), "windowSeconds"),
        (replace(GOOD, min_samples=-1), "minSamples"),
        (replace(GOOD, min_samples=1_000_001), "minSamples"),
        (replace(GOOD, initial_delay_seconds=-1), "initialDelaySeconds"),
        (replace(GOOD, initial_delay_seconds=86_401), "initialDelaySeconds"),
        (replace(GOOD, failure_limit=0), "failureLimit"),
        (replace(GOOD, failure_limit=101), "failureLimit"),
        (replace(GOOD, threshold=math.nan), "threshold"),
        (replace(GOOD, threshold=math.inf), "threshold"),
        (replace(GOOD, threshold=-math.inf), "threshold"),
    ],
)
def test_a_bad_field_is_named(bad: Criterion, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_criteria([bad])
    assert caught.value.path == ("input", "successCriteria", "0", field)


def test_two_criteria_cannot_share_a_key() -> None:
    with pytest.raises(Invalid, match="errors_low") as caught:
        check_criteria([GOOD, replace(GOOD, metric="response_time_ms")])
    assert caught.value.path == ("input", "successCriteria", "1", "key")


def test_the_number_of_criteria_is_limited() -> None:
    many = [replace(GOOD, key=f"errors_{number}") for number in range(MAX_CRITERIA + 1)]
    check_criteria(many[:-1])
    with pytest.raises(Invalid) as caught:
        check_criteria(many)
    assert caught.value.path == ("input", "successCriteria")


def test_problems_are_sentences_for_the_readiness_list() -> None:
    """X2: criteria parse."""
    assert problems([]) == problems([GOOD]) == []
    assert problems([replace(GOOD, threshold=math.nan)]) == ["A threshold is a finite number."]
