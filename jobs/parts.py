"""The shared parts of a worker: created at its start, closed at its end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from redis.asyncio import Redis

from db.session import Database
from domain.metrics.metrics import POOL_USED
from jobs.stores import open_stores
from services.alerting import AlertCenter
from services.health.health import build_monitor
from services.health.health_monitor import HealthMonitor
from services.health.heartbeats import Heartbeats, HeartbeatWatch
from services.metrics import metric_rollups
from services.metrics.metering import Meter
from services.phases.health_watchdog import Watchdog
from services.platform import event_lines
from services.platform.passwords import Passwords
from services.propagation.propagation import Announcer
from services.webhooks.changes import allowed
from services.webhooks.delivery import Deliverer
from services.webhooks.documents import OpenDocuments
from services.webhooks.sending import Sender
from settings import Settings
from subscriptions.bus import Broadcast
from subscriptions.channels import HEALTH, METRICS
from subscriptions.publish import Publisher

_CLOSE_SECONDS = 1.2
_HAND_OVER_SECONDS = 2.5  # for messages under way


@dataclass(frozen=True, slots=True)
class Parts:
    """The shared parts of the jobs of a worker."""

    settings: Settings
    db: Database
    redis: Redis
    health: HealthMonitor
    publish: Callable[[str, str], Awaitable[None]]
    alerts: AlertCenter
    heartbeats: Heartbeats
    webhooks: Deliverer | None = None  # None: left to other workers
    meter: Meter | None = None
    bus: Broadcast | None = None

    async def collect(self) -> None:
        """Fold the newest samples, then notify the dashboards (S63, S109)."""
        try:
            await metric_rollups.roll_recent(self.db)
        finally:  # samples that are not folded yet are read as they are
            await self.publish(METRICS, self.db.clock().isoformat())
            await metric_rollups.note_collection(self.db)


@asynccontextmanager
async def open_parts(
    settings: Settings, name: str, documents: OpenDocuments | None
) -> AsyncIterator[Parts]:
    """Connect and start background tasks; close all of it within five seconds."""
    db, redis, bus = open_stores(settings, partial(datetime.now, UTC))
    passwords = Passwords()
    announcer = Announcer(redis, db.clock)
    db.on_commit(announcer.after_commit)  # first, because it records the time of the commit
    db.positions.on_numbered(Publisher(bus).publish)
    db.on_commit(event_lines.log_events)
    await bus.connect()
    alerts = AlertCenter(settings, db, redis)
    monitor = build_monitor(
        settings, db, redis, passwords, partial(bus.publish, HEALTH), alert=alerts.observe
    )
    heartbeats = Heartbeats(db, redis, settings)
    watchdog = Watchdog(db, monitor, settings, alerts)
    listener = HeartbeatWatch(db, heartbeats, alerts)
    await watchdog.start()
    await listener.start()
    meter = Meter(db, settings.metrics_interval_seconds)
    meter.watch(POOL_USED, lambda: db.connections_used)
    await meter.start()
    webhooks = None
    if documents is not None:
        webhooks = Deliverer(db, documents, Sender(allowed(settings)), name)
    try:
        yield Parts(
            settings, db, redis, monitor, bus.publish, alerts, heartbeats, webhooks, meter, bus
        )
    finally:
        passwords.close()
        await _close(meter.stop(), listener.stop(), watchdog.stop())
        await _close(alerts.stop(), announcer.stop(), seconds=_HAND_OVER_SECONDS)
        await _close(bus.disconnect(), redis.aclose(), db.dispose())


async def _close(*closings: Awaitable[None], seconds: float = _CLOSE_SECONDS) -> None:
    """Close everything concurrently; a server that hangs must not hold up the process."""
    tasks = [asyncio.ensure_future(closing) for closing in closings]
    await asyncio.wait(tasks, timeout=seconds)
