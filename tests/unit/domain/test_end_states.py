"""Whether the flags of a run are where the run wanted them (D4)."""

from dataclasses import replace
from uuid import UUID

import pytest

from domain.errors import Invalid, Limited, NotVerified
from domain.flags.flags import Flag
from domain.flags.run_holds import FlagParts, FlagValues, RunHold
from domain.phases.end_states import Exemption, check_limits, check_stored, differences, exempt
from domain.platform.percent import Percent
from tests.unit.domain.builders import make_flag

RUN = UUID(int=1)
OFF = FlagValues(False, Percent(0))


def held_flag(hold: RunHold, owner: FlagValues = OFF) -> Flag:
    parts = FlagParts(owner, hold)
    values = parts.in_force
    return replace(make_flag(enabled=values.enabled, percentage=values.percentage), parts=parts)


FULL = held_flag(RunHold(RUN, True, Percent(100)))
LIMITED = held_flag(RunHold(RUN, True, Percent(100), None, Percent(5), "ann"))
OFF_BY_HAND = held_flag(RunHold(RUN, None, Percent(100)))
RELEASED = held_flag(RunHold(RUN, True), FlagValues(False, Percent(60)))
GONE = held_flag(RunHold(UUID(int=2), True, Percent(30)))


@pytest.mark.parametrize(
    ("flag", "expected", "reason"),
    [
        (FULL, None, ""),
        (held_flag(RunHold(RUN, True, Percent(100), Percent(25))), None, ""),
        (LIMITED, Exemption.LIMITED, "limited to 5 % by ann, its target is 100 %"),
        (OFF_BY_HAND, Exemption.SWITCHED_OFF, "is switched off"),
        (RELEASED, Exemption.RELEASED, "at 60 %"),
        (GONE, Exemption.RELEASED, "at 30 %"),
    ],
)
def test_a_flag_below_its_target_says_why(
    flag: Flag, expected: Exemption | None, reason: str
) -> None:
    exemption = exempt(flag, RUN)
    assert (exemption and exemption.exemption) is expected
    assert exemption is None or reason in exemption.detail


def test_the_kill_switch_comes_first() -> None:
    for killed in ({FULL.key}, {"*"}):
        exemption = exempt(FULL, RUN, killed)
        assert exemption is not None
        assert exemption.exemption is Exemption.KILLED


@pytest.mark.parametrize("flag", [LIMITED, OFF_BY_HAND])
def test_a_limit_is_refused_until_it_is_named(flag: Flag) -> None:
    with pytest.raises(Limited, match=flag.key):
        check_limits([flag], RUN, [])
    check_limits([flag], RUN, [flag.key])


def test_a_released_flag_has_a_percentage_of_its_own() -> None:
    check_limits([FULL, replace(RELEASED, key="released")], RUN, [])


def test_a_key_that_is_no_flag_of_the_phase_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        check_limits([FULL], RUN, ["another"])
    assert caught.value.path == ("input", "acceptLimits", "0")


def test_rows_that_are_not_what_was_asked_are_named() -> None:
    expected = {"search": FlagValues(True, Percent(25)), "chat": OFF}
    check_stored(expected, dict(expected))
    stored = {"search": FlagValues(True, Percent(5))}
    assert differences(expected, stored) == [
        "search should be on at 25 % and is on at 5 %",
        "chat should be off at 0 % and is gone",
    ]
    with pytest.raises(NotVerified):
        check_stored(expected, stored)
