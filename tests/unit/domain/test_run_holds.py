"""Who wants what of a flag, and what is in force (D1, L1, L8, L10, ADR 27)."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid, InvalidTransition, LaunchError, Locked, Required
from domain.flags.owner_edits import WIDENED, OwnerEdit, edit_parts
from domain.flags.run_holds import (
    FlagParts,
    FlagValues,
    RunHold,
    complete,
    enter_step,
    lift_ceiling,
    restore,
    switch_off,
    take_hold,
)
from domain.platform.percent import Percent
from tests.unit.domain.builders import percents

RUN, OTHER = UUID(int=1), UUID(int=2)
OFF = FlagParts(FlagValues(False, Percent(0)))
owners = st.builds(FlagValues, st.booleans(), percents)
holds = st.builds(
    RunHold,
    st.just(RUN),
    st.none() | st.booleans(),
    st.none() | percents,
    st.none() | percents,
    st.none() | percents,
)
parts = st.builds(FlagParts, owners, st.none() | holds)
edits = st.builds(OwnerEdit, st.just("Ann"), st.none() | st.booleans(), st.none() | percents)


def held_parts(target: float = 100, step: float | None = 25, owner: FlagParts = OFF) -> FlagParts:
    share = None if step is None else Percent(step)
    return take_hold(owner, RUN, target=Percent(target), step=share)


def edit(
    before: FlagParts,
    *,
    live: bool = True,
    groups: tuple[str, ...] = (),
    **fields: Any,  # noqa: ANN401 - those of OwnerEdit
) -> FlagParts:
    return edit_parts(before, OwnerEdit("Ann", **fields), is_live=live, groups=groups)[0]


def in_force(parts: FlagParts) -> tuple[bool, float]:
    return parts.in_force.enabled, parts.in_force.percentage


@pytest.mark.parametrize(
    ("target", "step", "ceiling", "expected"),
    [(100, 25, None, 25), (10, 25, None, 10), (100, 25, 5, 5), (100, None, None, 100)],
)
def test_in_force_is_the_least_of_target_step_and_ceiling(
    target: float, step: float | None, ceiling: float | None, expected: float
) -> None:
    parts = held_parts(target, step)
    if ceiling is not None:
        parts = edit(parts, percentage=Percent(ceiling))
    assert in_force(parts) == (True, expected)
    assert parts.owner == OFF.owner


def test_a_ramp_reaches_the_target_after_a_rollback() -> None:
    """L1: roll back, activate again, advance to the end, complete."""
    parts = switch_off(held_parts(step=5), RUN)
    assert in_force(parts) == (False, 5)
    parts = take_hold(parts, OTHER, target=Percent(100), step=Percent(5))
    for step in (25, 50, 100):
        parts = enter_step(parts, Percent(step))
        assert in_force(parts) == (True, step)
    assert in_force(complete(parts)) == (True, 100)
    assert parts.owner == OFF.owner


def test_completing_early_drops_the_step_and_keeps_the_ceiling() -> None:
    assert in_force(complete(held_parts(step=5))) == (True, 100)
    assert in_force(complete(edit(held_parts(step=25), percentage=Percent(5)))) == (True, 5)


def test_a_person_limits_a_live_run_and_steps_do_not_overwrite_it() -> None:
    """Finding L8."""
    parts = edit(held_parts(step=25), percentage=Percent(5))
    assert parts.hold is not None
    assert (parts.hold.ceiling, parts.hold.ceiling_by) == (Percent(5), "Ann")
    assert in_force(enter_step(parts, Percent(50))) == (True, 5)
    assert in_force(lift_ceiling(parts)) == (True, 25)
    with pytest.raises(InvalidTransition):
        lift_ceiling(held_parts())


def test_above_the_step_needs_override_and_a_reason() -> None:
    """A13: a flag that is released stays with its run, and rolls back with it."""
    with pytest.raises(Locked):
        edit(held_parts(step=25), percentage=Percent(60))
    with pytest.raises(Required):
        edit(held_parts(step=25), percentage=Percent(60), override=True)
    parts = edit(held_parts(step=25), percentage=Percent(60), override=True, reason="a demo")
    assert in_force(enter_step(parts, Percent(50))) == (True, 60)
    assert parts.owner.percentage == Percent(60)
    assert in_force(switch_off(parts, RUN)) == (False, 60)
    assert in_force(restore(parts, RUN, FlagValues(False, Percent(0)))) == (False, 60)


@pytest.mark.parametrize(
    ("fields", "error"),
    [({"override": True}, Required), ({"override": True, "percentage": Percent(5)}, Invalid)],
)
def test_an_override_that_overrides_nothing_is_refused(
    fields: dict[str, Any], error: type[LaunchError]
) -> None:
    with pytest.raises(error):
        edit(OFF, live=False, **fields)


def test_a_person_switches_a_flag_off_and_on_during_a_run() -> None:
    parts = edit(held_parts(step=5), enabled=False)
    assert in_force(parts) == (False, 5)
    parts = edit(enter_step(parts, Percent(25)), enabled=True)
    assert in_force(parts) == (True, 25)
    assert parts.hold is not None
    assert in_force(restore(parts, RUN, OFF.owner)) == (False, 0)


def test_after_a_rollback_by_disabling_a_percentage_is_needed() -> None:
    parts = switch_off(held_parts(step=5), RUN)
    with pytest.raises(Required):
        edit(parts, live=False, enabled=True)
    assert edit(parts, live=False, enabled=True, percentage=Percent(5)) == FlagParts(
        FlagValues(True, Percent(5))
    )
    assert in_force(edit(parts, live=False, percentage=Percent(30))) == (False, 30)


def test_after_completion_the_owners_value_replaces_what_the_run_holds() -> None:
    parts = complete(held_parts(30))
    assert in_force(edit(parts, live=False, enabled=False)) == (False, 30)
    repeated = edit(edit(parts, live=False, enabled=False), live=False, enabled=True)
    assert in_force(repeated) == (True, 30)
    parts = edit(parts, live=False, percentage=Percent(60))
    assert in_force(parts) == (True, 60)
    assert edit(parts, live=False, enabled=False).hold is None


def test_a_restore_gives_back_what_an_earlier_run_had_left() -> None:
    """The owner never said so: the run that was rolled back holds it from here on."""
    parts = take_hold(complete(held_parts(80)), OTHER, target=Percent(100), step=Percent(90))
    parts = restore(parts, OTHER, FlagValues(True, Percent(80)))
    assert in_force(parts) == (True, 80)
    assert parts.owner == OFF.owner


@pytest.mark.parametrize(
    ("before", "groups", "expected", "warns"),
    [
        (OFF, (), (True, 100), True),
        (OFF, ("user:ann",), (True, 0), False),
        (OFF, ("!user:ann",), (True, 100), True),
        (FlagParts(OFF.owner, zero_chosen=True), (), (True, 0), False),
        (FlagParts(FlagValues(False, Percent(20))), (), (True, 20), False),
    ],
)
def test_zero_means_everybody_only_where_nobody_chose_it(
    before: FlagParts, groups: tuple[str, ...], expected: tuple[bool, float], warns: bool
) -> None:
    """L10, decision 1."""
    command = OwnerEdit("Ann", enabled=True)
    parts, warnings = edit_parts(before, command, is_live=False, groups=groups)
    assert (in_force(parts), warnings) == (expected, [WIDENED] if warns else [])


def test_an_explicit_zero_is_remembered() -> None:
    for before in (OFF, FlagParts(FlagValues(True, Percent(50)))):
        parts = edit(before, live=False, percentage=Percent(0), enabled=False)
        assert in_force(edit(parts, live=False, enabled=True)) == (True, 0)


@given(parts, st.booleans())
def test_sending_back_the_values_in_force_changes_nothing(before: FlagParts, live: bool) -> None:
    """A client that writes the whole form back sets no ceiling; only a 0 becomes a choice."""
    values = before.in_force
    after = edit(before, live=live, enabled=values.enabled, percentage=values.percentage)
    assert (after.owner, after.hold) == (before.owner, before.hold)


@given(parts, percents, percents)
def test_an_engine_never_changes_what_the_owner_wants(
    before: FlagParts, target: Percent, step: Percent
) -> None:
    for after in (
        take_hold(before, OTHER, target=target, step=step),
        enter_step(before, step),
        complete(before),
        switch_off(before, OTHER),
        restore(before, OTHER, FlagValues(True, target)),
    ):
        assert after.owner == before.owner


@given(owners, percents, st.lists(edits, max_size=4), st.lists(percents, max_size=3))
def test_a_restore_ends_where_it_began_or_off(
    owner: FlagValues, target: Percent, commands: list[OwnerEdit], steps: list[Percent]
) -> None:
    """Decision 6: never wider than before, and never on where a person switched it off."""
    parts = take_hold(FlagParts(owner), RUN, target=target, step=Percent(1))
    for command in commands:
        try:
            parts, _ = edit_parts(parts, command, is_live=True, groups=())
        except LaunchError:
            continue
    for step in steps:
        parts = enter_step(parts, step)
    on = parts.in_force.enabled
    after = restore(parts, RUN, owner).in_force
    assert after.enabled is (owner.enabled and on)
    if after.enabled:
        assert after.percentage == owner.percentage
