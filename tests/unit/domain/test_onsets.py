"""The first bad sample of a window (L4, L5)."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.metrics.onsets import Step, first_bad, first_sample, latest

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
def test_the_onset_is_the_first_part_that_is_bad_by_itself(
    values: tuple[float | None, ...], expected: int | None
) -> None:
    onset = first_bad(steps(*values), lambda value: value > 5)
    assert onset == (None if expected is None else NOW + timedelta(seconds=10 * expected))


def seconds(*values: float) -> list[Step]:
    """One every second."""
    return [Step(NOW + timedelta(seconds=index), value) for index, value in enumerate(values, 1)]


@pytest.mark.parametrize(
    ("values", "one_by_one", "expected"),
    [
        ((1.0, 9.0, 9.0), True, 2),
        ((1.0, 9.0, 9.0), False, 1),  # a sum is not bad by one sample
        ((1.0, 2.0), True, 1),
        ((), True, 0),  # what processes fold themselves
    ],
)
def test_single_samples_have_a_finer_time(
    values: tuple[float, ...], one_by_one: bool, expected: int
) -> None:
    onset = first_sample(NOW, seconds(*values), one_by_one, lambda value: value > 5)
    assert onset == NOW + timedelta(seconds=expected)


@pytest.mark.parametrize(
    ("start_offset", "detected", "expected"), [(0, 30, 10), (0, 4, 4), (3, 30, 3), (10, 10, 10)]
)
def test_a_whole_step_stands_for_what_lies_within_it(
    start_offset: int, detected: int, expected: int
) -> None:
    onset = latest(NOW + timedelta(seconds=start_offset), NOW + timedelta(seconds=detected))
    assert onset == NOW + timedelta(seconds=expected)
