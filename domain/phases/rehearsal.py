"""A launch rehearsed on a copy of its flags: ramp, fault, decision, rollback (X4, S112).

The rules are those of a real run; only the clock runs faster, and no user is affected.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.flags.flags import BucketBy, EvaluationContext, Flag, evaluate
from domain.health.health import CheckState, HealthStatus
from domain.metrics.criteria import Criterion
from domain.phases import fault_injection
from domain.phases.fault_injection import Judged
from domain.phases.phases import RampStep, RollbackMode, stepped_percentage
from domain.phases.plans import LinkedFlag, activated
from domain.platform.percent import Percent
from domain.propagation.propagation import Propagation

STARTED = "started"  # the stage of its first event
PAUSE = timedelta(seconds=0.5)  # of every hold and between two judgements
LONGEST = timedelta(minutes=3)
MAX_TICKS = 20
MAX_STEPS = 8
PEOPLE = tuple(f"rehearsal-{index}" for index in range(500))


class RehearsalStatus(StrEnum):
    """How a rehearsal stands."""

    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"


class RehearsalStage(StrEnum):
    """How far a rehearsal has come."""

    RAMPING = "ramping"
    FAULTY = "faulty"
    DECIDED = "decided"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True, slots=True)
class ShadowFlag:
    """A copy of a flag: what it was, what it is to become, what it is now."""

    before: Flag
    target: Percent
    now: Flag


@dataclass(frozen=True, slots=True)
class Exposed:
    """How many of the synthetic users saw at least one flag at a step of the ramp."""

    percentage: Percent
    people: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Everything that a rehearsal knows, so that another worker can go on with it."""

    started_at: datetime
    flags: tuple[ShadowFlag, ...]
    steps: tuple[RampStep, ...]
    criteria: tuple[Criterion, ...]
    mode: RollbackMode
    check: CheckState
    status: RehearsalStatus = RehearsalStatus.RUNNING
    stage: RehearsalStage = RehearsalStage.RAMPING
    step_index: int = -1
    exposed: tuple[Exposed, ...] = ()
    judged: tuple[Judged, ...] = ()
    ticks: int = 0
    fault_at: datetime | None = None
    detected_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    explanation: str | None = None
    rolled_back_at: datetime | None = None
    propagation: Propagation | None = None
    failure: str | None = None
    ended_at: datetime | None = None
    left_over: int = field(default=0)

    @property
    def is_over(self) -> bool:
        """Passed or failed."""
        return self.status is not RehearsalStatus.RUNNING

    def seconds_to(self, moment: datetime | None) -> float | None:
        """How long after the fault it was."""
        if moment is None or self.fault_at is None:
            return None
        return (moment - self.fault_at).total_seconds()


def begin(
    links: Sequence[LinkedFlag],
    steps: Sequence[RampStep],
    criteria: Sequence[Criterion],
    mode: RollbackMode,
    now: datetime,
) -> Rehearsal:
    """Copy what a launch would touch. A long ramp is rehearsed at a few of its steps."""
    return Rehearsal(
        started_at=now,
        flags=tuple(ShadowFlag(link.flag, link.target, link.flag) for link in links),
        steps=_select_steps(steps) or (RampStep(Percent(100.0)),),
        criteria=fault_injection.guarded(criteria, now),
        mode=mode,
        check=fault_injection.healthy(now),
    )


def advance(state: Rehearsal, now: datetime) -> Rehearsal:
    """One stage further; the last one, from ROLLED_BACK to the end, is `finish`."""
    if state.is_over:
        return state
    if now - state.started_at > LONGEST:
        return failed(state, "It took too long: the worker was away for minutes.", now)
    if state.stage is RehearsalStage.RAMPING:
        return _enter_next_step(state, now)
    if state.stage is RehearsalStage.FAULTY:
        return _judge_tick(state, now)
    if state.stage is RehearsalStage.DECIDED:
        return _roll_back(state, now)
    return state


