"""Who would lose a feature by an activation: decided without looking at anybody (L7)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actors import UserType
from domain.errors import Invalid, LosesUsers
from domain.flags.flags import Flag, evaluate
from domain.flags.samples import Person, Sample
from domain.phases.losses import check_losses, count_losses, loses_users, losing
from domain.phases.phases import RampStep
from domain.phases.plans import LinkedFlag, diffs
from domain.platform.percent import Percent
from tests.unit.domain.builders import make_flag, percents, ramp, user

PEOPLE = [Person(f"u{n}", UserType.SUPPLIER, None, user(f"u{n}")) for n in range(200)]
flags = st.builds(
    lambda on, share, salt: make_flag(enabled=on, percentage=share, salt=salt),
    st.booleans(),
    percents,
    st.sampled_from(["one", "two"]),
)


def link(flag: Flag, target: float | None = None) -> LinkedFlag:
    return LinkedFlag(flag, None if target is None else Percent(target), 0)


def planned(flag: Flag, steps: list[RampStep]) -> tuple[list[LinkedFlag], list[str]]:
    links = [link(flag)]
    return links, [before.key for before, _ in losing(links, diffs(links, steps, 0))]


@pytest.mark.parametrize(
    ("enabled", "percentage", "groups", "expected"),
    [
        (True, 100, (), True),
        (True, 11, (), True),
        (True, 10, (), False),  # as wide as the first step
        (True, 0, ("user:ann",), False),  # who is named stays
        (False, 100, (), False),
    ],
)
def test_a_first_step_below_what_is_on_takes_it_away(
    enabled: bool, percentage: float, groups: tuple[str, ...], expected: bool
) -> None:
    flag = make_flag(enabled=enabled, percentage=percentage, groups=groups)
    assert planned(flag, ramp(10, 100))[1] == ([flag.key] if expected else [])


@given(flags, flags)
def test_no_user_loses_a_flag_if_loses_users_is_false(before: Flag, after: Flag) -> None:
    if loses_users(before, after):
        return
    losing = [
        person
        for person in PEOPLE
        if evaluate(before, person.context).value and not evaluate(after, person.context).value
    ]
    assert losing == []


def test_losses_are_counted_by_evaluating() -> None:
    flag = make_flag(percentage=100)
    links = [link(flag)]
    pairs = losing(links, diffs(links, ramp(10, 100), 0))
    (loss,) = count_losses(pairs, PEOPLE)
    keeping = sum(evaluate(pairs[0][1], person.context).value for person in PEOPLE)
    assert (loss.before, loss.after) == (Percent(100), Percent(10))
    assert loss.people == len(PEOPLE) - keeping > 0


def test_a_loss_is_refused_until_it_is_named() -> None:
    flag = make_flag(percentage=100)
    links = [link(flag)]
    changes = diffs(links, ramp(10, 100), 0)
    with pytest.raises(LosesUsers, match=f"{flag.key} .100 % to 10 %."):
        check_losses(links, changes, [])
    check_losses(links, changes, [flag.key])
    with pytest.raises(Invalid) as caught:
        check_losses(links, changes, [flag.key, "another"])
    assert caught.value.path == ("input", "acceptLosses", "1")


@pytest.mark.parametrize(("total", "expected"), [(200, 7), (2_000, 70)])
def test_a_sample_is_scaled_to_everybody(total: int, expected: int) -> None:
    sample = Sample(PEOPLE, total)
    assert sample.scaled(7) == expected
    assert sample.is_complete is (total == 200)


def test_a_new_salt_moves_users_of_a_partial_flag() -> None:
    """L21: hence a cohort is taken only where nobody can notice."""
    half = make_flag(percentage=50)
    assert loses_users(half, replace(half, salt="another"))
    assert not loses_users(half, replace(half, salt="another", rollout_percentage=Percent(100)))
