"""Phases: which moves are allowed, and how far a ramp reaches (S1, S45, S54, A7)."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid, InvalidTransition
from domain.phases.phases import (
    PhaseAction,
    PhaseStatus,
    RampStep,
    RollbackMode,
    RollbackPlan,
    available_actions,
    check_plan,
    check_steps,
    is_last_step,
    next_status,
    next_step_at,
    next_step_index,
    stepped_percentage,
    target_percentage,
)
from domain.platform.percent import Percent
from services.mail.email_addresses import is_address
from tests.unit.domain.builders import NOW, percents, ramp

MOVES = {
    (PhaseStatus.PLANNED, PhaseAction.ACTIVATE): PhaseStatus.ACTIVE,
    (PhaseStatus.ROLLED_BACK, PhaseAction.ACTIVATE): PhaseStatus.ACTIVE,
    (PhaseStatus.ACTIVE, PhaseAction.PAUSE): PhaseStatus.PAUSED,
    (PhaseStatus.PAUSED, PhaseAction.RESUME): PhaseStatus.ACTIVE,
    (PhaseStatus.ACTIVE, PhaseAction.ADVANCE): PhaseStatus.ACTIVE,
    (PhaseStatus.ACTIVE, PhaseAction.COMPLETE): PhaseStatus.COMPLETED,
    (PhaseStatus.ACTIVE, PhaseAction.ROLLBACK): PhaseStatus.ROLLED_BACK,
    (PhaseStatus.PAUSED, PhaseAction.ROLLBACK): PhaseStatus.ROLLED_BACK,
}
EVERY_PAIR = list(product(PhaseStatus, PhaseAction))
FORBIDDEN = [pair for pair in EVERY_PAIR if pair not in MOVES]
STEPS = ramp(5, 25, 50, hold_seconds=600)

widening = st.lists(percents.filter(bool), unique=True, max_size=8).map(lambda p: ramp(*sorted(p)))
indexes = st.none() | st.integers(0, 10)


@pytest.mark.parametrize(("status", "action"), MOVES)
def test_an_allowed_move_leads_to_its_status(status: PhaseStatus, action: PhaseAction) -> None:
    assert next_status(status, action) is MOVES[status, action]


@pytest.mark.parametrize(("status", "action"), FORBIDDEN)
def test_every_other_move_is_refused(status: PhaseStatus, action: PhaseAction) -> None:
    """S18, S54: 30 pairs, 8 moves."""
    with pytest.raises(InvalidTransition, match=status if status != "completed" else None):
        next_status(status, action)
    assert len(FORBIDDEN) == len(EVERY_PAIR) - len(MOVES) == 22


@pytest.mark.parametrize("mode", [None, RollbackMode.DISABLE_ALL])
def test_a_completed_phase_is_not_rolled_back_to_nothing(mode: RollbackMode | None) -> None:
    """Requirement S54."""
    with pytest.raises(InvalidTransition, match="RESTORE_PREVIOUS") as caught:
        next_status(PhaseStatus.COMPLETED, PhaseAction.ROLLBACK, mode=mode)
    assert caught.value.path == ("input", "mode")


@pytest.mark.parametrize("status", ["active", "paused", "completed"])
def test_live_and_completed_phases_can_be_restored(status: str) -> None:
    """S54, decision 6."""
    mode = RollbackMode.RESTORE_PREVIOUS
    after = next_status(PhaseStatus(status), PhaseAction.ROLLBACK, mode=mode)
    assert after is PhaseStatus.ROLLED_BACK


@pytest.mark.parametrize("status", ["planned", "rolled_back"])
@pytest.mark.parametrize("mode", list(RollbackMode))
def test_a_phase_that_is_not_live_cannot_be_rolled_back(status: str, mode: RollbackMode) -> None:
    with pytest.raises(InvalidTransition):
        next_status(PhaseStatus(status), PhaseAction.ROLLBACK, mode=mode)


@pytest.mark.parametrize("status", list(PhaseStatus))
def test_the_buttons_are_the_allowed_moves(status: PhaseStatus) -> None:
    """S76: in the middle of a ramp."""
    allowed = [action for action in PhaseAction if (status, action) in MOVES]
    if status is PhaseStatus.COMPLETED:  # S54: with RESTORE_PREVIOUS
        allowed = [PhaseAction.ROLLBACK]
    assert available_actions(status, STEPS, 1) == allowed


@pytest.mark.parametrize(("steps", "index"), [(STEPS, 2), (STEPS, 3), ([], 0), ([], None)])
def test_no_advance_where_no_step_is_left(steps: Sequence[RampStep], index: int | None) -> None:
    actions = available_actions(PhaseStatus.ACTIVE, steps, index)
    assert actions == [PhaseAction.PAUSE, PhaseAction.COMPLETE, PhaseAction.ROLLBACK]
    assert is_last_step(steps, index)
    with pytest.raises(InvalidTransition, match="last step"):
        next_step_index(steps, index)


def test_advancing_takes_one_step_at_a_time() -> None:
    assert [next_step_index(STEPS, index) for index in (0, 1)] == [1, 2]


@pytest.mark.parametrize(("index", "seconds"), [(0, 600), (1, 600), (2, None), (3, None)])
def test_a_held_step_ends_by_itself_except_the_last(index: int, seconds: int | None) -> None:
    """A8: nextStepAt."""
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert next_step_at(STEPS, index, NOW) == expected


def test_a_ramp_without_index_or_start_has_no_next_step() -> None:
    assert next_step_at(STEPS, None, NOW) is None
    assert next_step_at(STEPS, 0, None) is None
    assert next_step_at([], 0, NOW) is None


def test_a_step_without_hold_or_before_an_approval_waits_for_a_human() -> None:
    """A7: approval gates."""
    gated = [RampStep(Percent(5), 600), RampStep(Percent(50), 600, requires_approval=True)]
    assert next_step_at(gated, 0, NOW) is None
    assert next_step_at(ramp(5, 50), 0, NOW) is None


def test_a_hold_of_0_seconds_moves_on_at_once() -> None:
    assert next_step_at(ramp(5, 50, hold_seconds=0), 0, NOW) == NOW


@pytest.mark.parametrize(
    ("link", "own", "expected"),
    [(None, 0, 100), (None, 30, 30), (None, 100, 100), (0, 30, 0), (40, 0, 40), (40, 30, 40)],
)
def test_the_target_is_the_links_then_the_flags_then_everybody(
    link: float | None, own: float, expected: float
) -> None:
    """Decision 1: with 0 as its default, the source's activated phase reached nobody."""
    target = None if link is None else Percent(link)
    assert target_percentage(target, Percent(own)) == expected


