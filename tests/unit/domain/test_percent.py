"""Percentages: 0 to 100, two decimals, 10,000 buckets (decision 2)."""

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.platform.percent import BUCKETS, Percent, parse_percent, threshold
from tests.unit.domain.builders import percents


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, 0.0), (100, 100.0), (25, 25.0), (0.01, 0.01), (99.99, 99.99), (0.1 + 0.2, 0.3)],
)
def test_accepts_numbers_of_two_decimals(value: float, expected: float) -> None:
    assert parse_percent(value) == expected


@pytest.mark.parametrize("value", [-0.01, 100.01, -1, 101, math.inf, -math.inf, math.nan])
def test_refuses_what_lies_outside(value: float) -> None:
    with pytest.raises(Invalid, match="between 0 and 100"):
        parse_percent(value)


def test_refuses_a_number_too_long_to_print() -> None:
    """Python refuses to print more than 4,300 digits, so a message must not try."""
    with pytest.raises(Invalid, match="between 0 and 100"):
        parse_percent(10**5000)


@pytest.mark.parametrize("value", [33.333, 0.001, 99.999])
def test_refuses_a_third_decimal(value: float) -> None:
    with pytest.raises(Invalid, match="two decimals"):
        parse_percent(value)


@pytest.mark.parametrize("value", [True, False, None, "25", [25], 25j])
def test_refuses_what_is_no_number(value: object) -> None:
    with pytest.raises(Invalid, match="is a number"):
        parse_percent(value)


def test_an_error_names_the_field_it_was_asked_for() -> None:
    with pytest.raises(Invalid) as caught:
        parse_percent(101, path=("input", "rolloutPercentage"))
    assert caught.value.path == ("input", "rolloutPercentage")


def test_minus_zero_is_zero() -> None:
    """Its repr would give a plan another hash (X3)."""
    assert repr(parse_percent(-0.0)) == "0.0"


@pytest.mark.parametrize(
    ("percentage", "buckets"),
    [(0, 0), (0.01, 1), (0.29, 29), (1.15, 115), (33.33, 3333), (99.99, 9999), (100, BUCKETS)],
)
def test_threshold_counts_buckets(percentage: float, buckets: int) -> None:
    assert threshold(Percent(percentage)) == buckets


@given(st.integers(0, BUCKETS))
def test_threshold_is_exact_for_every_percentage(buckets: int) -> None:
    assert threshold(parse_percent(buckets / 100)) == buckets


@given(percents)
def test_a_percentage_is_read_back_as_it_was(percentage: Percent) -> None:
    assert parse_percent(percentage) == percentage


@given(st.one_of(st.integers(), st.floats(), st.text(), st.booleans(), st.none()))
def test_whatever_comes_is_a_percentage_or_invalid(value: object) -> None:
    with suppress(Invalid):
        assert 0 <= parse_percent(value) <= 100
