"""Reads the history of checks (A27)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import health as queries
from domain.health.health import CheckType
from domain.health.health_history import HealthSlot, slot_seconds, slots
from domain.platform.time_ranges import TimeRange, floor
from services.health.health import UptimeKey, window_start


async def histories(
    session: AsyncSession, keys: Sequence[UptimeKey], *, clock: Callable[[], datetime]
) -> Mapping[UptimeKey, list[HealthSlot]]:
    """Return the slots of checks over time ranges, with one statement for each range."""
    by_key: dict[UptimeKey, list[HealthSlot]] = {}
    for window in {window for _, window in keys}:
        checks = [check for check, span in keys if span is window]
        by_key |= await _histories(session, window, checks, clock())
    return by_key


async def _histories(
    session: AsyncSession, window: TimeRange, checks: Sequence[CheckType], now: datetime
) -> dict[UptimeKey, list[HealthSlot]]:
    start = await window_start(session, window, now)
    if start is None:
        return {}
    size = slot_seconds(now - start)
    tallies = await queries.tallies(session, floor(start, size), size)
    return {(check, window): slots(start, now, size, tallies.get(check, {})) for check in checks}


RAW_READINGS = timedelta(hours=48)
