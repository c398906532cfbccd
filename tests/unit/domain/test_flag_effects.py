"""Whom a change of a flag reaches (U2)."""

from dataclasses import replace

import pytest

from domain.actors import UserType
from domain.flags.flag_effects import FlagEffect, count_effect
from domain.flags.samples import Person, Sample
from domain.platform.percent import Percent
from tests.unit.domain.builders import make_flag, user

SIDES = ("supplier", "couple")
PEOPLE = [
    Person(f"u{n}", UserType.SUPPLIER, None, user(f"u{n}", SIDES[n % 2])) for n in range(1000)
]
EVERYBODY = Sample(PEOPLE, len(PEOPLE))
State = tuple[bool, float]


@pytest.mark.parametrize(
    ("before", "after"),
    [((True, 0), (True, 100)), ((False, 50), (True, 50)), ((True, 30), (True, 60))],
)
def test_a_widening_takes_nothing_away(before: State, after: State) -> None:
    result = effect(before, after)
    assert result.lose == 0
    assert result.gain == result.after - result.before > 0


def test_switching_off_takes_it_from_all_who_have_it() -> None:
    result = effect((True, 40), (False, 40))
    assert (result.after, result.gain, result.lose) == (0, 0, result.before)
    assert 300 < result.before < 500


def test_other_groups_give_and_take_at_once() -> None:
    suppliers, couples = (make_flag(groups=(side,)) for side in SIDES)
    expected = FlagEffect(before=500, after=500, gain=500, lose=500)
    assert count_effect(suppliers, couples, EVERYBODY) == expected


def test_a_sample_is_scaled_to_everybody() -> None:
    full = make_flag()
    result = count_effect(replace(full, enabled=False), full, Sample(PEOPLE, 250_000))
    assert result == FlagEffect(before=0, after=250_000, gain=250_000, lose=0)


def effect(before: State, after: State) -> FlagEffect:
    old, new = (
        replace(make_flag(), enabled=enabled, rollout_percentage=Percent(share))
        for enabled, share in (before, after)
    )
    return count_effect(old, new, EVERYBODY)
