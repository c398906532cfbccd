"""The health of the system, live: always the newest snapshot, never a queue of old ones."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from domain import health as domain
from schema.context import Info
from schema.types.health import HealthSnapshot
from services.health_monitor import HealthMonitor
from subscriptions.bus import BusMessage, Resync
from subscriptions.channels import HEALTH
from subscriptions.fanout import Latest

logger = logging.getLogger(__name__)


async def system_health(info: Info) -> AsyncGenerator[HealthSnapshot, None]:
    """The present snapshot at once, then every new one (at least every 33 seconds, SPEC S98).

    Where no news comes for two intervals, the checks are sent again as stale.
    """
    runtime = info.context.runtime
    # First the bus, then the snapshot: what happens in between comes through the bus.
    async with (
        runtime.bus.subscribe(HEALTH, Latest()) as messages,
        aclosing(_snapshots(messages, runtime.health)) as snapshots,
    ):
        with runtime.lifetimes.guard(info.context.actor, messages):
            async for snapshot in snapshots:
                yield HealthSnapshot.of(snapshot)


async def _snapshots(
    messages: AsyncIterator[BusMessage], monitor: HealthMonitor
) -> AsyncGenerator[domain.HealthSnapshot, None]:
    silence = domain.STALE_AFTER_INTERVALS * monitor.interval.total_seconds()
    yield await monitor.latest()
    while True:
        try:
            async with asyncio.timeout(silence):
                message = await anext(messages)
        except TimeoutError:
            yield await monitor.latest()
        except StopAsyncIteration:
            return
        else:
            yield await _snapshot(message, monitor)


async def _snapshot(message: BusMessage, monitor: HealthMonitor) -> domain.HealthSnapshot:
    if not isinstance(message, Resync):
        try:
            return monitor.read(message.message)
        except ValueError:
            logger.warning("health: a published snapshot could not be read", exc_info=True)
    return await monitor.latest()
