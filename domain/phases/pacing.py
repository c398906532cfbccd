"""Decides whether a ramp may take its next step: by schedule and state (A7, X11, S107)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.health.health import STALE_AFTER_INTERVALS, HealthSnapshot, HealthStatus
from domain.metrics.comparisons import meets
from domain.metrics.criteria import Comparator, Criterion, GuardAction, Verdict
from domain.metrics.readings import MetricReading
from domain.phases.phases import RampStep, is_last_step
from domain.phases.verdicts import CriterionState
from domain.platform.text_format import number

BURN_RATE_SECONDS = 600
ERROR_BUDGET = 2.0  # percent of requests that may fail in an active phase (S107)
MIN_BURN_RATE_SAMPLES = 20

_BLOCKING = (HealthStatus.CRITICAL, HealthStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class PacingPolicy:
    """The rules of this launch. Without a capacity, requests for help block nothing."""

    interval: timedelta
    assistance_capacity: int | None


@dataclass(frozen=True, slots=True)
class RampConditions:
    """The input of the decision. `incidents`: severe ones that are not acknowledged."""

    health: HealthSnapshot
    criteria: Sequence[tuple[Criterion, CriterionState]]
    incidents: Sequence[str]
    errors: MetricReading
    waiting_for_help: int


def blockers_of_next_step(
    conditions: RampConditions, policy: PacingPolicy, now: datetime
) -> list[str]:
    """Return everything that keeps a ramp from its next step, as sentences."""
    return [
        *_health_blockers(conditions.health),
        *_criteria_blockers(conditions.criteria, policy.interval, now),
        *(f"Incident {incident} is not acknowledged." for incident in conditions.incidents),
        *_error_budget_blockers(conditions.errors),
        *_help_blockers(conditions.waiting_for_help, policy.assistance_capacity),
    ]


def manual_step_blockers(steps: Sequence[RampStep], step_index: int | None) -> list[str]:
    """Return why the next step waits for a person; empty on the last step."""
    if step_index is None or is_last_step(steps, step_index):
        return []
    upcoming = steps[step_index + 1]
    if upcoming.requires_approval:
        return [f"The step to {upcoming.percentage:g} % waits for somebody to approve it."]
    if steps[step_index].hold_seconds is None:
        return [f"The step to {upcoming.percentage:g} % waits for somebody to advance the phase."]
    return []


def _health_blockers(snapshot: HealthSnapshot) -> list[str]:
    if not snapshot.checks:
        return ["Health is UNKNOWN: no check has run yet."]
    return [
        f"Health of {state.check} is {state.status.name}: {state.error or 'no error was reported'}."
        for state in snapshot.checks
        if state.status in _BLOCKING
    ]


def _criteria_blockers(
    criteria: Sequence[tuple[Criterion, CriterionState]], interval: timedelta, now: datetime
) -> list[str]:
    """Return a sentence for each criterion that blocks the step.

    A criterion that only warns blocks nothing (L14), nor does one whose window is still filling,
    unless it was failing before (L15).
    """
    blockers = []
    for criterion, state in criteria:
        if criterion.dry_run or criterion.action is GuardAction.WARN:
            continue
        if state.evaluated_at is None or state.judged != criterion:
            blockers.append(f"Criterion {criterion.key} has not been judged yet.")
        elif now - state.evaluated_at > STALE_AFTER_INTERVALS * interval:
            age = (now - state.evaluated_at).total_seconds()
            blockers.append(f"Criterion {criterion.key} was last judged {age:.0f} s ago.")
        elif state.verdict is not Verdict.PASSING and (state.failing or not state.filling):
            verdict = state.verdict.name
            blockers.append(f"Criterion {criterion.key} is {verdict}: {state.explanation}.")
    return blockers


def _error_budget_blockers(errors: MetricReading) -> list[str]:
    """With too few requests to judge, only the criteria and health decide."""
    if (
        errors.value is None
        or errors.samples < MIN_BURN_RATE_SAMPLES
        or _is_within_budget(errors.value)
    ):
        return []
    return [
        f"The error budget burns {number(errors.value / ERROR_BUDGET)} times as fast as it may: "
        f"{number(errors.value, apart_from=ERROR_BUDGET)} % of requests failed "
        f"in {BURN_RATE_SECONDS // 60} min."
    ]


def _is_within_budget(errors: float) -> bool:
    return meets(errors, Comparator.LT, ERROR_BUDGET)


def _help_blockers(waiting: int, capacity: int | None) -> list[str]:
    if capacity is None or waiting < capacity:
        return []
    requests = "request" if waiting == 1 else "requests"
    return [f"{waiting} open {requests} for help; the limit is {capacity}."]
