"""Texts for people: durations."""

from datetime import timedelta

import pytest

from domain.platform.text_format import format_duration


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-1, "0 s"),
        (0.4, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (899, "14 min"),
        (7_200, "2 h 0 min"),
        (12_000, "3 h 20 min"),
    ],
)
def test_durations_are_formatted_for_people(seconds: float, expected: str) -> None:
    assert format_duration(timedelta(seconds=seconds)) == expected
