"""The fault of a rehearsal: a check that fails and a burst of errors, judged by the usual rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.health.health import (
    CheckState,
    CheckType,
    HealthStatus,
    Outcome,
    ProbeResult,
    next_state,
)
from domain.health.health import judge as judge_probe
from domain.metrics.criteria import Aggregation, Comparator, Criterion, GuardAction
from domain.metrics.readings import MetricReading
from domain.phases.guards import due_action
from domain.phases.verdicts import UNJUDGED, CriterionState, judge_criterion

# What is measured while the fault lasts: every second request fails, and slowly (S64).
BURST: Mapping[str, float] = {"error_rate": 50.0, "response_time_ms": 10_000.0}
SAMPLES = 1_000
CHECK = CheckType.API
_TIMEOUT_MS = 5_000

# For phases that promise nothing that would undo them: the alert constant of S64.
STAND_IN = Criterion(
    key="rehearsal_error_rate",
    metric="error_rate",
    aggregation=Aggregation.AVG,
    window_seconds=60,
    comparator=Comparator.LTE,
    threshold=5.0,
    action=GuardAction.ROLLBACK,
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A criterion under the fault."""

    criterion: Criterion
    state: CriterionState

    @property
    def due(self) -> GuardAction | None:
        """What it wants to be done (X1)."""
        return due_action(self.criterion, self.state)


def healthy(now: datetime) -> CheckState:
    """The check before the fault."""
    return CheckState(CHECK, HealthStatus.HEALTHY, since=now, checked_at=now)


def next_reading(state: CheckState, now: datetime) -> CheckState:
    """The check after one more failure (S67)."""
    result = ProbeResult(Outcome.FAILED, _TIMEOUT_MS, "the fault of a rehearsal")
    return next_state(state, judge_probe(result, now), now)


def guarded(criteria: Sequence[Criterion], now: datetime) -> tuple[Criterion, ...]:
    """The criteria that this fault touches; with a stand-in where none of them would roll back."""
    touched = tuple(item for item in criteria if item.metric in BURST)
    if any(_would_roll_back(item, now) for item in touched):
        return touched
    return (*touched, STAND_IN)


def judge_all(
    criteria: Sequence[Criterion], before: Sequence[Judged], now: datetime
) -> tuple[Judged, ...]:
    """All criteria once more."""
    states = {item.criterion.key: item.state for item in before}
    return tuple(_judge_under_fault(item, states.get(item.key, UNJUDGED), now) for item in criteria)


def decision(judged: Sequence[Judged]) -> Judged | None:
    """The first criterion that wants a rollback."""
    return next((item for item in judged if item.due is GuardAction.ROLLBACK), None)


def _judge_under_fault(criterion: Criterion, before: CriterionState, now: datetime) -> Judged:
    reading = MetricReading(BURST[criterion.metric], max(SAMPLES, criterion.min_samples))
    # A rehearsal waits neither for the delay that a launch grants at its start nor for a window.
    started_at = now - timedelta(
        seconds=criterion.initial_delay_seconds + 2 * criterion.window_seconds
    )
    judged = judge_criterion(criterion, reading, before, started_at=started_at, now=now)
    return Judged(criterion, judged)


def _would_roll_back(criterion: Criterion, now: datetime) -> bool:
    judged = Judged(criterion, UNJUDGED)
    for _ in range(criterion.failure_limit):
        judged = _judge_under_fault(criterion, judged.state, now)
    return judged.due is GuardAction.ROLLBACK
