"""Verdicts: what samples say about a criterion (X1, A9, A10); `guards` decides what follows.

Missing data is far more common than a real failure, so there are four verdicts, and only FAILING
counts as a failure. Until the window of a criterion has filled since the activation, too little
data is INCONCLUSIVE and pauses neither the phase nor its ramp (L15).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from domain.metrics.comparisons import is_equal, meets
from domain.metrics.criteria import Aggregation, Comparator, Criterion, GuardAction, Verdict
from domain.metrics.metrics import OWN
from domain.metrics.readings import MetricReading
from domain.platform.text_format import number, ordinal

CRITERION_RECOVERY_TICKS = 3  # good readings in a row before a criterion is no longer FAILING
MAX_STREAK_GAP = timedelta(minutes=5)  # readings further apart do not count as in a row
# Processes hand over their counts every ten seconds. The first hand-over after an activation was
# partly counted before it, so samples of these seconds are ignored.
METRIC_HANDOVER_DELAY = timedelta(seconds=10)

_SIGNS: Mapping[Comparator, str] = {
    Comparator.LT: "<",
    Comparator.LTE: "≤",
    Comparator.GT: ">",
    Comparator.GTE: "≥",
    Comparator.EQ: "=",
}
# A total below its lower limit may still reach it while the window fills.
_TOTALS = frozenset({Aggregation.SUM, Aggregation.COUNT})
_LOWER_LIMITS = frozenset({Comparator.GT, Comparator.GTE, Comparator.EQ})
_ZERO_WITHOUT_SAMPLES = frozenset({Aggregation.SUM, Aggregation.COUNT, Aggregation.RATE})


@dataclass(frozen=True, slots=True)
class CriterionState:
    """The state of a criterion in a run.

    It is stored as JSON under these field names: other workers, and this one after a restart,
    continue from it. `failing` lasts until enough good readings follow; `failing_since` is the
    reading that began it, and `acted` the strongest action taken since. `filling` says that the
    verdict is INCONCLUSIVE only because the window has not filled since the activation. `since` is
    the reading that first gave this verdict.
    """

    verdict: Verdict = Verdict.NO_DATA
    explanation: str = "Nothing has been measured for this criterion yet."
    value: float | None = None
    samples: int = 0
    unit: str = ""
    failures: int = 0
    good_ticks: int = 0
    empty_ticks: int = 0
    failing: bool = False
    failed_at: datetime | None = None
    evaluated_at: datetime | None = None
    acted: GuardAction | None = None
    judged: Criterion | None = None
    failing_since: datetime | None = None
    filling: bool = False
    since: datetime | None = None


UNJUDGED = CriterionState()


def judge_criterion(
    criterion: Criterion,
    reading: MetricReading,
    before: CriterionState,
    *,
    started_at: datetime,
    now: datetime,
    max_gap: timedelta = MAX_STREAK_GAP,
    suppressed_by: str | None = None,
) -> CriterionState:
    """Return the state after one more reading; an edited criterion starts again from UNJUDGED.

    `suppressed_by` says why the criterion must not be judged now, such as a silence (A28).
    """
    previous = before if before.judged == criterion else UNJUDGED
    state = replace(
        _drop_old_counts(previous, now, max_gap),
        value=reading.value if _is_number(reading.value) else None,
        samples=reading.samples,
        unit=reading.unit,
        evaluated_at=now,
        judged=criterion,
        filling=False,
    )
    judged = _judge_reading(criterion, reading, state, started_at, suppressed_by)
    since = previous.since if judged.verdict is previous.verdict else None
    return replace(judged, since=since or now)


def _judge_reading(
    criterion: Criterion,
    reading: MetricReading,
    state: CriterionState,
    started_at: datetime,
    suppressed_by: str | None,
) -> CriterionState:
    assert state.evaluated_at is not None
    starts_at = started_at + timedelta(seconds=criterion.initial_delay_seconds)
    if state.evaluated_at < starts_at:
        return _inconclusive(state, f"waits until {starts_at.astimezone(UTC):%H:%M:%S} UTC")
    if suppressed_by is not None:
        return _inconclusive(state, f"is not judged: {suppressed_by}")
    if reading.problem is not None:
        return _inconclusive(state, f"could not be measured: {reading.problem}")
    if reading.value is not None and not _is_number(reading.value):
        return _inconclusive(state, "could not be measured: the value is not a finite number")
    return _judge_value(
        criterion, _read_nothing_as_zero(criterion, state), window_fills_at(criterion, started_at)
    )


def window_fills_at(criterion: Criterion, started_at: datetime) -> datetime:
    """Return the time from which the whole window of a criterion lies within the run."""
    return started_at + METRIC_HANDOVER_DELAY + timedelta(seconds=criterion.window_seconds)


def is_met(criterion: Criterion, value: float) -> bool:
    """Whether one value meets a criterion."""
    return meets(value, criterion.comparator, criterion.threshold)


def was_just_judged(evaluated_at: datetime | None, now: datetime, interval: timedelta) -> bool:
    """Whether another worker judged it in this interval: no failure may count twice."""
    return evaluated_at is not None and abs(now - evaluated_at) < interval / 2


def _drop_old_counts(state: CriterionState, now: datetime, max_gap: timedelta) -> CriterionState:
    """Restart the counts that are too old to be in a row; that it was failing is kept."""
    if state.failed_at is not None and now - state.failed_at > max_gap:
        state = replace(state, failures=0)
    if state.evaluated_at is not None and now - state.evaluated_at > max_gap:
        state = replace(state, empty_ticks=0, good_ticks=0)
    return state


def _read_nothing_as_zero(criterion: Criterion, state: CriterionState) -> CriterionState:
    """Read no samples as zero where that is a measurement, such as "no failed sign-ups"."""
    is_empty = state.value is None and not state.samples and not criterion.min_samples
    if is_empty and criterion.aggregation in _ZERO_WITHOUT_SAMPLES:
        return replace(state, value=0.0)
    return state


def _judge_value(criterion: Criterion, state: CriterionState, fills_at: datetime) -> CriterionState:
    assert state.evaluated_at is not None
    is_filling = state.evaluated_at < fills_at
    if state.value is None or state.samples < criterion.min_samples:
        return _judge_too_few_samples(criterion, state, fills_at if is_filling else None)
    if is_met(criterion, state.value):
        return _count_good(criterion, state)
    is_total = criterion.aggregation in _TOTALS and criterion.comparator in _LOWER_LIMITS
    if is_filling and is_total and state.value < criterion.threshold:
        return _window_is_filling(state, f"{_format_value(criterion, state)} so far", fills_at)
    return _count_bad(criterion, state)


def _inconclusive(state: CriterionState, reason: str) -> CriterionState:
    """Give no verdict, and leave the counts of good and bad readings as they are."""
    assert state.judged is not None
    return replace(
        state, verdict=Verdict.INCONCLUSIVE, explanation=f"{state.judged.metric} {reason}"
    )


def _window_is_filling(state: CriterionState, reason: str, fills_at: datetime) -> CriterionState:
    """Give no verdict yet: nothing is paused until the window has filled (L15)."""
    fills = f"its window fills at {fills_at.astimezone(UTC):%H:%M:%S} UTC"
    return replace(_inconclusive(state, f"{reason}, {fills}"), filling=True)


def _judge_too_few_samples(
    criterion: Criterion, state: CriterionState, fills_at: datetime | None
) -> CriterionState:
    """Judge a reading with too few samples. `fills_at` is None once the window has filled."""
    span = f"in {criterion.window_seconds} s"
    too_few = f"has {_format_samples(state)} {span}, {criterion.min_samples} are needed"
    if state.samples:
        state = replace(state, empty_ticks=0)
    if fills_at is not None:
        return _window_is_filling(
            state, too_few if state.samples else f"has no samples {span} yet", fills_at
        )
    if state.samples:
        return _inconclusive(state, too_few)
    empty_ticks = state.empty_ticks + 1
    count = _format_count(empty_ticks, criterion.failure_limit)
    return replace(
        state,
        verdict=Verdict.NO_DATA,
        empty_ticks=empty_ticks,
        explanation=f"{criterion.metric} has no samples {span}, {count}",
    )


def _count_good(criterion: Criterion, state: CriterionState) -> CriterionState:
    good_ticks = state.good_ticks + 1
    sentence = _describe(criterion, state, met=True)
    state = replace(state, failures=0, empty_ticks=0, good_ticks=good_ticks)
    if state.failing and good_ticks < CRITERION_RECOVERY_TICKS:
        recovering = (
            f"{sentence}, good again, {_format_count(good_ticks, CRITERION_RECOVERY_TICKS)}"
        )
        return replace(state, verdict=Verdict.FAILING, explanation=recovering)
    return replace(
        state,
        verdict=Verdict.PASSING,
        explanation=sentence,
        failing=False,
        failing_since=None,
        acted=None,
    )


def _count_bad(criterion: Criterion, state: CriterionState) -> CriterionState:
    failures = state.failures + 1
    sentence = _describe(criterion, state, met=False)
    return replace(
        state,
        verdict=Verdict.FAILING,
        explanation=f"{sentence}, {_format_count(failures, criterion.failure_limit)}",
        failures=failures,
        good_ticks=0,
        empty_ticks=0,
        failing=True,
        failing_since=state.failing_since or state.evaluated_at,
        failed_at=state.evaluated_at,
    )


def _describe(criterion: Criterion, state: CriterionState, *, met: bool) -> str:
    """Describe a comparison, such as `error_rate 3.1 % > 2 % in 60 s, 412 samples`."""
    assert state.value is not None
    limit = f"{number(criterion.threshold)}{_unit_suffix(criterion, state)}"
    if met or is_equal(state.value, criterion.threshold):
        relation = f"{'' if met else 'is not '}{_SIGNS[criterion.comparator]}"
    else:
        relation = ">" if state.value > criterion.threshold else "<"
    return (
        f"{criterion.metric} {_format_value(criterion, state)} {relation} {limit} "
        f"in {criterion.window_seconds} s, {_format_samples(state)}"
    )


def _format_value(criterion: Criterion, state: CriterionState) -> str:
    assert state.value is not None
    return f"{number(state.value, apart_from=criterion.threshold)}{_unit_suffix(criterion, state)}"


def _unit_suffix(criterion: Criterion, state: CriterionState) -> str:
    unit = unit_of(criterion, state)
    return f" {unit}" if unit else ""


def unit_of(criterion: Criterion, state: CriterionState) -> str:
    """Return the unit of the value that a criterion compares."""
    own_metric = OWN.get(criterion.metric)
    if criterion.aggregation is Aggregation.COUNT:
        return ""
    unit = own_metric.unit if own_metric else state.unit
    has_parts = own_metric is not None and own_metric.parts is not None
    if criterion.aggregation is Aggregation.RATE and not has_parts:
        return f"{unit}/s"
    return unit


def _format_samples(state: CriterionState) -> str:
    return f"{state.samples} sample{'' if state.samples == 1 else 's'}"


def _format_count(count: int, limit: int) -> str:
    """Format a count, such as `2nd of 2`."""
    if count <= limit:
        return f"{ordinal(count)} of {limit}"
    return f"{ordinal(count)} in a row, limit {limit}"


def _is_number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
