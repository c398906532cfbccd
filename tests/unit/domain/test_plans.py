"""What an activation would change, and the fingerprint it is held to (X3, decision 1)."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given

from domain.actors import UserType, VendorType
from domain.flags.flags import EvaluationContext, FlagState
from domain.flags.run_holds import FlagParts, FlagValues, RunHold
from domain.flags.samples import Person
from domain.phases.plans import (
    Exposure,
    FlagDiff,
    LinkedFlag,
    activated,
    conflicts,
    diffs,
    exposure,
    plan_hash,
    salt_after,
    takes_cohort,
)
from domain.platform.percent import Percent
from tests.unit.domain.builders import make_flag, percents, ramp, user

OFF = FlagState(False, Percent(0), (), 4)
ON = FlagState(True, Percent(25), (), 5)
PLAN = [FlagDiff("search", OFF, ON), FlagDiff("chat", ON, replace(ON, version=6))]


def link(
    key: str = "search",
    target: float | None = None,
    *,
    position: int = 0,
    enabled: bool = False,
    percentage: float = 0,
    groups: tuple[str, ...] = (),
) -> LinkedFlag:
    """Make a flag of a phase, off unless said otherwise."""
    flag = make_flag(key, enabled=enabled, percentage=percentage, groups=groups)
    return LinkedFlag(flag, None if target is None else Percent(target), position)


def person(name: str, kind: UserType, vendor: VendorType | None = None) -> Person:
    """Make somebody whose only group is their side."""
    return Person(name, kind, vendor, user(name, kind))


def test_activation_switches_on_and_counts_a_version() -> None:
    before = FlagState(False, Percent(0), ("venue",), 4)
    assert activated(before, Percent(25)) == FlagState(True, Percent(25), ("venue",), 5)


def test_diffs_come_in_the_order_of_the_phase() -> None:
    links = [link("b", position=2), link("c", position=1), link("a", position=2)]
    assert [change.key for change in diffs(links, [], None)] == ["c", "a", "b"]


@pytest.mark.parametrize(("index", "expected"), [(None, 60), (0, 5), (1, 50), (2, 60), (3, 60)])
def test_a_diff_shows_the_percentage_of_the_step(index: int | None, expected: float) -> None:
    (change,) = diffs([link(target=60)], ramp(5, 50, 100), index)
    assert change.before == FlagState(False, Percent(0), (), 3)
    assert change.after == FlagState(True, Percent(expected), (), 4)


@pytest.mark.parametrize(
    ("target", "own", "expected"), [(None, 0, 100), (None, 30, 30), (0, 30, 0)]
)
def test_an_explicit_percentage_is_kept(target: float | None, own: float, expected: float) -> None:
    """Decision 1 and PostHog#14817: a launch must not widen what somebody chose."""
    (change,) = diffs([link(target=target, percentage=own)], [], None)
    assert change.after.rollout_percentage == expected


def test_a_new_run_aims_at_the_owners_percentage_whatever_is_in_force() -> None:
    """L1: an earlier run left the flag at 5 %; that is nobody's choice."""
    left = RunHold(UUID(int=1), switch=False, target=Percent(100), step=Percent(5))
    for own, expected in ((0, 100), (30, 30)):
        parts = FlagParts(FlagValues(False, Percent(own)), left)
        flag = replace(make_flag(enabled=False, percentage=5), parts=parts)
        assert LinkedFlag(flag, None, 0).target == Percent(expected)


@pytest.mark.parametrize(
    ("groups", "zero_chosen", "expected"),
    [((), False, 100), ((), True, 0), (("user:ann",), False, 0), (("!user:ann",), False, 100)],
)
def test_zero_that_was_chosen_stays_zero(
    groups: tuple[str, ...], zero_chosen: bool, expected: float
) -> None:
    """L10: an allow list selects the users already."""
    parts = FlagParts(FlagValues(False, Percent(0)), zero_chosen=zero_chosen)
    flag = replace(make_flag(enabled=False, percentage=0, groups=groups), parts=parts)
    assert LinkedFlag(flag, None, 0).target == Percent(expected)


def test_the_same_plan_has_the_same_hash() -> None:
    copy = [FlagDiff(item.key, replace(item.before), replace(item.after)) for item in PLAN]
    assert plan_hash(7, PLAN) == plan_hash(7, copy)
    assert plan_hash(7, PLAN) == plan_hash(7, PLAN[::-1])  # the order of flags is no change


