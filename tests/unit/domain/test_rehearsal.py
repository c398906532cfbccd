"""A launch on a copy of its flags, from the first step to the verdict (X4, S112)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.metrics.criteria import Aggregation, Comparator, Criterion, GuardAction
from domain.phases.fault_injection import STAND_IN
from domain.phases.phases import RampStep, RollbackMode
from domain.phases.plans import LinkedFlag
from domain.phases.rehearsal import (
    LONGEST,
    MAX_STEPS,
    MAX_TICKS,
    PEOPLE,
    Rehearsal,
    RehearsalStage,
    RehearsalStatus,
    advance,
    begin,
    exposed,
    finish,
)
from domain.platform.percent import Percent
from domain.propagation.propagation import Propagation
from tests.unit.domain.builders import NOW, make_flag, ramp

PROPAGATED = Propagation(1, NOW, 2, 202, 202, complete=True, complete_ms=40, within_budget=True)
ERRORS = Criterion(
    key="errors",
    metric="error_rate",
    aggregation=Aggregation.RATE,
    window_seconds=60,
    comparator=Comparator.LT,
    threshold=2,
    failure_limit=3,
    action=GuardAction.ROLLBACK,
)


def rehearsal(
    *steps: RampStep,
    criteria: Sequence[Criterion] = (),
    mode: RollbackMode = RollbackMode.DISABLE_ALL,
    enabled: bool = False,
    percentage: float = 0,
) -> Rehearsal:
    flag = make_flag("mvp_chat", enabled=enabled, percentage=percentage)
    return begin([LinkedFlag(flag, Percent(100), 0)], steps, criteria, mode, NOW)


def run(state: Rehearsal, until: RehearsalStage = RehearsalStage.ROLLED_BACK) -> Rehearsal:
    """One stage a second."""
    for second in range(1, 100):
        if state.is_over or state.stage is until:
            return state
        state = advance(state, NOW + timedelta(seconds=second))
    raise AssertionError(state)


def test_the_ramp_reaches_more_users_with_each_step() -> None:
    state = run(rehearsal(*ramp(10, 50, 100)), RehearsalStage.FAULTY)
    shares = [item.people / len(PEOPLE) for item in state.exposed]
    assert shares == pytest.approx([0.1, 0.5, 1.0], abs=0.05)


def test_a_phase_without_a_ramp_goes_to_everybody_at_once() -> None:
    assert [item.people for item in run(rehearsal()).exposed] == [len(PEOPLE)]


def test_a_long_ramp_is_rehearsed_at_a_few_steps_with_its_first_and_last() -> None:
    steps = rehearsal(*ramp(*range(1, 101))).steps
    assert len(steps) == MAX_STEPS
    assert [steps[0].percentage, steps[-1].percentage] == [1.0, 100.0]


def test_the_criterion_of_the_phase_decides_when_its_limit_is_reached() -> None:
    state = run(rehearsal(criteria=[ERRORS]))
    assert (state.decided_by, state.ticks) == ("errors", 3)
    assert state.explanation == "error_rate 50 % > 2 % in 60 s, 1000 samples, 3rd of 3"
    assert state.seconds_to(state.detected_at) == 2  # the check is CRITICAL after two
    assert state.seconds_to(state.decided_at) == 3


@pytest.mark.parametrize(
    "criterion",
    [
        replace(ERRORS, action=GuardAction.HOLD),
        replace(ERRORS, dry_run=True),
        replace(ERRORS, metric="signups_total"),
        replace(ERRORS, threshold=99),
    ],
)
def test_a_phase_that_would_not_be_undone_by_itself_is_told_so(criterion: Criterion) -> None:
    """The stand-in decides, and its name is in the result."""
    assert run(rehearsal(criteria=[criterion])).decided_by == STAND_IN.key


def test_no_decision_is_a_failure_with_a_reason() -> None:
    late = replace(ERRORS, failure_limit=MAX_TICKS + 1)
    state = run(rehearsal(criteria=[late]))
    assert state.status is RehearsalStatus.FAILED
    assert state.failure == f"No rule decided on a rollback in {MAX_TICKS} judgements."


def test_disable_all_leaves_nobody_with_a_flag() -> None:
    state = run(rehearsal(enabled=True, percentage=100))
    assert exposed([item.now for item in state.flags]) == 0
    assert finish(state, PROPAGATED, NOW).status is RehearsalStatus.PASSED


def test_restore_previous_gives_back_what_was_there() -> None:
    mode = RollbackMode.RESTORE_PREVIOUS
    state = run(rehearsal(mode=mode, enabled=True, percentage=30))
    (flag,) = state.flags
    assert flag.now == replace(flag.before, version=flag.now.version)
    assert finish(state, PROPAGATED, NOW).status is RehearsalStatus.PASSED


@pytest.mark.parametrize(
    ("measured", "reason"),
    [
        (replace(PROPAGATED, within_budget=False, slowest="api-1:7"), "within 30 s: api-1:7."),
        (Propagation(1, NOW, within_budget=False), "nobody is there to hear of it."),
    ],
)
def test_a_rollback_that_does_not_reach_everybody_fails(measured: Propagation, reason: str) -> None:
    state = finish(run(rehearsal()), measured, NOW)
    assert state.status is RehearsalStatus.FAILED
    assert str(state.failure).endswith(reason)


def test_users_who_keep_a_flag_fail_it() -> None:
    state = finish(replace(run(rehearsal()), left_over=3), PROPAGATED, NOW)
    assert state.failure == "3 synthetic users kept a flag."


def test_a_worker_that_comes_back_too_late_ends_it() -> None:
    state = advance(rehearsal(), NOW + LONGEST + timedelta(seconds=1))
    assert (state.status, state.stage) == (RehearsalStatus.FAILED, RehearsalStage.RAMPING)


def test_a_finished_rehearsal_does_not_change() -> None:
    state = finish(run(rehearsal()), PROPAGATED, NOW)
    assert advance(state, NOW + timedelta(days=1)) is state


@given(st.lists(st.integers(1, 100), min_size=1, max_size=12, unique=True).map(sorted))
def test_every_ramp_ends_in_a_rollback(shares: list[int]) -> None:
    state = run(rehearsal(*ramp(*shares)))
    assert state.stage is RehearsalStage.ROLLED_BACK
    assert state.left_over == 0
    assert state.exposed[-1].percentage == float(shares[-1])
