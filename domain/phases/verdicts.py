"""Verdicts: what samples say about a criterion, and when a phase acts on it (X1, A9, A10).

Too little is known far more often than something is wrong, so there are four verdicts, and only
FAILING counts as a failure. No data holds a phase at most; it never rolls one back. Before the
window of a criterion has filled since the activation, too little data is INCONCLUSIVE and holds
nothing, neither the phase nor its ramp (L15).
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

GOOD_TICKS = 3  # in a row, before a criterion is no longer FAILING
FORGET_AFTER = timedelta(minutes=5)  # what lies further apart is not in a row
# Processes hand over what they counted every ten seconds: what comes in first was partly counted
# before the run began, so nothing from these seconds counts.
SETTLING = timedelta(seconds=10)

_SIGNS: Mapping[Comparator, str] = {
    Comparator.LT: "<",
    Comparator.LTE: "≤",
    Comparator.GT: ">",
    Comparator.GTE: "≥",
    Comparator.EQ: "=",
}
# A total that is below its lower limit may still reach it while its window fills.
_TOTALS = frozenset({Aggregation.SUM, Aggregation.COUNT})
_LOWER_LIMITS = frozenset({Comparator.GT, Comparator.GTE, Comparator.EQ})
_ZERO_OF_NOTHING = frozenset({Aggregation.SUM, Aggregation.COUNT, Aggregation.RATE})
_STRENGTH = (GuardAction.WARN, GuardAction.HOLD, GuardAction.ROLLBACK)


@dataclass(frozen=True, slots=True)
class CriterionState:
    """Where a criterion stands in a run; stored, so that restarts and other workers go on with it.

    `failing` lasts until it was good often enough, `acted` is the strongest action of that time,
    `failing_since` the look at which it began. `filling`: it is INCONCLUSIVE only because its
    window has not filled since the activation. `since`: the look that first gave this verdict.
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


def judge(
    criterion: Criterion,
    look: MetricReading,
    before: CriterionState,
    *,
    started_at: datetime,
    now: datetime,
    forget_after: timedelta = FORGET_AFTER,
    held_because: str | None = None,
) -> CriterionState:
    """The state after one more look; a criterion that was edited starts anew.

    `held_because`: why it is not to be judged now, such as a silence (A28).
    """
    previous = before if before.judged == criterion else UNJUDGED
    state = replace(
        _in_a_row(previous, now, forget_after),
        value=look.value if _is_number(look.value) else None,
        samples=look.samples,
        unit=look.unit,
        evaluated_at=now,
        judged=criterion,
        filling=False,
    )
    state_now = _looked(criterion, look, state, started_at, held_because)
    since = previous.since if state_now.verdict is previous.verdict else None
    return replace(state_now, since=since or now)


def _looked(
    criterion: Criterion,
    look: MetricReading,
    state: CriterionState,
    started_at: datetime,
    held_because: str | None,
) -> CriterionState:
    assert state.evaluated_at is not None
    starts_at = started_at + timedelta(seconds=criterion.initial_delay_seconds)
    if state.evaluated_at < starts_at:
        return _unclear(state, f"waits until {starts_at.astimezone(UTC):%H:%M:%S} UTC")
    if held_because is not None:
        return _unclear(state, f"is not judged: {held_because}")
    if look.problem is not None:
        return _unclear(state, f"could not be measured: {look.problem}")
    if look.value is not None and not _is_number(look.value):
        return _unclear(state, "could not be measured: the value is not a finite number")
    return _weighed(criterion, _with_zero(criterion, state), window_fills_at(criterion, started_at))


def window_fills_at(criterion: Criterion, started_at: datetime) -> datetime:
    """From when on the window of a criterion lies within the run as a whole."""
    return started_at + SETTLING + timedelta(seconds=criterion.window_seconds)


def is_kept(criterion: Criterion, value: float) -> bool:
    """Whether one value keeps a criterion."""
    return meets(value, criterion.comparator, criterion.threshold)


def is_judged(evaluated_at: datetime | None, now: datetime, interval: timedelta) -> bool:
    """Whether another worker did so in this interval: no failure may count twice."""
    return evaluated_at is not None and abs(now - evaluated_at) < interval / 2


def due_action(criterion: Criterion, state: CriterionState) -> GuardAction | None:
    """What must be done now; once for each time of failing, and never in a dry run (A11).

    What has no data holds, where the criterion may do more than warn (A10).
    """
    action: GuardAction | None = None
    if state.verdict is Verdict.FAILING and state.failures >= criterion.failure_limit:
        action = criterion.action
    elif state.verdict is Verdict.NO_DATA and state.empty_ticks >= criterion.failure_limit:
        action = min(criterion.action, GuardAction.HOLD, key=_STRENGTH.index)
    if action is None or criterion.dry_run:
        return None
    if state.acted is not None and _STRENGTH.index(action) <= _STRENGTH.index(state.acted):
        return None
    return action


def _in_a_row(state: CriterionState, now: datetime, forget_after: timedelta) -> CriterionState:
    """After a long silence the next failure is a first one; that it failed is not forgotten."""
    if state.failed_at is not None and now - state.failed_at > forget_after:
        state = replace(state, failures=0)
    if state.evaluated_at is not None and now - state.evaluated_at > forget_after:
        state = replace(state, empty_ticks=0, good_ticks=0)
    return state


