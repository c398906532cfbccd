"""Windows of time, and at which resolution each part of one is read (A51)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.platform.time_ranges import (
    FINE,
    HOUR,
    MINUTE,
    RECENT,
    Tier,
    ceiling,
    floor,
    late_minutes,
    tiers,
)

NOW = datetime(2026, 11, 24, 12, 34, 56, 789, tzinfo=UTC)
TICK = timedelta(microseconds=1)
seconds = st.floats(0, 40 * 86_400).map(lambda value: timedelta(seconds=value))


def at(hour: int, minute: int, second: int = 0, micro: int = 0) -> datetime:
    return NOW.replace(hour=hour, minute=minute, second=second, microsecond=micro)


@given(seconds, seconds, st.none() | seconds, st.sampled_from([FINE, MINUTE, HOUR]))
def test_a_window_is_read_once_and_whole(
    length: timedelta, back: timedelta, behind: timedelta | None, resolution: int
) -> None:
    end = NOW - back
    start = end - length
    folded = None if behind is None else floor(NOW - behind, MINUTE)
    ordered = sorted(tiers(start, end, resolution, folded), key=lambda tier: tier.start)
    borders = [ordered[0].start, *(tier.end for tier in ordered)] if ordered else []
    assert [tier.start for tier in ordered] == borders[:-1]
    if length:
        assert (borders[0], borders[-1]) == (start + TICK, end + TICK)


@given(seconds, seconds, seconds, st.sampled_from([MINUTE, HOUR]))
def test_folds_are_read_whole_and_only_when_they_are_done(
    length: timedelta, back: timedelta, behind: timedelta, resolution: int
) -> None:
    folded = floor(NOW - behind, MINUTE)
    for tier in tiers(NOW - back - length, NOW - back, resolution, folded):
        if tier.resolution != FINE:
            assert floor(tier.start, tier.resolution) == tier.start
            assert floor(tier.end, tier.resolution) == tier.end <= folded


def test_the_middle_is_coarse_and_the_ends_are_fine() -> None:
    chosen = tiers(at(8, 58, 30), at(12, 3, 30), HOUR, at(12, 2))
    assert sorted(chosen, key=lambda tier: tier.start) == [
        Tier(FINE, at(8, 58, 30, 1), at(8, 59)),
        Tier(MINUTE, at(8, 59), at(9, 0)),
        Tier(HOUR, at(9, 0), at(12, 0)),
        Tier(MINUTE, at(12, 0), at(12, 2)),
        Tier(FINE, at(12, 2), at(12, 3, 30, 1)),
    ]


@pytest.mark.parametrize("folded", [None, at(2, 0)])
def test_unfolded_samples_are_read_raw(folded: datetime | None) -> None:
    assert tiers(at(8, 0), at(12, 0), HOUR, folded) == [Tier(FINE, at(8, 0, 0, 1), at(12, 0, 0, 1))]


@pytest.mark.parametrize(
    ("moment", "low", "high"),
    [
        (at(12, 34, 56, 789), at(12, 34), at(12, 35)),
        (at(12, 34), at(12, 34), at(12, 34)),
        (at(12, 34, 0, 1), at(12, 34), at(12, 35)),
    ],
)
def test_whole_minutes(moment: datetime, low: datetime, high: datetime) -> None:
    assert (floor(moment, MINUTE), ceiling(moment, MINUTE)) == (low, high)


@pytest.mark.parametrize(
    ("ages", "minutes"),
    [
        ([], []),
        ([timedelta(0), RECENT / 2], []),  # folded anew anyway, for as long again
        ([RECENT / 2 + TICK], [at(12, 29)]),
        ([timedelta(hours=3), timedelta(hours=3, seconds=50)], [at(9, 34)]),
        ([timedelta(hours=2), timedelta(hours=3), -RECENT], [at(9, 34), at(10, 34)]),
    ],
)
def test_a_minute_is_late_when_it_may_not_be_folded_anew(
    ages: list[timedelta], minutes: list[datetime]
) -> None:
    assert late_minutes([NOW - age for age in ages], NOW) == minutes
