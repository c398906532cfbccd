"""Verdicts: PASSING, FAILING and undecided, and when a phase must act (X1, A9, A10, A11)."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.metrics.criteria import Aggregation, Comparator, Criterion, GuardAction, Verdict
from domain.metrics.readings import MetricReading
from domain.phases.guards import due_action
from domain.phases.verdicts import (
    CRITERION_RECOVERY_TICKS,
    MAX_STREAK_GAP,
    UNJUDGED,
    CriterionState,
    judge_criterion,
)
from tests.unit.domain.builders import NOW

PASSING, FAILING = Verdict.PASSING, Verdict.FAILING
INCONCLUSIVE, NO_DATA = Verdict.INCONCLUSIVE, Verdict.NO_DATA
WARN, HOLD, ROLLBACK = GuardAction

ERRORS = Criterion(
    "errors_low", "error_rate", Aggregation.RATE, 60, Comparator.LTE, 2.0, action=ROLLBACK
)
TICK = timedelta(seconds=30)
BEGAN = NOW - timedelta(hours=1)  # its window has filled
GOOD, BAD, FEW, EMPTY = (
    MetricReading(1.0, 412),
    MetricReading(3.1, 412),
    MetricReading(50.0, 3),
    MetricReading(None, 0),
)
BROKEN = MetricReading(None, 0, "no answer within 5 s")

looks = st.sampled_from([GOOD, BAD, FEW, EMPTY, BROKEN, MetricReading(math.nan, 412)])


def after(
    seen: Sequence[MetricReading],
    criterion: Criterion = ERRORS,
    state: CriterionState = UNJUDGED,
    every: timedelta = TICK,
) -> CriterionState:
    """The state after these readings, one per tick."""
    begin = state.evaluated_at or NOW
    for count, reading in enumerate(seen, 1):
        state = judge_criterion(
            criterion, reading, state, started_at=BEGAN, now=begin + count * every
        )
    return state


TABLE = {
    "good": (GOOD, PASSING, "error_rate 1 % ≤ 2 % in 60 s, 412 samples"),
    "bad": (BAD, FAILING, "error_rate 3.1 % > 2 % in 60 s, 412 samples, 1st of 2"),
    "at the limit": (MetricReading(2.0, 20), PASSING, "error_rate 2 % ≤ 2 % in 60 s, 20 samples"),
    "just beyond": (
        MetricReading(2.004, 20),
        FAILING,
        "error_rate 2.004 % > 2 % in 60 s, 20 samples, 1st of 2",
    ),
    "too few": (FEW, INCONCLUSIVE, "error_rate has 3 samples in 60 s, 20 are needed"),
    "only one": (
        MetricReading(0.0, 1),
        INCONCLUSIVE,
        "error_rate has 1 sample in 60 s, 20 are needed",
    ),
    "empty": (EMPTY, NO_DATA, "error_rate has no samples in 60 s, 1st of 2"),
    "samples without a value": (
        MetricReading(None, 412),
        INCONCLUSIVE,
        "error_rate has 412 samples in 60 s, 20 are needed",
    ),
    "timeout": (
        BROKEN,
        INCONCLUSIVE,
        "error_rate could not be measured: no answer within 5 s",
    ),
    "not a number": (
        MetricReading(math.nan, 412),
        INCONCLUSIVE,
        "error_rate could not be measured: the value is not a finite number",
    ),
    "infinite": (
        MetricReading(math.inf, 412),
        INCONCLUSIVE,
        "error_rate could not be measured: the value is not a finite number",
    ),
}


@pytest.mark.parametrize(("reading", "verdict", "sentence"), TABLE.values(), ids=TABLE)
def test_the_verdict_of_a_first_reading(
    reading: MetricReading, verdict: Verdict, sentence: str
) -> None:
    """A10: what is not known is neither good nor bad, and every verdict says why."""
    state = after([reading])
    assert (state.verdict, state.explanation) == (verdict, sentence)
    assert state.value is None or math.isfinite(state.value)


COMPARISONS = {
    Comparator.LT: (1.9, 2.0, "error_rate 2 % is not < 2 %"),
    Comparator.LTE: (2.0, 2.1, "error_rate 2.1 % > 2 %"),
    Comparator.GT: (2.1, 2.0, "error_rate 2 % is not > 2 %"),
    Comparator.GTE: (2.0, 1.9, "error_rate 1.9 % < 2 %"),
    Comparator.EQ: (2.0, 1.9, "error_rate 1.9 % < 2 %"),
}


@pytest.mark.parametrize("comparator", Comparator)
def test_comparators_at_their_threshold(comparator: Comparator) -> None:
    good, bad, sentence = COMPARISONS[comparator]
    criterion = replace(ERRORS, comparator=comparator)
    assert after([MetricReading(good, 20)], criterion).verdict is PASSING
    failed = after([MetricReading(bad, 20)], criterion)
    assert failed.verdict is FAILING
    assert failed.explanation.startswith(sentence)


def test_the_explanation_has_the_specified_wording() -> None:
    """The wording of X1."""
    expected = "error_rate 3.1 % > 2 % in 60 s, 412 samples, 2nd of 2"
    assert after([BAD, BAD]).explanation == expected
    assert after([BAD] * 3).explanation.endswith("412 samples, 3rd in a row, limit 2")


def test_a_sum_without_samples_is_zero_if_the_minimum_is_zero_samples() -> None:
    """S64: five minutes without a failed sign-up pass, and do not hold a phase."""
    criterion = Criterion(
        "signups", "failed_signups", Aggregation.SUM, 300, Comparator.LT, 10.0, min_samples=0
    )
    assert after([EMPTY], criterion).explanation == "failed_signups 0 < 10 in 300 s, 0 samples"
    assert after([EMPTY], replace(criterion, aggregation=Aggregation.AVG)).verdict is NO_DATA
    assert after([BROKEN], criterion).verdict is INCONCLUSIVE


def test_samples_before_the_initial_delay_are_ignored() -> None:
    """A9: nothing counts before the initial delay, not even failures."""
    criterion = replace(ERRORS, initial_delay_seconds=3_600 + 60)
    state = after([BAD], criterion)
    assert (state.verdict, state.failures) == (INCONCLUSIVE, 0)
    assert state.explanation == "error_rate waits until 20:16:00 UTC"
    assert after([BAD], criterion, state).verdict is FAILING


def test_consecutive_failures_trigger_the_action() -> None:
    assert due_action(ERRORS, after([BAD])) is None
    assert due_action(ERRORS, after([BAD, GOOD, BAD])) is None
    assert due_action(ERRORS, after([BAD, BAD])) is ROLLBACK


@pytest.mark.parametrize("between", [FEW, BROKEN, MetricReading(math.nan, 99)])
def test_an_inconclusive_reading_keeps_the_failure_count(between: MetricReading) -> None:
    """A10, argo-rollouts#1905: neither a failure nor an excuse."""
    unclear = after([BAD, between])
    assert (unclear.failures, due_action(ERRORS, unclear)) == (1, None)
    assert due_action(ERRORS, after([BAD, between, BAD])) is ROLLBACK
    assert due_action(ERRORS, after([BAD, BAD, between])) is None


