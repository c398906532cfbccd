"""Whether a ramp may go on: by its schedule and by how things are (A7, X11, S107)."""

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

BURN_SECONDS = 600
ERROR_BUDGET = 2.0  # percent of requests that may fail in an active phase (S107)
BURN_SAMPLES = 20

_HOLDING = (HealthStatus.CRITICAL, HealthStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Policy:
    """How the pace is set. Capacity None: nobody has said how many people can be helped."""

    interval: timedelta
    assistance_capacity: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a step of a ramp is decided on. Incidents: severe ones that nobody has taken."""

    health: HealthSnapshot
    criteria: Sequence[tuple[Criterion, CriterionState]]
    incidents: Sequence[str]
    errors: MetricReading
    waiting_for_help: int


def holds(facts: Facts, policy: Policy, now: datetime) -> list[str]:
    """Everything that keeps a ramp from its next step, as sentences; nothing: it may go on."""
    return [
        *_health(facts.health),
        *_criteria(facts.criteria, policy.interval, now),
        *(f"Incident {line} is not acknowledged." for line in facts.incidents),
        *_budget(facts.errors),
        *_help(facts.waiting_for_help, policy.assistance_capacity),
    ]


def waits_for_people(steps: Sequence[RampStep], step_index: int | None) -> list[str]:
    """Why a ramp has no time for its next step; nothing on the last one, where there is none."""
    if step_index is None or is_last_step(steps, step_index):
        return []
    upcoming = steps[step_index + 1]
    if upcoming.requires_approval:
        return [f"The step to {upcoming.percentage:g} % waits for somebody to approve it."]
    if steps[step_index].hold_seconds is None:
        return [f"The step to {upcoming.percentage:g} % waits for somebody to advance the phase."]
    return []


def _health(snapshot: HealthSnapshot) -> list[str]:
    if not snapshot.checks:
        return ["Health is UNKNOWN: it was never looked at."]
    return [
        f"Health of {state.check} is {state.status.name}: {state.error or 'no reason is known'}."
        for state in snapshot.checks
        if state.status in _HOLDING
    ]


def _criteria(
    criteria: Sequence[tuple[Criterion, CriterionState]], interval: timedelta, now: datetime
) -> list[str]:
    """Criteria that only WARN report, and the ramp goes on (L14).

    So it does while the window of a criterion fills, unless the criterion was failing before (L15).
    """
    reasons = []
    for criterion, state in criteria:
        if criterion.dry_run or criterion.action is GuardAction.WARN:
            continue
        if state.evaluated_at is None or state.judged != criterion:
            reasons.append(f"Criterion {criterion.key} has not been judged yet.")
        elif now - state.evaluated_at > STALE_AFTER_INTERVALS * interval:
            age = (now - state.evaluated_at).total_seconds()
            reasons.append(f"Criterion {criterion.key} was last judged {age:.0f} s ago.")
        elif state.verdict is not Verdict.PASSING and (state.failing or not state.filling):
            verdict = state.verdict.name
            reasons.append(f"Criterion {criterion.key} is {verdict}: {state.explanation}.")
    return reasons


def _budget(errors: MetricReading) -> list[str]:
    """Where too little is known of errors, the criteria and health decide alone."""
    if errors.value is None or errors.samples < BURN_SAMPLES or _keeps_budget(errors.value):
        return []
    return [
        f"The error budget burns {number(errors.value / ERROR_BUDGET)} times as fast as it may: "
        f"{number(errors.value, apart_from=ERROR_BUDGET)} % of requests failed "
        f"in {BURN_SECONDS // 60} min."
    ]


def _keeps_budget(errors: float) -> bool:
    return meets(errors, Comparator.LT, ERROR_BUDGET)


def _help(waiting: int, capacity: int | None) -> list[str]:
    if capacity is None or waiting < capacity:
        return []
    people = "person waits" if waiting == 1 else "people wait"
    return [f"{waiting} {people} for assistance, {capacity} are too many."]
