"""What a rollback makes of each flag (S53, S54, X10, decision 6)."""

from dataclasses import replace
from uuid import UUID

import pytest

from domain.actors import UserType
from domain.flags.flags import EvaluationContext, Flag
from domain.flags.run_holds import FlagParts, FlagValues, RunHold
from domain.flags.samples import Person, Sample
from domain.journeys.onboarding import OnboardingSide
from domain.phases.phases import RollbackMode
from domain.phases.rollbacks import (
    Before,
    MidStep,
    impact,
    impact_then,
    mid_step,
    not_killed,
    undo,
    visibility,
)
from domain.platform.percent import Percent
from tests.unit.domain.builders import make_flag

ALL_OFF, RESTORE = RollbackMode.DISABLE_ALL, RollbackMode.RESTORE_PREVIOUS
RUN = UUID(int=1)
LIVE = make_flag(percentage=40)
WAS = replace(LIVE.state, rollout_percentage=Percent(10), version=2)


def held_flag(*, enabled: bool, owner: bool, percentage: float) -> Flag:
    """A flag that the run holds at 40 %, or that a person switched off since."""
    parts = FlagParts(
        FlagValues(owner and enabled, Percent(percentage)),
        RunHold(RUN, switch=True if enabled else None, target=Percent(100), step=Percent(40)),
    )
    return replace(LIVE, enabled=enabled, parts=parts)


@pytest.mark.parametrize(
    ("now_on", "was_on", "mode", "expected"),
    [
        (True, True, ALL_OFF, (False, 40)),
        (True, False, ALL_OFF, (False, 40)),
        (True, True, RESTORE, (True, 10)),
        (True, False, RESTORE, (False, 0)),
        (False, True, RESTORE, (False, 0)),  # a person has switched it off since
    ],
)
def test_a_flag_goes_off_or_back(
    now_on: bool, was_on: bool, mode: RollbackMode, expected: tuple[bool, float]
) -> None:
    now = held_flag(enabled=now_on, owner=was_on, percentage=10 if was_on and now_on else 0)
    undoing = undo(now, Before(replace(WAS, enabled=was_on), 3), mode, RUN)
    after = undoing.diff.after
    assert (after.enabled, after.rollout_percentage) == expected
    assert undoing.goes_off is (now_on and not expected[0])


def test_a_flag_that_the_run_never_touched_goes_off() -> None:
    assert undo(LIVE, None, RESTORE, RUN).diff.after == replace(LIVE.state, enabled=False)


def test_a_change_by_hand_is_said() -> None:
    assert undo(LIVE, Before(WAS, 3), RESTORE, RUN).conflict is None
    assert "by hand" in str(undo(LIVE, Before(WAS, 2), RESTORE, RUN).conflict)


def test_impact_is_counted_by_evaluating() -> None:
    """L19: a feature for couples reaches no supplier, whatever its percentage."""
    people = [
        Person(str(index), kind, None, EvaluationContext({}, frozenset({kind})))
        for index, kind in enumerate([UserType.SUPPLIER] * 3 + [UserType.COUPLE] * 2)
    ]
    couples = make_flag(percentage=100, groups=("couple",))
    off = replace(make_flag(percentage=100), enabled=False)
    everybody = Sample(people, 5)
    assert impact([couples, off], everybody) == "2 of 5 people see at least one feature."
    assert impact([], everybody) == "0 of 5 people see at least one feature."
    assert impact_then([couples], everybody) == "2 of 5 people saw at least one of them."
    sample = Sample(people, 500)
    assert impact([couples, off], sample) == "About 200 of 500 people see at least one feature."
    assert impact_then([couples], sample) == "About 200 of 500 people saw at least one of them."


def test_a_killed_flag_reaches_nobody() -> None:
    chat, search = make_flag("mvp_chat"), make_flag("mvp_search")
    assert not_killed([chat, search], {"mvp_chat"}) == [search]
    assert not_killed([chat, search], {"*"}) == []
    assert not_killed([chat, search], frozenset()) == [chat, search]


def test_a_rollback_says_for_whom_flags_were_on_and_counts_nobody() -> None:
    couples = make_flag(percentage=40, groups=("couple",))
    sentence = visibility([couples, replace(couples, enabled=False)])
    assert sentence == f"Until the rollback on: {couples.key} for 40 % of couple."
    assert visibility([]) == "No flag of the phase was on."
    assert visibility([couples] * 7).endswith(" and 2 more.")


def test_steps_that_go_away_come_first() -> None:
    counted = [
        (OnboardingSide.COUPLE, "basic_details", 3),
        (OnboardingSide.SUPPLIER, "send_invitation", 7),
        (OnboardingSide.SUPPLIER, "of_an_older_version", 1),
    ]
    ordered_steps = mid_step(counted, {"onboarding_send_invitation"})
    assert ordered_steps[0] == MidStep(OnboardingSide.SUPPLIER, "send_invitation", 7, affected=True)
    assert {item.affected for item in ordered_steps[1:]} == {False}
