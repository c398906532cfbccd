"""The guided setup: percentages, order, proof, times (S4, S83 to S86, decision 14)."""

from datetime import datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.journeys.onboarding import (
    STALLED_AFTER,
    STEPS,
    OnboardingFacts,
    OnboardingSide,
    Progress,
    check_off,
    find_step,
    next_step,
    open_steps,
    percent_complete,
    proven,
    seconds_spent,
    steps_before,
    stuck_at,
)
from tests.unit.domain.builders import NOW

SUPPLIER, COUPLE = OnboardingSide.SUPPLIER, OnboardingSide.COUPLE
sides = st.sampled_from(OnboardingSide)
keys = st.sets(st.sampled_from([step.key for side in STEPS.values() for step in side]))


@pytest.mark.parametrize(
    ("side", "done", "percent"),
    [
        (SUPPLIER, [], 0),
        (SUPPLIER, ["business_info"], 33),
        (SUPPLIER, ["send_invitation", "first_client"], 67),
        (SUPPLIER, ["business_info", "first_client", "send_invitation"], 100),
        (COUPLE, [], 0),
        (COUPLE, ["invite_partner"], 0),
        (COUPLE, ["first_connection"], 50),
        (COUPLE, ["first_connection", "basic_details"], 100),
    ],
)
def test_a_percentage_counts_required_steps(
    side: OnboardingSide, done: list[str], percent: int
) -> None:
    """S4: 0, 33, 67, 100."""
    assert percent_complete(side, done) == percent


@given(sides, keys)
def test_100_percent_and_no_next_step_are_the_same(side: OnboardingSide, done: set[str]) -> None:
    assert (percent_complete(side, done) == 100) is (next_step(side, done) is None)


@given(sides, keys, keys)
def test_a_step_more_is_never_a_percent_less(
    side: OnboardingSide, done: set[str], more: set[str]
) -> None:
    assert percent_complete(side, done | more) >= percent_complete(side, done)


def test_steps_are_those_of_the_source() -> None:
    """S83, S85: keys, texts and order."""
    ordered_steps = [(step.key, step.title, step.description) for step in STEPS[SUPPLIER]]
    assert ordered_steps == [
        ("business_info", "Business Information", "Tell us about your wedding business"),
        ("first_client", "Add Your First Client", "Add a couple you're working with"),
        ("send_invitation", "Connect with Your Couple", "Send them an invitation to WedMe"),
    ]
    assert [(step.key, step.required) for step in STEPS[COUPLE]] == [
        ("basic_details", True), ("first_connection", True), ("invite_partner", False),
    ]  # fmt: skip


def test_a_step_that_can_be_proven_says_what_is_missing() -> None:
    everything = OnboardingFacts(True, True, True, True, True)
    for side, steps in STEPS.items():
        provable = proven(side, everything)
        assert {step.key for step in steps if step.unproven} == provable


@given(sides, st.builds(OnboardingFacts))
def test_no_facts_prove_nothing(side: OnboardingSide, facts: OnboardingFacts) -> None:
    assert proven(side, OnboardingFacts()) == frozenset()
    assert proven(side, facts) <= {step.key for step in STEPS[side]}


def test_every_order_ends_at_100() -> None:
    for order in permutations(step.key for step in STEPS[SUPPLIER]):
        progress = Progress(SUPPLIER, NOW)
        for index, key in enumerate(order):
            progress = check_off(progress, [key], NOW + timedelta(seconds=index + 1))
        assert (progress.percentage, progress.is_complete) == (100, True)
        assert tuple(progress.done) == order


@given(sides, keys)
def test_checking_off_again_changes_nothing(side: OnboardingSide, requested: set[str]) -> None:
    once = check_off(Progress(side, NOW), requested, NOW)
    assert check_off(once, requested, NOW + timedelta(hours=1)) == once
    assert set(once.done) <= {step.key for step in STEPS[side]}


@given(st.lists(st.datetimes(), min_size=3, max_size=3))
def test_the_times_of_steps_are_never_negative(moments: list[datetime]) -> None:
    done = {
        step.key: at.replace(tzinfo=NOW.tzinfo)
        for step, at in zip(STEPS[SUPPLIER], moments, strict=True)
    }
    assert all(took >= 0 for took in seconds_spent(Progress(SUPPLIER, NOW, done)).values())


def test_a_step_that_is_held_back_holds_up_those_after_it() -> None:
    """S83, S120: the flag and the steps before it must both hold."""
    assert next_step(SUPPLIER, (), lambda step: step.key != "business_info") is None
    assert next_step(SUPPLIER, {"business_info"}, lambda step: step.key != "business_info") == (
        "first_client"
    )
    assert next_step(SUPPLIER, (), lambda _step: False) is None


@pytest.mark.parametrize(
    ("side", "done", "closed", "opens"),
    [
        (SUPPLIER, set(), set(), {"business_info"}),
        (SUPPLIER, set(), {"business_info"}, set()),
        (SUPPLIER, {"business_info"}, set(), {"business_info", "first_client"}),
        (SUPPLIER, {"business_info"}, {"first_client"}, {"business_info"}),
        (SUPPLIER, {"first_client"}, set(), {"business_info", "first_client"}),  # by facts
        (COUPLE, set(), set(), {"basic_details"}),
        (COUPLE, {"basic_details"}, set(), {"basic_details", "first_connection"}),
        (COUPLE, {"basic_details", "first_connection"}, {"invite_partner"},
         {"basic_details", "first_connection"}),
        (COUPLE, {"basic_details", "first_connection"}, set(),
         {"basic_details", "first_connection", "invite_partner"}),
    ],
)  # fmt: skip
def test_steps_open_one_after_the_other(
    side: OnboardingSide, done: set[str], closed: set[str], opens: set[str]
) -> None:
    """Requirements S83 and S120."""
    assert open_steps(side, done, lambda step: step.key not in closed) == opens


@pytest.mark.parametrize(
    ("done", "before"),
    [(set(), ["business_info", "first_client"]), ({"business_info"}, ["first_client"])],
)
def test_a_step_says_what_comes_before_it(done: set[str], before: list[str]) -> None:
    ordered_steps = steps_before(SUPPLIER, "send_invitation", done)
    assert [step.key for step in ordered_steps] == before


@pytest.mark.parametrize(
    ("ago", "stuck"), [(299, None), (300, "business_info"), (10**6, "business_info")]
)
def test_five_minutes_without_activity_is_stuck(ago: int, stuck: str | None) -> None:
    """Requirement S73."""
    assert timedelta(seconds=300) == STALLED_AFTER
    assert stuck_at(Progress(SUPPLIER, NOW), NOW - timedelta(seconds=ago), NOW) == stuck


def test_a_step_that_is_not_offered_stalls_nobody() -> None:
    """Requirement S83."""
    ago = NOW - timedelta(hours=1)
    offered = stuck_at(Progress(SUPPLIER, NOW), ago, NOW, lambda step: step.key != "business_info")
    assert offered is None  # nor at the steps after it


def test_a_completed_setup_is_never_stuck() -> None:
    done = dict.fromkeys((step.key for step in STEPS[SUPPLIER]), NOW)
    assert stuck_at(Progress(SUPPLIER, NOW, done), NOW - timedelta(days=9), NOW) is None


def test_a_step_is_found_on_its_own_side_only() -> None:
    assert find_step(SUPPLIER, "basic_details") is None
    step = find_step(COUPLE, "basic_details")
    assert step is not None
    assert step.flag_keys == ("mvp_step_basic_details", "onboarding_basic_details")
