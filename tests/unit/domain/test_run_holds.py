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


def held(target: float = 100, step: float | None = 25, owner: FlagParts = OFF) -> FlagParts:
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


def in_force(found: FlagParts) -> tuple[bool, float]:
    return found.in_force.enabled, found.in_force.percentage


@pytest.mark.parametrize(
    ("target", "step", "ceiling", "expected"),
    [(100, 25, None, 25), (10, 25, None, 10), (100, 25, 5, 5), (100, None, None, 100)],
)
def test_in_force_is_the_least_of_target_step_and_ceiling(
    target: float, step: float | None, ceiling: float | None, expected: float
) -> None:
    found = held(target, step)
    if ceiling is not None:
        found = edit(found, percentage=Percent(ceiling))
    assert in_force(found) == (True, expected)
    assert found.owner == OFF.owner


def test_a_ramp_reaches_the_target_after_a_rollback() -> None:
    """L1: roll back, activate again, advance to the end, complete."""
    found = switch_off(held(step=5), RUN)
    assert in_force(found) == (False, 5)
    found = take_hold(found, OTHER, target=Percent(100), step=Percent(5))
    for step in (25, 50, 100):
        found = enter_step(found, Percent(step))
        assert in_force(found) == (True, step)
    assert in_force(complete(found)) == (True, 100)
    assert found.owner == OFF.owner


def test_completing_early_drops_the_step_and_keeps_the_ceiling() -> None:
    assert in_force(complete(held(step=5))) == (True, 100)
    assert in_force(complete(edit(held(step=25), percentage=Percent(5)))) == (True, 5)


def test_a_person_limits_a_live_run_and_steps_do_not_overwrite_it() -> None:
    """L8."""
    found = edit(held(step=25), percentage=Percent(5))
    assert found.hold is not None
    assert (found.hold.ceiling, found.hold.ceiling_by) == (Percent(5), "Ann")
    assert in_force(enter_step(found, Percent(50))) == (True, 5)
    assert in_force(lift_ceiling(found)) == (True, 25)
    with pytest.raises(InvalidTransition):
        lift_ceiling(held())


def test_above_the_step_needs_override_and_a_reason() -> None:
    """A13: a flag that is released stays with its run, and rolls back with it."""
    with pytest.raises(Locked):
        edit(held(step=25), percentage=Percent(60))
    with pytest.raises(Required):
        edit(held(step=25), percentage=Percent(60), override=True)
    found = edit(held(step=25), percentage=Percent(60), override=True, reason="a demo")
    assert in_force(enter_step(found, Percent(50))) == (True, 60)
    assert found.owner.percentage == Percent(60)
    assert in_force(switch_off(found, RUN)) == (False, 60)
    assert in_force(restore(found, RUN, FlagValues(False, Percent(0)))) == (False, 60)


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
    found = edit(held(step=5), enabled=False)
    assert in_force(found) == (False, 5)
    found = edit(enter_step(found, Percent(25)), enabled=True)
    assert in_force(found) == (True, 25)
    assert found.hold is not None
    assert in_force(restore(found, RUN, OFF.owner)) == (False, 0)


def test_after_a_rollback_by_disabling_a_percentage_is_needed() -> None:
    found = switch_off(held(step=5), RUN)
    with pytest.raises(Required):
        edit(found, live=False, enabled=True)
    assert edit(found, live=False, enabled=True, percentage=Percent(5)) == FlagParts(
        FlagValues(True, Percent(5))
    )
    assert in_force(edit(found, live=False, percentage=Percent(30))) == (False, 30)


def test_after_completion_the_owners_value_replaces_what_the_run_holds() -> None:
    found = complete(held(30))
    assert in_force(edit(found, live=False, enabled=False)) == (False, 30)
    again = edit(edit(found, live=False, enabled=False), live=False, enabled=True)
    assert in_force(again) == (True, 30)
    found = edit(found, live=False, percentage=Percent(60))
    assert in_force(found) == (True, 60)
    assert edit(found, live=False, enabled=False).hold is None


def test_a_restore_gives_back_what_an_earlier_run_had_left() -> None:
    """The owner never said so: the run that was rolled back holds it from here on."""
    found = take_hold(complete(held(80)), OTHER, target=Percent(100), step=Percent(90))
    found = restore(found, OTHER, FlagValues(True, Percent(80)))
    assert in_force(found) == (True, 80)
    assert found.owner == OFF.owner


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
    found, warnings = edit_parts(before, command, is_live=False, groups=groups)
    assert (in_force(found), warnings) == (expected, [WIDENED] if warns else [])


def test_an_explicit_zero_is_remembered() -> None:
    for before in (OFF, FlagParts(FlagValues(True, Percent(50)))):
        found = edit(before, live=False, percentage=Percent(0), enabled=False)
        assert in_force(edit(found, live=False, enabled=True)) == (True, 0)


@given(parts, st.booleans())
def test_what_is_in_force_sent_back_changes_nothing(before: FlagParts, live: bool) -> None:
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
    found = take_hold(FlagParts(owner), RUN, target=target, step=Percent(1))
    for command in commands:
        try:
            found, _ = edit_parts(found, command, is_live=True, groups=())
        except LaunchError:
            continue
    for step in steps:
        found = enter_step(found, step)
    on = found.in_force.enabled
    after = restore(found, RUN, owner).in_force
    assert after.enabled is (owner.enabled and on)
    if after.enabled:
        assert after.percentage == owner.percentage
