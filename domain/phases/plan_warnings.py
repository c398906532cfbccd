"""What an operator should know before an activation that does not speak against it (L11, L22)."""

from collections.abc import Collection, Iterable
from datetime import datetime

from domain.flags.kills import is_killed
from domain.metrics.criteria import Criterion, GuardAction
from domain.metrics.metrics import FAILED_SIGNUPS, SIGNUP_SERVER_ERRORS
from domain.phases.phases import PhaseStatus
from domain.platform.text_format import format_duration, moment

_WAITING = frozenset({PhaseStatus.PLANNED})


def missed_start(
    status: PhaseStatus, planned_start_at: datetime | None, now: datetime
) -> str | None:
    """Says so where a phase that has not started should have; None otherwise."""
    if status not in _WAITING or planned_start_at is None or planned_start_at >= now:
        return None
    late = format_duration(now - planned_start_at)
    return f"It was planned to start at {moment(planned_start_at)}, {late} ago."


def visitor_driven(criteria: Iterable[Criterion]) -> list[str]:
    """A warning for each criterion that acts on what any visitor can bring about (SEC12)."""
    return [
        f"{item.key} acts on {FAILED_SIGNUPS}, which visitors can raise by failing to sign up: "
        f"use {SIGNUP_SERVER_ERRORS}."
        for item in criteria
        if item.metric == FAILED_SIGNUPS and item.action is not GuardAction.WARN
    ]


def killed_flags(keys: Iterable[str], killed: Collection[str]) -> list[str]:
    """A warning for each flag that a kill switch forces off."""
    return [
        f"{key} is killed: it stays off until its kill is lifted."
        for key in keys
        if is_killed(key, killed)
    ]
