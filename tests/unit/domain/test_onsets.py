"""The first bad sample of a window (L4, L5)."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.onsets import Step, first_bad

NOW = datetime(2027, 6, 1, 9, tzinfo=UTC)


def steps(*values: float | None) -> list[Step]:
    """One every ten seconds."""
    return [Step(NOW + timedelta(seconds=10 * index), value) for index, value in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((1.0, 1.0, 9.0, 9.0), 2),
        ((None, 9.0), 1),
        ((9.0, 1.0, 9.0), 0),
        ((0.0, 2.0, 2.0), 1),  # no part is bad by itself: the first in which something counted
        ((0.0, 0.0), None),
        ((), None),
    ],
)
def test_it_is_the_first_part_that_is_bad_by_itself(
    values: tuple[float | None, ...], expected: int | None
) -> None:
    found = first_bad(steps(*values), lambda value: value > 5)
    assert found == (None if expected is None else NOW + timedelta(seconds=10 * expected))
