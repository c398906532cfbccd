"""The order of causes: what explains what, and for how long (D5, L17)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.health.health import CheckType
from domain.incidents.incident_causes import (
    CAUSE_GRACE,
    CHECKS_BEHIND,
    Links,
    explained_by,
    health_key,
    is_explained,
    of_check,
    of_criterion,
    of_limit,
    of_rollback,
    of_watchdog,
)
from domain.metrics.criteria import GuardAction
from domain.metrics.metric_dependencies import checks_of_metric
from domain.metrics.metrics import OWN
from tests.unit.domain.builders import make_criterion

NOW = datetime(2027, 6, 1, 9, tzinfo=UTC)
RUN = UUID(int=1)
HOLD_LINKS = GuardAction.HOLD
DATABASE, AUTH, EMAIL = (of_check(CheckType(name)) for name in ("database", "auth", "email"))
HOLD = of_criterion(make_criterion("error_rate"), HOLD_LINKS, RUN)
WARN = of_criterion(make_criterion("error_rate"), GuardAction.WARN, RUN)
OTHER_HOLD = of_criterion(make_criterion("response_time_ms"), HOLD_LINKS, RUN)
CUSTOM = of_criterion(make_criterion("custom.carts"), HOLD_LINKS, RUN)
NAMED = of_criterion(
    make_criterion("custom.carts", depends_on=(CheckType.EMAIL,)), GuardAction.HOLD, RUN
)
INDEPENDENT = of_criterion(make_criterion("error_rate", depends_on=()), HOLD_LINKS, RUN)
BY_EMAIL = of_criterion(make_criterion("connections_total"), HOLD_LINKS, RUN)
POOL = of_limit("database_connections_used")
ROLLBACK = of_rollback(["error_rate"])
LIMIT = of_limit("error_rate")


@pytest.mark.parametrize(
    ("cause", "effect", "expected"),
    [
        (DATABASE, AUTH, True),
        (AUTH, DATABASE, False),
        (DATABASE, EMAIL, False),
        (DATABASE, HOLD, True),
        (AUTH, HOLD, True),
        (EMAIL, HOLD, False),
        (EMAIL, BY_EMAIL, True),
        (DATABASE, POOL, True),
        (AUTH, POOL, False),
        (DATABASE, CUSTOM, False),
        (EMAIL, NAMED, True),
        (DATABASE, NAMED, False),
        (DATABASE, INDEPENDENT, False),
        (DATABASE, LIMIT, True),
        (DATABASE, ROLLBACK, False),
        (DATABASE, of_watchdog(), True),
        (ROLLBACK, HOLD, True),
        (ROLLBACK, WARN, True),
        (ROLLBACK, LIMIT, True),
        (ROLLBACK, OTHER_HOLD, False),
        (of_rollback([]), LIMIT, False),
        (HOLD, WARN, True),
        (WARN, HOLD, False),
        (HOLD, LIMIT, True),
        (WARN, LIMIT, True),
        (LIMIT, HOLD, False),
        (HOLD, OTHER_HOLD, False),
    ],
)
def test_causes_explain_their_consequences(cause: Links, effect: Links, expected: bool) -> None:
    assert bool(set(cause.explains) & set(effect.follows_from)) is expected


def test_no_cause_explains_itself() -> None:
    for links in (DATABASE, AUTH, HOLD, WARN, ROLLBACK, LIMIT):
        assert not set(links.explains) & set(links.follows_from)


@pytest.mark.parametrize("metric", OWN)
def test_causes_and_silences_read_one_table(metric: str) -> None:
    """L16, L17: a check that holds the criteria of a metric explains its incidents."""
    keys = {health_key(check) for check in checks_of_metric(metric)}
    for links in (of_limit(metric), of_criterion(make_criterion(metric), HOLD_LINKS, RUN)):
        assert {name for name in links.follows_from if name.startswith("health:")} == keys


def test_the_order_of_checks_has_no_circle() -> None:
    """Each check stands behind what it uses, so some check always opens an incident."""
    for check in CheckType:
        assert check not in CHECKS_BEHIND[check]
        assert not any(is_explained(behind, {check}) for behind in CHECKS_BEHIND[check])


@pytest.mark.parametrize(
    ("start_offset", "end_offset", "expected"),
    [
        (-60, None, True),
        (-600, -60, True),  # it began while the cause was there, and settles
        (-30, -60, False),  # the cause was gone
        (-3600, -301, False),  # it should have settled
        (None, -60, False),
        (None, None, True),
    ],
)
def test_a_cause_explains_what_began_in_its_time(
    start_offset: int | None, end_offset: int | None, expected: bool
) -> None:
    assert timedelta(seconds=300) == CAUSE_GRACE
    first_bad_at, gone_at = (
        None if seconds is None else NOW + timedelta(seconds=seconds)
        for seconds in (start_offset, end_offset)
    )
    assert explained_by(first_bad_at, gone_at, NOW) is expected
