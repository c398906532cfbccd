"""Numbers in sentences."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.platform.text_format import number, ordinal

NUMBERS = {2.0: "2", 3.14159: "3.1", 412.4: "412", 0.0341: "0.034", -1.5: "-1.5", 1e20: "1e+20"}


@pytest.mark.parametrize(("value", "text"), NUMBERS.items())
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text


def test_a_number_is_never_rounded_onto_its_limit() -> None:
    assert number(2.04, apart_from=2.0) == "2.04"
    assert number(500.2, apart_from=500.0) == "500.2"


@given(st.floats(-1e300, 1e300))
def test_any_number_reads_as_about_itself(value: float) -> None:
    assert math.isclose(float(number(value)), value, rel_tol=0.06)


@pytest.mark.parametrize(
    ("count", "text"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (22, "22nd"), (113, "113th")],
)
def test_ordinals(count: int, text: str) -> None:
    assert ordinal(count) == text
