"""The live health of the system: always the newest snapshot, never a queue of old ones."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from domain.health import health as domain
from schema.context import Info
from schema.types.health import HealthSnapshot
from services.health.health_monitor import HealthMonitor
from subscriptions.bus import Broadcast, BusMessage, Resync
from subscriptions.channels import HEALTH
from subscriptions.fanout import Latest

_CHECKS_PER_INTERVAL = 3
_SILENT_SECONDS = 8.0  # Redis answers a PING every three seconds

logger = logging.getLogger(__name__)


async def system_health(info: Info) -> AsyncGenerator[HealthSnapshot, None]:
    """The current snapshot at once, then every new one (at least every 33 seconds).

    While Redis is down it continues from the database, within the same interval: see `ageSeconds`.
    """
    runtime = info.context.runtime
    # Subscribe before the snapshot, so that a message in between is not missed.
    async with (
        runtime.bus.subscribe(HEALTH, Latest()) as messages,
        aclosing(newest_snapshots(messages, runtime.health, runtime.bus)) as snapshots,
    ):
        with runtime.credential_watch.end_with_access(info.context.actor, messages):
            async for snapshot in snapshots:
                yield HealthSnapshot.of(snapshot)


async def newest_snapshots(
    messages: AsyncIterator[BusMessage], monitor: HealthMonitor, bus: Broadcast
) -> AsyncGenerator[domain.HealthSnapshot, None]:
    """Yield snapshots from the bus; read them from the stores while the bus is silent (F12).

    It checks three times per interval, so that no pause is much longer than an interval.
    """
    interval = monitor.interval.total_seconds()
    check_seconds, now = interval / _CHECKS_PER_INTERVAL, asyncio.get_running_loop().time
    yield await monitor.latest()
    sent_at = now()
    while True:
        try:
            async with asyncio.timeout(check_seconds):
                message = await anext(messages)
        except TimeoutError:
            pause = check_seconds if bus.silent_seconds > _SILENT_SECONDS else interval
            if now() - sent_at < pause:
                continue
            yield await monitor.latest()
        except StopAsyncIteration:
            return
        else:
            yield await _read_snapshot(message, monitor)
        sent_at = now()


async def _read_snapshot(message: BusMessage, monitor: HealthMonitor) -> domain.HealthSnapshot:
    if not isinstance(message, Resync):
        try:
            return monitor.read(message.message)
        except ValueError:
            logger.warning("health: cannot read a published snapshot", exc_info=True)
    return await monitor.latest()
