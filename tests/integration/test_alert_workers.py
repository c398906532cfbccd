"""Real workers that tell of servers that are really stopped (S67, S68, S99, S111, A26)."""

import asyncio
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from db.models.incidents import AlertDelivery, LaunchIncident
from domain.alerting.alerts import AlertKind
from domain.incidents.incidents import IncidentStatus
from services.alerting.redis_store import RedisAlertStore
from services.health.health_store import KEY as SNAPSHOT
from services.health.health_store import decode
from tests.factories.alerts import KEY
from tests.support.clock import PATIENCE
from tests.support.receivers import HttpReceiver
from tests.support.waiting import until
from tests.support.workers import INTERVAL, WorkerFleet, stop

FIRED, ENDED = "[CRITICAL] Database check is critical", "[RESOLVED] Database check is critical"
S99 = 60.0  # seconds


class Outage:
    """Workers, their servers, and whoever is told."""

    def __init__(self, fleet: WorkerFleet, receiver: HttpReceiver) -> None:
        self.fleet, self.receiver = fleet, receiver

    def times_received(self, title: str) -> int:
        """How often people read this."""
        return sum(received.startswith(title) for received in self.receiver.titles)

    async def hears(self, title: str, seconds: float = PATIENCE) -> None:
        async def has_heard() -> bool:
            return self.times_received(title) > 0

        await until(has_heard, seconds)

    async def rounds(self, count: int) -> None:
        """Wait for so many more rounds of checks."""
        before = await self.fleet.readings()

        async def passed() -> bool:
            return await self.fleet.readings() >= before + count

        await until(passed)

    async def is_noted(self) -> bool:
        """Whether the message of the outage stands in Redis as sent."""
        kept = await RedisAlertStore(self.fleet.redis).outbox()
        return any(item.alert_key == KEY and item.sent_at is not None for item in kept)

    async def looks_again(self) -> None:
        """Wait for a round that begins after this moment, whatever is away."""
        now = self.fleet.db.clock()

        async def has_looked() -> bool:
            stored = await self.fleet.redis.get(SNAPSHOT)
            return stored is not None and decode(stored).at > now + timedelta(seconds=INTERVAL)

        await until(has_looked)

    async def incident(self) -> LaunchIncident | None:
        async with self.fleet.db.read() as session:
            query = select(LaunchIncident).where(LaunchIncident.dedup_key == KEY)
            return await session.scalar(query)

    async def is_resolved(self) -> bool:
        row = await self.incident()
        return row is not None and row.status is IncidentStatus.RESOLVED

    async def deliveries(self) -> dict[AlertKind, AlertDelivery]:
        async with self.fleet.db.read() as session:
            query = select(AlertDelivery).where(AlertDelivery.alert_key == KEY)
            return {row.kind: row for row in await session.scalars(query)}

    async def both_are_logged(self) -> bool:
        return len(await self.deliveries()) == 2


@pytest.fixture
async def outage(tmp_path_factory: pytest.TempPathFactory, cluster: Path) -> AsyncIterator[Outage]:
    receiver = HttpReceiver()
    await receiver.start()
    fleet = WorkerFleet(tmp_path_factory.mktemp("alerts"), cluster, ALERT_URLS=receiver.url)
    await fleet.start()
    yield Outage(fleet, receiver)
    await fleet.stop()
    await receiver.stop()


async def test_a_stopped_database_is_alerted_within_a_minute(outage: Outage) -> None:
    """S111: told once while it is away, entered when it is back, and its end is told once."""
    outage.fleet.work(2)
    await outage.rounds(1)
    stopped = outage.fleet.db.clock()
    outage.fleet.postgres.stop()
    await outage.hears(FIRED, S99)
    outage.fleet.postgres.start()
    await outage.hears(ENDED)
    await until(outage.is_resolved)
    await until(outage.both_are_logged)
    row, fired = await outage.incident(), (await outage.deliveries())[AlertKind.FIRING]
    assert row is not None
    assert stopped < row.created_at < stopped + timedelta(seconds=20)
    assert fired.sent_at is not None
    assert fired.sent_at - fired.first_bad_at < timedelta(seconds=S99)
    assert (outage.times_received(FIRED), outage.times_received(ENDED), fired.incident_id) == (
        1,
        1,
        row.id,
    )


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_replacing_the_worker_during_an_outage_sends_no_second_alert(
    outage: Outage, how: signal.Signals
) -> None:
    """A26: during the outage, with the database still away: no second alert, one end."""
    (first,) = outage.fleet.work(1)
    await outage.rounds(1)
    outage.fleet.postgres.stop()
    await outage.hears(FIRED)
    await until(outage.is_noted)  # killed before that it would be sent again (ADR 6)
    first.send_signal(how)
    await asyncio.to_thread(first.wait, 10)
    outage.fleet.work(1)
    await outage.looks_again()
    outage.fleet.postgres.start()
    await outage.hears(ENDED)
    await outage.rounds(2)
    assert (outage.times_received(FIRED), outage.times_received(ENDED)) == (1, 1)
    assert outage.times_received("[CRITICAL] API") == 1  # which fails all the time


async def test_without_redis_each_worker_alerts_at_most_once(outage: Outage) -> None:
    """Decision 7: the database decides instead, and nobody is told at every round."""
    outage.fleet.valkey.stop()
    workers = outage.fleet.work(2)
    await outage.hears("[CRITICAL] API")
    await outage.rounds(4)
    assert 1 <= outage.times_received("[CRITICAL] API") <= 2
    assert await stop(*workers) == [0, 0]