def test_no_data_pauses_and_never_rolls_back() -> None:
    """A10: after the initial delay, for as many ticks as failures would take."""
    assert due_action(ERRORS, after([EMPTY])) is None
    assert due_action(ERRORS, after([EMPTY, EMPTY])) is HOLD
    assert due_action(ERRORS, after([EMPTY, FEW, EMPTY])) is None
    assert due_action(replace(ERRORS, action=WARN), after([EMPTY] * 9)) is WARN
    late = replace(ERRORS, initial_delay_seconds=7_200)
    assert due_action(late, after([EMPTY] * 9, late)) is None


def test_three_good_ticks_end_failing() -> None:
    """X1: hysteresis."""
    state = after([BAD, GOOD])
    assert state.explanation == "error_rate 1 % ≤ 2 % in 60 s, 412 samples, good again, 1st of 3"
    assert [after([GOOD] * count, state=state).verdict for count in (0, 1, 2)] == [
        FAILING,
        FAILING,
        PASSING,
    ]
    assert after([GOOD, BAD, GOOD, GOOD], state=state).verdict is FAILING


def test_an_action_is_taken_once_per_failing_period() -> None:
    acted = replace(after([BAD, BAD]), acted=ROLLBACK)
    assert due_action(ERRORS, after([BAD, GOOD, BAD, BAD], state=acted)) is None
    recovered = after([GOOD] * CRITERION_RECOVERY_TICKS, state=acted)
    assert recovered.acted is None
    assert due_action(ERRORS, after([BAD, BAD], state=recovered)) is ROLLBACK


