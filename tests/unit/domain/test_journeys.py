"""Runs of journeys, and what they add up to (S80, S100 to S104, A37)."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.journeys.journey_counts import (
    Cell,
    Measure,
    bucket_of,
    difference,
    percentile,
    seconds_in,
    tally,
)
from domain.journeys.journey_figures import JourneyFigures, figures
from domain.journeys.journeys import JOURNEYS, JourneyKey, Outcome, Run, begin, move, seconds, turn

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
SETUP = JourneyKey.SUPPLIER_ONBOARDING
INVITATION = JourneyKey.INVITATION_ACCEPT
MEETING = JourneyKey.SIGNUP_TO_CONNECTION


def after(seconds_later: float) -> datetime:
    return NOW + timedelta(seconds=seconds_later)


def funnel(key: JourneyKey, *runs: Run, moving: int = 0) -> JourneyFigures:
    cells = sum((tally(run) for run in runs), Counter[Cell]())
    moved = {key: {JOURNEYS[key].steps[0].key: moving}}
    return next(item for item in figures({key: cells}, moved) if item.journey.key is key)


def set_up(*at: float) -> Run:
    """A supplier who did the first steps at these seconds."""
    run = begin(SETUP, NOW)
    for step, seconds_later in zip(JOURNEYS[SETUP].steps, at, strict=False):
        run = move(run, [step.key], after(seconds_later))
    return run


def test_targets_are_those_of_the_source() -> None:
    """Requirements S100, S101 and S102."""
    targets = {key: journey.target.total_seconds() for key, journey in JOURNEYS.items()}
    assert targets == {SETUP: 300, INVITATION: 180, MEETING: 600}


def test_steps_of_a_setup_come_in_any_order() -> None:
    run = move(begin(SETUP, NOW), ["send_invitation"], after(10))
    assert (run.step, run.outcome) == ("business_info", Outcome.RUNNING)
    run = move(run, ["first_client", "business_info"], after(20))
    assert (run.step, run.outcome, seconds(run)) == (None, Outcome.COMPLETED, 20)


def test_a_step_done_again_keeps_its_moment() -> None:
    run = set_up(10)
    assert move(run, ["business_info"], after(99)) is run


def test_accepting_proves_the_opening_but_not_its_moment() -> None:
    """An API client need not open the link first: no couple was that quick."""
    run = move(begin(INVITATION, NOW), ["accept_invitation"], after(50))
    assert (run.outcome, seconds(run)) == (Outcome.COMPLETED, None)
    assert funnel(INVITATION, run).steps[0].completed == 1
    assert funnel(INVITATION, run).totals.p50_seconds is None


def test_the_clock_of_a_couple_starts_when_it_opens_the_link() -> None:
    """Requirement S101."""
    run = move(begin(INVITATION, NOW), ["open_invitation"], after(7_200))
    run = move(run, ["accept_invitation"], after(7_290))
    assert seconds(run) == 90


def test_a_completed_run_cannot_fail() -> None:
    done = set_up(1, 2, 3)
    assert turn(done, Outcome.FAILED) is done


def test_an_abandoned_run_is_resumed() -> None:
    left = turn(set_up(1), Outcome.ABANDONED)
    assert move(left, ["first_client"], after(90_000)).outcome is Outcome.RUNNING


def test_leaving_is_no_failure() -> None:
    """Requirement S104."""
    runs = [set_up(1, 2, 3)] * 3 + [turn(set_up(1), Outcome.FAILED)]
    runs += [turn(set_up(1), Outcome.ABANDONED)] * 6 + [set_up(1)]
    totals = funnel(SETUP, *runs).totals
    assert (totals.started, totals.completed, totals.failed, totals.abandoned) == (11, 3, 1, 6)
    assert (totals.ended, totals.under_way) == (10, 1)
    assert (totals.success_rate, totals.completion_rate) == (30, 75)  # M16: who left counts


def test_a_rate_needs_ended_runs() -> None:
    totals = funnel(SETUP, set_up(1), set_up()).totals
    assert (totals.success_rate, totals.in_time_rate, totals.p50_seconds) == (None, None, None)


def test_a_funnel_narrows_from_step_to_step() -> None:
    ordered_steps = funnel(SETUP, set_up(), set_up(60), set_up(60, 90), set_up(60, 90, 120)).steps
    assert [(step.entered, step.completed) for step in ordered_steps] == [(4, 3), (3, 2), (2, 1)]
    assert [step.median_seconds for step in ordered_steps] == [
        pytest.approx(number, rel=0.026) for number in (60, 30, 30)
    ]


def test_a_person_who_moved_just_now_is_not_stalled() -> None:
    """Requirement S73."""
    runs = [begin(SETUP, NOW)] * 5 + [turn(begin(SETUP, NOW), Outcome.ABANDONED)]
    assert funnel(SETUP, *runs).steps[0].stalled == 5
    assert funnel(SETUP, *runs, moving=2).steps[0].stalled == 3


def test_a_run_beyond_the_target_is_not_in_time() -> None:
    """S100: exactly five minutes is in time."""
    totals = funnel(SETUP, set_up(1, 2, 300), set_up(1, 2, 300.5)).totals
    assert totals.in_time_rate == 50


def test_vendor_types_are_told_apart() -> None:
    """Requirement A37."""
    venue = Run(SETUP, NOW, NOW, "venue")
    by_vendor = funnel(SETUP, venue, venue, begin(SETUP, NOW)).by_vendor
    assert {name: totals.started for name, totals in by_vendor.items()} == {"": 1, "venue": 2}


@given(st.floats(min_value=1, max_value=10_000_000))
def test_a_bucket_is_off_by_little(spent: float) -> None:
    assert seconds_in(bucket_of(spent)) == pytest.approx(spent, rel=0.026)


@pytest.mark.parametrize(
    ("histogram", "share", "bucket"),
    [({0: 1, 40: 1}, 0.5, 0), ({0: 1, 40: 2}, 0.5, 40), ({0: 95, 40: 5}, 0.95, 0)],
)
def test_percentiles_are_nearest_ranks(
    histogram: dict[int, int], share: float, bucket: int
) -> None:
    assert percentile(histogram, share) == seconds_in(bucket)
    assert percentile({}, share) is None


_KEYS = st.sampled_from(["business_info", "first_client", "send_invitation"])
_ENDS = st.sampled_from([Outcome.FAILED, Outcome.ABANDONED, Outcome.RUNNING])


@given(st.lists(st.tuples(st.one_of(_KEYS, _ENDS), st.integers(0, 9_000)), max_size=12))
def test_the_counts_of_a_run_equal_its_state(moves: list[tuple[str, int]]) -> None:
    """S70: whatever happens, in whatever order and however often, nothing counts twice."""
    run, counted = begin(SETUP, NOW), tally(begin(SETUP, NOW))
    for moved_to, at in moves:
        previous = run
        run = (
            turn(run, moved_to)
            if isinstance(moved_to, Outcome)
            else move(run, [moved_to], after(at))
        )
        counted.update(difference(previous, run))
    assert +counted == tally(run)
    assert min(counted.values()) >= 0
    assert counted[Cell("", "", Measure.ENTERED)] == 1
