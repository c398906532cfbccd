"""The spans of time that dashboards look back on (SPEC A27)."""

from datetime import datetime, timedelta
from enum import StrEnum


class TimeRange(StrEnum):
    """How far back to look."""

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
