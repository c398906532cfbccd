"""Metrics: folding, percentiles, numbers of a window, cards (S69, S79)."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.metrics.criteria import Aggregation
from domain.metrics.metric_cards import Card, Trend
from domain.metrics.metric_folds import BOUNDS, EMPTY, Folded, bucket_of, fold, percentile
from domain.metrics.metrics import OWN, Measurement, check_fitting, info_of, measured

COUNTED = {"requests_total": Folded(2, 200, 50, 150, 150), "request_errors_total": Folded(2, 6)}
TIMES = {"response_time_ms": Folded(4, 100.0, 10, 40, 40, {bucket_of(10): 3, bucket_of(40): 1})}


def folded(value: float) -> Folded:
    return Folded(1, value, value, value, value, {bucket_of(value): 1})


values = st.lists(st.floats(0, 1e6), max_size=30)


@given(values, values, values)
def test_folding_is_associative(one: list[float], two: list[float], three: list[float]) -> None:
    a, b, c = (fold(map(folded, part)) for part in (one, two, three))
    left, right = a.plus(b).plus(c), a.plus(b.plus(c))
    assert (left.samples, left.histogram) == (right.samples, right.histogram)
    assert (left.minimum, left.maximum, left.last) == (right.minimum, right.maximum, right.last)
    assert left.total == pytest.approx(right.total)


@given(values, st.lists(st.integers(0, 30), max_size=5))
def test_folds_of_folds_say_what_the_samples_say(samples: list[float], cuts: list[int]) -> None:
    """Minutes made of samples, and hours made of minutes (A51)."""
    whole, borders = fold(map(folded, samples)), [0, *sorted(cuts), len(samples)]
    parts = [fold(map(folded, samples[a:b])) for a, b in pairwise(borders)]
    repeated = fold(parts)
    assert replace(repeated, total=0) == replace(whole, total=0)
    assert repeated.total == pytest.approx(whole.total)


@given(st.floats(1, 40_000))
def test_a_bucket_is_off_by_a_fifth_at_most(milliseconds: float) -> None:
    bound = BOUNDS[bucket_of(milliseconds)]
    assert milliseconds <= bound * 1.01
    assert bound <= max(milliseconds, 1) * 1.22


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, bucket_of(10)), (0.75, bucket_of(10)), (0.95, bucket_of(40))]
)
def test_a_percentile_is_the_bound_of_its_bucket(share: float, expected: int) -> None:
    assert percentile(TIMES["response_time_ms"].histogram, share) == BOUNDS[expected]


def test_no_samples_have_no_percentile() -> None:
    assert percentile({}, 0.95) is None


@pytest.mark.parametrize(
    ("metric", "aggregation", "expected"),
    [
        ("error_rate", Aggregation.AVG, Measurement(3.0, 200)),
        ("error_rate", Aggregation.COUNT, Measurement(200.0, 200)),
        ("response_time_ms", Aggregation.AVG, Measurement(25.0, 4)),
        ("response_time_ms", Aggregation.SUM, Measurement(100.0, 4)),
        ("signups_total", Aggregation.SUM, Measurement(None, 0)),
        ("custom.queue", Aggregation.AVG, Measurement(None, 0)),
    ],
)
def test_numbers_of_a_window(metric: str, aggregation: Aggregation, expected: Measurement) -> None:
    assert measured(metric, aggregation, {**COUNTED, **TIMES}, 60) == expected


def test_a_counter_has_a_rate_and_as_many_samples_as_it_counted() -> None:
    folds = {"signups_total": Folded(3, 12)}
    assert measured("signups_total", Aggregation.RATE, folds, 60) == Measurement(0.2, 12)


def test_without_a_request_there_is_no_error_rate() -> None:
    assert measured("error_rate", Aggregation.AVG, {}, 60) == Measurement(None, 0)
    assert EMPTY.plus(EMPTY) == EMPTY


@pytest.mark.parametrize(
    "metric", ["", "cpu", "custom.", "custom.a b", "custom.\n", "custom." + "x" * 100]
)
def test_unknown_names_are_refused(metric: str) -> None:
    with pytest.raises(Invalid):
        info_of(metric)


def test_a_counter_has_no_percentile() -> None:
    with pytest.raises(Invalid, match="COUNT, LAST, RATE, SUM"):
        check_fitting("signups_total", Aggregation.P95, OWN["signups_total"])


@pytest.mark.parametrize(
    ("value", "previous", "better", "change", "trend", "improving"),
    [
        (120, 100, True, 20.0, Trend.UP, True),
        (120, 100, False, 20.0, Trend.UP, False),
        (80, 100, False, -20.0, Trend.DOWN, True),
        (100.5, 100, True, 0.5, Trend.FLAT, None),
        (5, 0, True, None, Trend.UNKNOWN, None),
        (None, 100, True, None, Trend.UNKNOWN, None),
        (5, None, True, None, Trend.UNKNOWN, None),
    ],
)
def test_cards(
    value: float | None,
    previous: float | None,
    better: bool,
    change: float | None,
    trend: Trend,
    improving: bool | None,
) -> None:
    card = Card("k", "K", "", value, previous, higher_is_better=better)
    assert (card.change_percent, card.trend, card.improving) == (change, trend, improving)
