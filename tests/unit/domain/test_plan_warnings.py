"""What a plan warns of without speaking against it (L11, L22)."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.metrics.criteria import Aggregation, Comparator, Criterion, GuardAction
from domain.phases.phases import PhaseStatus
from domain.phases.plan_warnings import killed_flags, missed_start, visitor_driven

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "ago", "text"),
    [
        (PhaseStatus.PLANNED, timedelta(hours=3), "09:00:00 UTC, 3 h 0 min ago"),
        (PhaseStatus.PLANNED, timedelta(seconds=-1), None),
        (PhaseStatus.PLANNED, None, None),
        (PhaseStatus.ACTIVE, timedelta(hours=3), None),
        (PhaseStatus.ROLLED_BACK, timedelta(hours=3), None),
    ],
)
def test_a_start_that_was_missed(
    status: PhaseStatus, ago: timedelta | None, text: str | None
) -> None:
    """L22: plannedStartAt was never read."""
    now = NOW + (ago or timedelta(0))
    warning = missed_start(status, NOW if ago is not None else None, now)
    assert warning is None if text is None else text in (warning or "")


def test_killed_flags_are_named() -> None:
    assert killed_flags(["mvp_chat", "mvp_maps"], {"mvp_maps"}) == [
        "mvp_maps is killed: it stays off until its kill is lifted."
    ]
    assert len(killed_flags(["mvp_chat", "mvp_maps"], {"*"})) == 2


@pytest.mark.parametrize(
    ("metric", "action", "warned"),
    [
        ("failed_signups", GuardAction.HOLD, True),
        ("failed_signups", GuardAction.ROLLBACK, True),
        ("failed_signups", GuardAction.WARN, False),
        ("signup_server_errors", GuardAction.ROLLBACK, False),
    ],
)
def test_a_guard_that_visitors_can_drive_is_named(
    metric: str, action: GuardAction, warned: bool
) -> None:
    """SEC12: a visitor who fails to sign up would hold or roll back the launch."""
    item = Criterion("signups", metric, Aggregation.SUM, 300, Comparator.LT, 10.0, action=action)
    assert bool(visitor_driven([item])) is warned