def _with_zero(criterion: Criterion, state: CriterionState) -> CriterionState:
    """No failed sign-up in five minutes is a number, where the criterion asks for no samples."""
    is_nothing = state.value is None and not state.samples and not criterion.min_samples
    if is_nothing and criterion.aggregation in _ZERO_OF_NOTHING:
        return replace(state, value=0.0)
    return state


def _weighed(criterion: Criterion, state: CriterionState, fills_at: datetime) -> CriterionState:
    assert state.evaluated_at is not None
    is_filling = state.evaluated_at < fills_at
    if state.value is None or state.samples < criterion.min_samples:
        return _too_little(criterion, state, fills_at if is_filling else None)
    if is_kept(criterion, state.value):
        return _good(criterion, state)
    is_total = criterion.aggregation in _TOTALS and criterion.comparator in _LOWER_LIMITS
    if is_filling and is_total and state.value < criterion.threshold:
        return _filling(state, f"{_amount(criterion, state)} so far", fills_at)
    return _bad(criterion, state)


def _unclear(state: CriterionState, why: str) -> CriterionState:
    """Neither good nor bad: what was counted so far stays as it is."""
    assert state.judged is not None
    return replace(state, verdict=Verdict.INCONCLUSIVE, explanation=f"{state.judged.metric} {why}")


def _filling(state: CriterionState, why: str, fills_at: datetime) -> CriterionState:
    """Too early to tell: it holds nothing until its window has filled (L15)."""
    fills = f"its window fills at {fills_at.astimezone(UTC):%H:%M:%S} UTC"
    return replace(_unclear(state, f"{why}, {fills}"), filling=True)


def _too_little(
    criterion: Criterion, state: CriterionState, fills_at: datetime | None
) -> CriterionState:
    """`fills_at`: when the window has filled; None where it has."""
    span = f"in {criterion.window_seconds} s"
    few = f"has {_samples(state)} {span}, {criterion.min_samples} are needed"
    if state.samples:
        state = replace(state, empty_ticks=0)
    if fills_at is not None:
        return _filling(state, few if state.samples else f"has no samples {span} yet", fills_at)
    if state.samples:
        return _unclear(state, few)
    empty = state.empty_ticks + 1
    count = _count(empty, criterion.failure_limit)
    return replace(
        state,
        verdict=Verdict.NO_DATA,
        empty_ticks=empty,
        explanation=f"{criterion.metric} has no samples {span}, {count}",
    )


def _good(criterion: Criterion, state: CriterionState) -> CriterionState:
    good = state.good_ticks + 1
    sentence = _sentence(criterion, state, holds=True)
    state = replace(state, failures=0, empty_ticks=0, good_ticks=good)
    if state.failing and good < GOOD_TICKS:
        again = f"{sentence}, good again, {_count(good, GOOD_TICKS)}"
        return replace(state, verdict=Verdict.FAILING, explanation=again)
    return replace(
        state,
        verdict=Verdict.PASSING,
        explanation=sentence,
        failing=False,
        failing_since=None,
        acted=None,
    )


def _bad(criterion: Criterion, state: CriterionState) -> CriterionState:
    failures = state.failures + 1
    sentence = _sentence(criterion, state, holds=False)
    return replace(
        state,
        verdict=Verdict.FAILING,
        explanation=f"{sentence}, {_count(failures, criterion.failure_limit)}",
        failures=failures,
        good_ticks=0,
        empty_ticks=0,
        failing=True,
        failing_since=state.failing_since or state.evaluated_at,
        failed_at=state.evaluated_at,
    )


def _sentence(criterion: Criterion, state: CriterionState, *, holds: bool) -> str:
    """Such as `error_rate 3.1 % > 2 % in 60 s, 412 samples`."""
    assert state.value is not None
    limit = f"{number(criterion.threshold)}{_tail(criterion, state)}"
    if holds or is_equal(state.value, criterion.threshold):
        relation = f"{'' if holds else 'is not '}{_SIGNS[criterion.comparator]}"
    else:
        relation = ">" if state.value > criterion.threshold else "<"
    return (
        f"{criterion.metric} {_amount(criterion, state)} {relation} {limit} "
        f"in {criterion.window_seconds} s, {_samples(state)}"
    )


def _amount(criterion: Criterion, state: CriterionState) -> str:
    assert state.value is not None
    return f"{number(state.value, apart_from=criterion.threshold)}{_tail(criterion, state)}"


def _tail(criterion: Criterion, state: CriterionState) -> str:
    unit = unit_of(criterion, state)
    return f" {unit}" if unit else ""


def unit_of(criterion: Criterion, state: CriterionState) -> str:
    """The unit of the number that a criterion compares."""
    metric = OWN.get(criterion.metric)
    if criterion.aggregation is Aggregation.COUNT:
        return ""
    unit = metric.unit if metric else state.unit
    if criterion.aggregation is Aggregation.RATE and (metric is None or metric.parts is None):
        return f"{unit}/s"
    return unit


def _samples(state: CriterionState) -> str:
    return f"{state.samples} sample{'' if state.samples == 1 else 's'}"


def _count(count: int, limit: int) -> str:
    """Such as `2nd of 2`."""
    if count <= limit:
        return f"{ordinal(count)} of {limit}"
    return f"{ordinal(count)} in a row, limit {limit}"


def _is_number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