def test_failures_escalate_a_pause_caused_by_missing_data() -> None:
    state = replace(after([EMPTY, EMPTY]), acted=HOLD)
    assert due_action(ERRORS, after([EMPTY], state=state)) is None
    assert due_action(ERRORS, after([BAD, BAD], state=state)) is ROLLBACK


def test_a_dry_run_is_judged_like_any_other_but_never_acts() -> None:
    """Requirement A11."""
    dry = replace(ERRORS, dry_run=True)
    state = after([BAD, BAD, BAD], dry)
    assert (state.verdict, state.failures) == (FAILING, 3)
    assert due_action(dry, state) is None
    assert due_action(dry, after([EMPTY] * 9, dry)) is None


def test_failures_far_apart_are_not_consecutive() -> None:
    """After a long outage of all workers the first failure is a first one."""
    pause = MAX_STREAK_GAP + timedelta(seconds=1)
    assert after([BAD, BAD], every=pause).failures == 1
    assert after([EMPTY, EMPTY], every=pause).empty_ticks == 1
    assert after([BAD, GOOD, GOOD, GOOD], every=pause).verdict is FAILING


def test_the_state_continues_on_another_worker() -> None:
    """A restart changes nothing: all that counts is in the state."""
    assert after([BAD], state=after([BAD])) == after([BAD, BAD])


def test_an_edited_criterion_starts_without_failures() -> None:
    """Its failures were those of another limit."""
    state = replace(after([BAD, BAD]), acted=ROLLBACK)
    edited = replace(ERRORS, threshold=3.0)
    repeated = after([BAD], edited, state)
    assert (repeated.failures, repeated.acted) == (1, None)


@given(st.lists(looks, max_size=30))
def test_only_failures_roll_back(seen: list[MetricReading]) -> None:
    """Without as many failures as the limit there is no rollback, whatever else happens."""
    state = UNJUDGED
    for count, reading in enumerate(seen, 1):
        state = judge_criterion(ERRORS, reading, state, started_at=BEGAN, now=NOW + count * TICK)
        if due_action(ERRORS, state) is ROLLBACK:
            assert reading is BAD
            assert seen[:count].count(BAD) >= ERRORS.failure_limit


@given(st.lists(looks, max_size=8), st.sampled_from([FEW, BROKEN, MetricReading(math.inf, 99)]))
def test_an_inconclusive_reading_moves_no_counter(
    seen: list[MetricReading], unclear: MetricReading
) -> None:
    """Within the time in which failures count as consecutive."""
    before = after(seen)
    state = after([unclear], state=before)
    assert (state.failures, state.good_ticks) == (before.failures, before.good_ticks)
    assert (state.failing, state.acted) == (before.failing, before.acted)
    assert state.verdict is INCONCLUSIVE


@given(st.lists(looks, max_size=30))
def test_a_criterion_passes_after_three_good_readings_since_the_last_failure(
    seen: list[MetricReading],
) -> None:
    clear = "".join("g" if reading is GOOD else "b" for reading in seen if reading in (GOOD, BAD))
    if after(seen).verdict is PASSING:
        assert seen[-1] is GOOD
        assert "b" not in clear or len(clear.rpartition("b")[2]) >= CRITERION_RECOVERY_TICKS


@given(st.lists(looks, max_size=30))
def test_a_guard_acts_once_until_the_criterion_passes(seen: list[MetricReading]) -> None:
    state, actions = UNJUDGED, 0
    hold = replace(ERRORS, action=HOLD)
    for count, reading in enumerate(seen, 1):
        state = judge_criterion(hold, reading, state, started_at=BEGAN, now=NOW + count * TICK)
        if state.verdict is PASSING:
            actions = 0
        if (action := due_action(hold, state)) is not None:
            state, actions = replace(state, acted=action), actions + 1
        assert actions <= 1


@pytest.mark.parametrize("reading", [BAD, EMPTY, GOOD, BROKEN])
def test_readings_during_a_silence_are_not_judged(reading: MetricReading) -> None:
    """A28: criteria hold; they neither fail nor pass, and nothing is due because of them."""
    before = after([BAD])
    state = judge_criterion(
        ERRORS, reading, before, started_at=BEGAN, now=NOW + 2 * TICK, suppressed_by="silence"
    )
    assert (state.verdict, state.explanation) == (INCONCLUSIVE, "error_rate is not judged: silence")
    assert (state.failures, state.failing) == (before.failures, before.failing)
    assert due_action(ERRORS, state) is None