def finish(state: Rehearsal, measured: Propagation, now: datetime) -> Rehearsal:
    """Passed where every process had the rollback in time and no synthetic user kept a flag."""
    state = replace(state, propagation=measured)
    if state.left_over:
        return failed(state, f"{state.left_over} synthetic users kept a flag.", now)
    if measured.within_budget is not True:
        slowest = measured.slowest or "nobody is there to hear of it"
        return failed(state, f"The rollback did not reach everybody within 30 s: {slowest}.", now)
    return replace(state, status=RehearsalStatus.PASSED, ended_at=now)


def failed(state: Rehearsal, why: str, now: datetime) -> Rehearsal:
    """Ended with a reason."""
    return replace(state, status=RehearsalStatus.FAILED, failure=why, ended_at=now)


def exposed(flags: Sequence[Flag]) -> int:
    """How many of the synthetic users see at least one of these flags."""
    return sum(
        any(evaluate(flag, _synthetic_user(name, flag)).value for flag in flags) for name in PEOPLE
    )


def _select_steps(steps: Sequence[RampStep]) -> tuple[RampStep, ...]:
    if len(steps) <= MAX_STEPS:
        return tuple(steps)
    last = len(steps) - 1
    return tuple(steps[round(index * last / (MAX_STEPS - 1))] for index in range(MAX_STEPS))


def _enter_next_step(state: Rehearsal, now: datetime) -> Rehearsal:
    """Up to the next step; after the last one the fault sets in."""
    index = state.step_index + 1
    if index >= len(state.steps):
        return replace(state, stage=RehearsalStage.FAULTY, fault_at=now)
    flags = tuple(_step_flag(item, state.steps, index) for item in state.flags)
    seen = Exposed(state.steps[index].percentage, exposed([item.now for item in flags]))
    return replace(state, step_index=index, flags=flags, exposed=(*state.exposed, seen))


def _step_flag(item: ShadowFlag, steps: Sequence[RampStep], index: int) -> ShadowFlag:
    state = activated(item.now.state, stepped_percentage(item.target, steps, index))
    now = replace(
        item.now,
        enabled=state.enabled,
        rollout_percentage=state.rollout_percentage,
        version=state.version,
        parts=None,
    )
    return replace(item, now=now)


def _judge_tick(state: Rehearsal, now: datetime) -> Rehearsal:
    """One tick under the fault: the check fails, the criteria are judged on the burst."""
    check = fault_injection.next_reading(state.check, now)
    judged = fault_injection.judge_all(state.criteria, state.judged, now)
    decided = fault_injection.decision(judged)
    is_bad = check.status is HealthStatus.CRITICAL or any(item.due for item in judged)
    state = replace(
        state,
        ticks=state.ticks + 1,
        check=check,
        judged=judged,
        detected_at=state.detected_at or (now if is_bad else None),
    )
    if decided is not None:
        return replace(
            state,
            stage=RehearsalStage.DECIDED,
            decided_at=now,
            decided_by=decided.criterion.key,
            explanation=decided.state.explanation,
        )
    if state.ticks >= MAX_TICKS:
        return failed(state, f"No rule decided on a rollback in {MAX_TICKS} judgements.", now)
    return state


def _roll_back(state: Rehearsal, now: datetime) -> Rehearsal:
    flags = tuple(_undo_flag(item, state.mode) for item in state.flags)
    before = exposed([item.before for item in flags])
    restored = before if state.mode is RollbackMode.RESTORE_PREVIOUS else 0
    return replace(
        state,
        stage=RehearsalStage.ROLLED_BACK,
        flags=flags,
        rolled_back_at=now,
        left_over=max(exposed([item.now for item in flags]) - restored, 0),
    )


def _undo_flag(item: ShadowFlag, mode: RollbackMode) -> ShadowFlag:
    version = item.now.version + 1
    if mode is RollbackMode.RESTORE_PREVIOUS:
        return replace(item, now=replace(item.before, version=version))
    return replace(item, now=replace(item.now, enabled=False, version=version))


def _synthetic_user(name: str, flag: Flag) -> EvaluationContext:
    """In every group that the flag wants: a rehearsal is about percentages."""
    groups = frozenset(group for group in flag.target_groups if "user:" not in group)
    return EvaluationContext({BucketBy.USER: name}, groups)
