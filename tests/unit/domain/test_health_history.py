"""The history of a check, in slots (A27)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.health.health_history import MAX, Tally, slot_seconds, slots

START = datetime(2027, 1, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("hours", "seconds"), [(1, 60), (24, 1800), (7 * 24, 4 * 3600), (30 * 24, 12 * 3600)]
)
def test_the_slots_of_the_ranges(hours: int, seconds: int) -> None:
    assert slot_seconds(timedelta(hours=hours)) == seconds


@given(st.integers(0, 60 * 24 * 3600))
def test_a_page_of_slots_at_most(seconds: int) -> None:
    size = slot_seconds(timedelta(seconds=seconds))
    page = slots(START, START + timedelta(seconds=seconds), size, {})
    assert 1 <= len(page) <= MAX + 1


def test_a_slot_without_samples_is_unknown_not_down() -> None:
    page = slots(START, START + 2 * HOUR, 3600, {START + HOUR: Tally(3, 0, 12)})
    assert [slot.uptime for slot in page] == [None, 0.0, None]
    assert [slot.samples for slot in page] == [0, 3, 0]


def test_a_single_failure_lowers_the_uptime() -> None:
    (slot,) = slots(START, START, 60, {START: Tally(100_000, 99_999, None)})
    assert slot.uptime == 99.99
