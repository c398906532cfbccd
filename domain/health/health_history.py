"""The history of a check in equal slots, including empty ones (A27, S81)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.platform.percent import Percent
from domain.platform.time_ranges import floor

MAX = 60
_SIZES = (60, 300, 900, 1800, 3600, 4 * 3600, 12 * 3600, 24 * 3600)


@dataclass(frozen=True, slots=True)
class Tally:
    """The readings of a slot; `up` are HEALTHY and WARNING ones, times are milliseconds."""

    samples: int
    up: int
    response_time_ms: int | None


@dataclass(frozen=True, slots=True)
class HealthSlot:
    """A slot; without readings its uptime is unknown, which is not the same as down."""

    at: datetime
    samples: int
    uptime: Percent | None
    response_time_ms: int | None


NOTHING = Tally(0, 0, None)


def slot_seconds(span: timedelta) -> int:
    """The shortest slot with which at most 60 fill the span; a day if none is long enough."""
    seconds = span.total_seconds()
    return next((size for size in _SIZES if seconds / size <= MAX), _SIZES[-1])


def slots(
    start: datetime, end: datetime, seconds: int, tallies: Mapping[datetime, Tally]
) -> list[HealthSlot]:
    """All slots from the one that contains `start` to the one that contains `end`."""
    first = floor(start, seconds)
    count = (floor(end, seconds) - first) // timedelta(seconds=seconds) + 1
    moments = [first + timedelta(seconds=seconds * index) for index in range(count)]
    return [_slot(at, tallies.get(at, NOTHING)) for at in moments]


def _slot(at: datetime, tally: Tally) -> HealthSlot:
    return HealthSlot(at, tally.samples, _share(tally), tally.response_time_ms)


def _share(tally: Tally) -> Percent | None:
    """Rounded down: one failure among many must not read as 100 %."""
    if tally.samples == 0:
        return None
    return Percent(math.floor(10_000 * tally.up / tally.samples) / 100)
