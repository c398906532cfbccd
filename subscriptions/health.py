"""The health of the system, live: always the newest snapshot, never a queue of old ones."""

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

_LOOKS = 3  # of an interval
_SILENT_SECONDS = 8.0  # Redis answers a PING every three seconds

logger = logging.getLogger(__name__)


async def system_health(info: Info) -> AsyncGenerator[HealthSnapshot, None]:
    """The present snapshot at once, then every new one (at least every 33 seconds).

    While Redis is away it goes on from the database, within the same interval: see `ageSeconds`.
    """
    runtime = info.context.runtime
    # First the bus, then the snapshot: what happens in between comes through the bus.
    async with (
        runtime.bus.subscribe(HEALTH, Latest()) as messages,
        aclosing(newest_snapshots(messages, runtime.health, runtime.bus)) as snapshots,
    ):
        with runtime.credential_watch.guard(info.context.actor, messages):
            async for snapshot in snapshots:
                yield HealthSnapshot.of(snapshot)


async def newest_snapshots(
    messages: AsyncIterator[BusMessage], monitor: HealthMonitor, bus: Broadcast
) -> AsyncGenerator[domain.HealthSnapshot, None]:
    """What is news comes through the bus; where that is silent, the stores are read instead (F12).

    Looked at three times an interval, so that no pause is longer than one.
    """
    interval = monitor.interval.total_seconds()
    look, now = interval / _LOOKS, asyncio.get_running_loop().time
    yield await monitor.latest()
    sent = now()
    while True:
        try:
            async with asyncio.timeout(look):
                message = await anext(messages)
        except TimeoutError:
            waits = look if bus.silent_seconds > _SILENT_SECONDS else interval
            if now() - sent < waits:
                continue
            yield await monitor.latest()
        except StopAsyncIteration:
            return
        else:
            yield await _snapshot(message, monitor)
        sent = now()


async def _snapshot(message: BusMessage, monitor: HealthMonitor) -> domain.HealthSnapshot:
    if not isinstance(message, Resync):
        try:
            return monitor.read(message.message)
        except ValueError:
            logger.warning("health: a published snapshot could not be read", exc_info=True)
    return await monitor.latest()
