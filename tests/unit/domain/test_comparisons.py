"""Limits are compared with a stated tolerance: no value exceeds itself (L12)."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.metrics.comparisons import is_equal, meets
from domain.metrics.criteria import Comparator
from domain.platform.text_format import number

LT, LTE, GT, GTE, EQ = Comparator
THREE_TENTHS = (0.1 + 0.1 + 0.1) / 3  # 0.10000000000000002

TABLE = [
    (THREE_TENTHS, LTE, 0.1, True),
    (THREE_TENTHS, GT, 0.1, False),
    (THREE_TENTHS, EQ, 0.1, True),
    (THREE_TENTHS, LT, 0.1, False),
    (0.1, GTE, THREE_TENTHS, True),
    (0.1 + 0.2 - 0.3, LTE, 0.0, True),
    (2.004, LTE, 2.0, False),
    (2.000_001, LTE, 2.0, False),
    (1.999, GTE, 2.0, False),
    (1.0, LT, 2.0, True),
    (3.0, GT, 2.0, True),
]


@pytest.mark.parametrize(("value", "comparator", "limit", "expected"), TABLE)
def test_values_at_the_limit(
    value: float, comparator: Comparator, limit: float, expected: bool
) -> None:
    assert meets(value, comparator, limit) is expected


@given(
    st.lists(st.integers(1, 10_000).map(lambda cents: Fraction(cents, 100)), min_size=1),
    st.integers(-1, 1),
)
def test_means_compare_like_exact_numbers(samples: list[Fraction], off: int) -> None:
    """Whatever the order of summation: a limit at, one cent above or one cent below the mean."""
    exact = sum(samples) / len(samples)
    limit = exact + Fraction(off, 100)
    mean = sum(map(float, samples)) / len(samples)
    assert meets(mean, LTE, float(limit)) is (exact <= limit)
    assert meets(mean, GT, float(limit)) is (exact > limit)


@given(st.floats(1e-6, 1e12), st.floats(-1e-8, 1e-8))
def test_different_numbers_are_printed_differently(limit: float, share: float) -> None:
    """No sentence says that a value exceeds itself."""
    value = limit * (1 + share)
    assert is_equal(value, limit) or number(value, apart_from=limit) != number(limit)
    assert not math.isnan(value)
