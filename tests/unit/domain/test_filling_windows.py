"""Criteria whose window has not filled since the activation (L15); values at a limit (L12)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.metrics.criteria import Aggregation, Comparator, Criterion, GuardAction, Verdict
from domain.metrics.readings import MetricReading
from domain.phases.guards import due_action
from domain.phases.verdicts import UNJUDGED, CriterionState, judge_criterion
from tests.unit.domain.builders import NOW
from tests.unit.domain.test_verdicts import BAD, EMPTY, ERRORS, GOOD, after

PASSING, FAILING = Verdict.PASSING, Verdict.FAILING
INCONCLUSIVE, NO_DATA = Verdict.INCONCLUSIVE, Verdict.NO_DATA
HOLD, ROLLBACK = GuardAction.HOLD, GuardAction.ROLLBACK


def early(
    criterion: Criterion, look: MetricReading, seconds: float, state: CriterionState = UNJUDGED
) -> CriterionState:
    """The state so many seconds after the activation."""
    return judge_criterion(
        criterion, look, state, started_at=NOW, now=NOW + timedelta(seconds=seconds)
    )


def test_before_its_window_has_filled_no_data_is_no_verdict() -> None:
    """L15: nothing is counted, so that the first tick after it is the first one without data."""
    first = early(ERRORS, EMPTY, 30)
    assert (first.verdict, first.empty_ticks) == (INCONCLUSIVE, 0)
    assert first.explanation == (
        f"error_rate has no samples in 60 s yet, its window fills at "
        f"{NOW + timedelta(seconds=70):%H:%M:%S} UTC"
    )
    second = early(ERRORS, EMPTY, 60, first)
    assert (second.verdict, due_action(ERRORS, second)) == (INCONCLUSIVE, None)
    third = early(ERRORS, EMPTY, 90, second)
    assert (third.verdict, due_action(ERRORS, third)) == (NO_DATA, None)
    assert due_action(ERRORS, early(ERRORS, EMPTY, 120, third)) is HOLD


def test_a_filling_window_with_enough_samples_is_judged_at_once() -> None:
    """Finding L15."""
    first = early(ERRORS, BAD, 15)
    assert first.verdict is FAILING
    assert due_action(ERRORS, early(ERRORS, BAD, 45, first)) is ROLLBACK
    assert early(ERRORS, GOOD, 15).verdict is PASSING


@pytest.mark.parametrize(
    ("comparator", "seconds", "verdict"),
    [
        (Comparator.GTE, 30, INCONCLUSIVE),
        (Comparator.GT, 30, INCONCLUSIVE),
        (Comparator.GTE, 3_700, FAILING),
        (Comparator.LTE, 30, PASSING),
    ],
)
def test_a_total_may_reach_its_lower_limit_while_its_window_fills(
    comparator: Comparator, seconds: float, verdict: Verdict
) -> None:
    """L15: 4 connections of 100 within the first half minute of an hour are no failure."""
    total = Criterion(
        "connections", "connections_total", Aggregation.SUM, 3_600, comparator, 100.0, min_samples=0
    )
    assert early(total, MetricReading(4.0, 4), seconds).verdict is verdict


def test_exactly_at_the_limit_is_no_failure() -> None:
    """L12: three samples of 0.1 have the mean 0.10000000000000002."""
    mean = Criterion("cost", "custom.cost", Aggregation.AVG, 60, Comparator.LTE, 0.1, min_samples=1)
    state = after([MetricReading((0.1 + 0.1 + 0.1) / 3, 3)], mean)
    assert state.verdict is PASSING
    assert state.explanation == "custom.cost 0.1 ≤ 0.1 in 60 s, 3 samples"
    below = replace(mean, comparator=Comparator.LT)
    state = after([MetricReading((0.1 + 0.1 + 0.1) / 3, 3)], below)
    assert state.explanation == "custom.cost 0.1 is not < 0.1 in 60 s, 3 samples, 1st of 2"


def test_a_verdict_has_stood_since_the_first_look_that_gave_it() -> None:
    """U5: `since` moves with the verdict, not with each look; the first one has it too."""
    assert early(ERRORS, EMPTY, 100).since == NOW + timedelta(seconds=100)
    first = early(ERRORS, GOOD, 100)
    second = early(ERRORS, GOOD, 130, first)
    failing = early(ERRORS, BAD, 160, second)
    repeated = early(ERRORS, BAD, 190, failing)
    edited = early(replace(ERRORS, threshold=1), BAD, 220, repeated)
    seconds = [(state.since or NOW) - NOW for state in (first, second, failing, repeated, edited)]
    assert [item.total_seconds() for item in seconds] == [100, 100, 160, 160, 220]