@pytest.mark.parametrize(
    ("index", "expected"), [(0, 5), (1, 25), (2, 40), (3, 40), (10**9, 40), (None, 40), (-1, 5)]
)
def test_a_ramp_is_clamped_at_both_ends(index: int | None, expected: float) -> None:
    """go-feature-flag#4630: a ramp went on beyond its end."""
    assert stepped_percentage(Percent(40), STEPS, index) == expected


@given(percents, widening, indexes)
def test_a_step_never_exceeds_the_target(
    target: Percent, steps: list[RampStep], index: int | None
) -> None:
    assert 0 <= stepped_percentage(target, steps, index) <= target


@given(percents, widening, st.integers(0, 10), st.integers(0, 10))
def test_a_later_step_never_reaches_fewer(
    target: Percent, steps: list[RampStep], one: int, other: int
) -> None:
    early, late = sorted((one, other))
    reached = [stepped_percentage(target, steps, index) for index in (early, late)]
    assert reached == sorted(reached)


@given(percents, widening, st.integers(0, 100))
def test_past_the_end_the_target_is_reached(
    target: Percent, steps: list[RampStep], beyond: int
) -> None:
    """flagger#189: success was reported with a step that never came to the maximum."""
    assert stepped_percentage(target, steps, len(steps) + beyond) == target
    assert stepped_percentage(target, steps, None) == target


@given(widening)
def test_a_widening_ramp_is_accepted(steps: list[RampStep]) -> None:
    check_steps(steps)


@pytest.mark.parametrize(
    ("steps", "place"),
    [
        (ramp(0, 50), ("0", "percentage")),
        (ramp(50, 50), ("1", "percentage")),
        (ramp(5, 50, 25), ("2", "percentage")),
        ([RampStep(Percent(5), -1)], ("0", "holdSeconds")),
        ([RampStep(Percent(5), 0), RampStep(Percent(6), 30 * 86_400 + 1)], ("1", "holdSeconds")),
    ],
)
def test_a_bad_step_is_named(steps: list[RampStep], place: tuple[str, str]) -> None:
    with pytest.raises(Invalid) as caught:
        check_steps(steps)
    assert caught.value.path == ("input", "steps", *place)


@pytest.mark.parametrize("plan", [None, RollbackPlan(), RollbackPlan(manual_steps=("call",) * 50)])
def test_a_plan_that_can_be_kept_is_accepted(plan: RollbackPlan | None) -> None:
    check_plan(plan)


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (RollbackPlan(drain_seconds=1), "drainSeconds"),
        (RollbackPlan(drain_seconds=-1), "drainSeconds"),
        (RollbackPlan(manual_steps=("call",) * 51), "manualSteps"),
        (RollbackPlan(manual_steps=("x" * 501,)), "manualSteps"),
        (RollbackPlan(notify=("ops@wedsync.app",) * 51), "notify"),
    ],
)
def test_a_plan_that_cannot_be_kept_names_its_field(plan: RollbackPlan, field: str) -> None:
    """Requirement S56."""
    with pytest.raises(Invalid) as caught:
        check_plan(plan)
    assert caught.value.path == ("input", "rollbackPlan", field)


@pytest.mark.parametrize(
    ("places", "bad"),
    [
        (("ops@wedsync.app", "slack://***"), None),
        (("#launch",), "0"),
        (("ops@wedsync.app", "json://elsewhere"), "1"),
        (("ops@nowhere",), "0"),
        (("",), "0"),
    ],
)
def test_a_plan_notifies_channels_and_addresses_only(
    places: tuple[str, ...], bad: str | None
) -> None:
    """L22: anything was kept, and nobody was told."""
    plan = RollbackPlan(notify=places)
    if bad is None:
        check_plan(plan, ["slack://***"], is_address)
        return
    with pytest.raises(Invalid, match="alert channel: slack://") as caught:
        check_plan(plan, ["slack://***"], is_address)
    assert caught.value.path == ("input", "rollbackPlan", "notify", bad)