@pytest.mark.parametrize(
    "moved",
    [
        [],
        PLAN[:1],
        [replace(PLAN[0], key="find"), PLAN[1]],
        [replace(PLAN[0], before=replace(OFF, enabled=True)), PLAN[1]],
        [replace(PLAN[0], before=replace(OFF, version=5)), PLAN[1]],
        [replace(PLAN[0], before=replace(OFF, target_groups=("venue",))), PLAN[1]],
        [PLAN[0], replace(PLAN[1], before=replace(ON, rollout_percentage=Percent(25.01)))],
        [PLAN[0], replace(PLAN[1], after=replace(ON, rollout_percentage=Percent(26)))],
        [PLAN[0], replace(PLAN[1], after=replace(ON, enabled=False))],
    ],
)
def test_whatever_moves_gives_another_hash(moved: list[FlagDiff]) -> None:
    """X3: PLAN_DRIFT if anything moved."""
    assert plan_hash(7, moved) != plan_hash(7, PLAN)


def test_the_hash_depends_on_the_version_of_the_phase() -> None:
    assert plan_hash(8, PLAN) != plan_hash(7, PLAN)


@given(percents, percents)
def test_hashes_are_equal_only_for_equal_percentages(one: Percent, other: Percent) -> None:
    plans = [[FlagDiff("search", OFF, activated(OFF, share))] for share in (one, other)]
    assert (plan_hash(7, plans[0]) == plan_hash(7, plans[1])) == (one == other)


@pytest.mark.parametrize("cohort", [None, "cohort:mvp"])
def test_a_cohort_makes_a_step_the_same_people_for_every_flag(cohort: str | None) -> None:
    """L21: without it 5 % of nine flags are 38 % of the people, and almost nobody has all."""
    links = [link(f"flag_{index}") for index in range(9)]
    people = [person(f"u{index}", UserType.SUPPLIER) for index in range(400)]
    (delta,) = exposure(links, diffs(links, ramp(5, 100), 0), people, cohort)
    if cohort is None:
        assert delta.after > 4 * 20 > delta.all_after
    else:
        assert delta.after == delta.all_after
        assert 8 <= delta.after <= 36


@pytest.mark.parametrize(
    ("enabled", "percentage", "takes"),
    [(False, 30, True), (True, 0, True), (True, 100, True), (True, 30, False)],
)
def test_a_flag_joins_a_cohort_only_if_no_value_changes(
    enabled: bool, percentage: float, takes: bool
) -> None:
    links = [link("search", enabled=enabled, percentage=percentage)]
    assert takes_cohort(links[0].flag) is takes
    assert salt_after(links[0].flag, "cohort:mvp") == ("cohort:mvp" if takes else "search")
    notes = " ".join(conflicts(links, [], "cohort:mvp"))
    assert ("keeps its own cohort" in notes) is not takes


def test_exposure_counts_people_by_kind_before_and_after() -> None:
    """X3: users newly exposed per user and vendor type."""
    search = link("search", groups=("supplier",))
    chat = link("chat", 0, enabled=True, percentage=100, groups=("user:dan",))
    links = [search, chat]
    people = [
        person("ann", UserType.SUPPLIER, VendorType.VENUE),
        person("bob", UserType.SUPPLIER, VendorType.VENUE),
        person("cleo", UserType.SUPPLIER, VendorType.PHOTOGRAPHER),
        person("dan", UserType.COUPLE),
        person("eve", UserType.COUPLE),
    ]
    assert exposure(links, diffs(links, [], None), people) == [
        Exposure(UserType.COUPLE, None, 2, 1),
        Exposure(UserType.SUPPLIER, VendorType.PHOTOGRAPHER, 1, 1),
        Exposure(UserType.SUPPLIER, VendorType.VENUE, 2, 2),
    ]


def test_exposure_follows_the_ramp() -> None:
    links, people = [link("search")], [person(f"user_{i}", UserType.COUPLE) for i in range(1000)]
    steps = ramp(5, 50)
    after = [exposure(links, diffs(links, steps, i), people)[0].after for i in range(3)]
    assert after == sorted(after)
    assert 30 < after[0] < 70
    assert 450 < after[1] < 550
    assert after[2] == 1000


def test_no_people_or_flags_give_no_exposure() -> None:
    ann = person("ann", UserType.COUPLE)
    assert exposure([link()], diffs([link()], [], None), []) == []
    assert exposure([], [], [ann]) == [Exposure(UserType.COUPLE, None, 0, 0)]


def test_a_person_without_a_key_sees_only_what_everybody_sees() -> None:
    """Requirement S58."""
    stranger = Person("", UserType.COUPLE, None, EvaluationContext())
    links = [link(target=99.99)]
    assert exposure(links, diffs(links, [], None), [stranger])[0].after == 0
    assert exposure([link()], diffs([link()], [], None), [stranger])[0].after == 1


def test_conflicts_name_flags_that_are_held_or_on_already() -> None:
    links = [link("search", enabled=True, percentage=12.5), link("chat")]
    assert conflicts(links, [("chat", "run 2 of Soft launch")]) == [
        "chat is held by run 2 of Soft launch: it cannot be activated here too",
        "search is already on at 12.5 %",
    ]
    assert conflicts([link("chat")], []) == []
