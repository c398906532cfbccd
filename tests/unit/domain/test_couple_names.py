"""What suppliers type for a couple, as two names to begin with (M8)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.marketplace.couple_names import two_names


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Emma & James", ("Emma", "James")),
        ("Emma&James", ("Emma", "James")),
        ("Emma Stone and James Doe", ("Emma Stone", "James Doe")),
        ("Ana und Ben", ("Ana", "Ben")),
        ("Lucía y Pedro", ("Lucía", "Pedro")),
        ("Emma + James", ("Emma", "James")),
        ("Emma / James", ("Emma", "James")),
        ("Emma & James & the band", ("Emma", "James & the band")),
        ("Anderson", ("Anderson", None)),
        ("John E Smith", ("John E Smith", None)),
        ("The Hernandez family", ("The Hernandez family", None)),
        ("Emma &", ("Emma &", None)),
        ("& James", ("& James", None)),
    ],
)
def test_a_typed_couple_name_is_split_into_two_names(
    typed: str, expected: tuple[str, str | None]
) -> None:
    assert two_names(typed) == expected


@given(st.text(min_size=1).filter(str.strip))
def test_something_is_always_left_to_begin_with(typed: str) -> None:
    assert two_names(typed)[0]
