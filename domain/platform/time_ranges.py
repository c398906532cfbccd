"""Time ranges of dashboards, and the resolution at which each part is read (A27)."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise


class TimeRange(StrEnum):
    """A range of time up to now."""

    LAST_1H = "last_1h"
    LAST_24H = "last_24h"
    LAST_7D = "last_7d"
    LAST_30D = "last_30d"
    CURRENT_PHASE = "current_phase"


_SPANS = {
    TimeRange.LAST_1H: timedelta(hours=1),
    TimeRange.LAST_24H: timedelta(hours=24),
    TimeRange.LAST_7D: timedelta(days=7),
    TimeRange.LAST_30D: timedelta(days=30),
}


def start_of(
    window: TimeRange, now: datetime, phase_started_at: datetime | None = None
) -> datetime | None:
    """When the span begins; None for CURRENT_PHASE while no phase is active."""
    if window is TimeRange.CURRENT_PHASE:
        return phase_started_at
    return now - _SPANS[window]


def floor(moment: datetime, seconds: int) -> datetime:
    """The whole minute, hour or other span since the epoch in which a moment lies."""
    stamp = math.floor(moment.timestamp())
    return datetime.fromtimestamp(stamp - stamp % seconds, UTC)


def ceiling(moment: datetime, seconds: int) -> datetime:
    """The first start of such a period at or after the moment."""
    rounded = floor(moment, seconds)
    return rounded if rounded == moment else rounded + timedelta(seconds=seconds)


FINE, MINUTE, HOUR, DAY = 10, 60, 3600, 86_400
RECENT = timedelta(minutes=10)  # is folded again with each run
_LATE = RECENT / 2  # what is written may be committed only later
_TICK = timedelta(microseconds=1)


def late_minutes(moments: Iterable[datetime], now: datetime) -> list[datetime]:
    """The minutes of those moments that regular folding may no longer include."""
    return sorted({floor(at, MINUTE) for at in moments if at < now - _LATE})


@dataclass(frozen=True, slots=True)
class Tier:
    """A part of a window that is read at one resolution; `end` is outside."""

    resolution: int
    start: datetime
    end: datetime


def tiers(start: datetime, end: datetime, resolution: int, folded: datetime | None) -> list[Tier]:
    """How to read what came after `start` up to `end`: coarse in the middle, finer at the ends.

    `folded` is the minute up to which samples are folded; later samples are read one by one, so
    that a worker that is away costs time, not numbers. Nothing is read twice or left out.
    """
    chosen: list[Tier] = []
    low, high = start + _TICK, end + _TICK
    for size in (item for item in (MINUTE, HOUR) if item <= resolution and folded is not None):
        first, last = ceiling(low, size), floor(min(high, folded or high), size)
        if first >= last:
            break
        finer = FINE if size == MINUTE else MINUTE
        chosen += [Tier(finer, low, first), Tier(finer, last, high)]
        low, high = first, last
    middle = _size_of(chosen)
    return [tier for tier in (*chosen, Tier(middle, low, high)) if tier.start < tier.end]


def layers(start: datetime, end: datetime, sizes: Sequence[int]) -> list[Tier]:
    """A window in as few buckets as possible, where all of them are there in each size.

    `sizes` from fine to coarse; start and end are borders of the finest, and end is outside.
    """
    chosen: list[Tier] = []
    low, high = start, end
    for finer, coarser in pairwise(sizes):
        first, last = ceiling(low, coarser), floor(high, coarser)
        if first >= last:
            return [*chosen, Tier(finer, low, high)]
        chosen += [Tier(finer, low, first), Tier(finer, last, high)]
        low, high = first, last
    return [tier for tier in (*chosen, Tier(sizes[-1], low, high)) if tier.start < tier.end]


def _size_of(ends: list[Tier]) -> int:
    """Of the middle, between the ends that were cut off: one step coarser than the last."""
    if not ends:
        return FINE
    return MINUTE if ends[-1].resolution == FINE else HOUR
