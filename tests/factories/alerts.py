"""Alert centers as several processes would have them, and what they store."""

from datetime import datetime
from typing import Any

from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy import delete, select

from db.event_log import read_after
from db.models.incidents import AlertDelivery, LaunchAlert, LaunchIncident
from db.session import Database
from domain.events.alerts import AlertSent
from domain.health.health import CheckState, CheckType, HealthSnapshot, HealthStatus
from services.alerting import AlertCenter, senders
from services.alerting.senders import Sender
from settings import Settings
from tests.support.clock import Clock

KEY = "health:database"


class AlertCenters:
    """Alert centers that share a database and a Redis, one per process."""

    def __init__(self, settings: Settings, db: Database, redis: Redis, *urls: str) -> None:
        secrets = tuple(SecretStr(url) for url in urls)
        self.settings = settings.model_copy(update={"alert_urls": secrets})
        self.db, self.redis = db, redis
        self.centers: list[AlertCenter] = []

    def process(
        self,
        *,
        db: Database | None = None,
        redis: Redis | None = None,
        send: Sender = senders.send,
    ) -> AlertCenter:
        """Add a process, or restart the first one."""
        center = AlertCenter(self.settings, db or self.db, redis or self.redis, send)
        self.centers.append(center)
        return center

    async def stop(self) -> None:
        """Stop all of them."""
        for center in self.centers:
            await center.stop()

    async def lose_alerts(self) -> None:
        """Delete the stored alerts, as if an older backup had been restored."""
        async with self.db.write() as uow:
            await uow.session.execute(delete(LaunchAlert))

    async def incidents(self) -> list[LaunchIncident]:
        async with self.db.read() as session:
            return list(await session.scalars(select(LaunchIncident).order_by("number")))

    async def deliveries(self) -> list[AlertDelivery]:
        async with self.db.read() as session:
            return list(await session.scalars(select(AlertDelivery).order_by("created_at")))

    async def events(self) -> list[AlertSent]:
        async with self.db.read() as session:
            events = [item.event for item in await read_after(session, 0, 100)]
        return [event for event in events if isinstance(event, AlertSent)]


async def process_round(center: AlertCenter, clock: Clock, status: HealthStatus) -> None:
    """Process a round of health checks and everything that follows."""
    await center.observe(database_snapshot(clock(), status))
    await center.idle()


def database_snapshot(now: datetime, status: HealthStatus, **more: Any) -> HealthSnapshot:  # noqa: ANN401 - fields of a state
    """Build the snapshot of a round for the database check."""
    bad = status in (HealthStatus.CRITICAL, HealthStatus.UNKNOWN)
    state = CheckState(
        CheckType.DATABASE,
        status=status,
        since=now,
        checked_at=now,
        error="connection refused" if bad else None,
        consecutive_failures=2 if bad else 0,
        latest=status,
        failing_since=now if bad else None,
    )
    return HealthSnapshot(now, (state,))
