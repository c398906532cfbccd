"""Escalation over real stores and a real receiver (A32)."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from redis.asyncio import Redis

from db.session import Database
from domain.actors import Actor, ActorKind, Role
from domain.alerting.alerts import AlertKind
from domain.health.health import HealthStatus
from jobs.alerts import follow_incident
from services.alerting import AlertCenter
from services.incidents import incident_changes, incident_edits
from settings import Settings
from tests.factories.accounts import add_user
from tests.factories.alerts import AlertCenters, process_round
from tests.support.clock import Clock
from tests.support.receivers import HttpReceiver
from tests.support.waiting import until

CRITICAL, HEALTHY = HealthStatus.CRITICAL, HealthStatus.HEALTHY
PERSON = Actor(ActorKind.USER, UUID(int=7), "ann@wedsync.com")
ESCALATED = "[ESCALATED CRITICAL] Database check is critical (5 min)"


@pytest.fixture
async def lead() -> AsyncIterator[HttpReceiver]:
    """Who is told after five minutes."""
    receiver = HttpReceiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


@pytest.fixture
async def chain(
    settings: Settings, db: Database, redis: Redis, receiver: HttpReceiver, lead: HttpReceiver
) -> AsyncIterator[AlertCenters]:
    centers = AlertCenters(settings, db, redis, receiver.url, f"after5m+{lead.url}")
    yield centers
    await centers.stop()


async def look(*centers: AlertCenter) -> None:
    """All of them look at the same moment, and what follows is done."""
    await asyncio.gather(*(center.sweep() for center in centers))
    await asyncio.gather(*(center.idle() for center in centers))


async def test_the_next_channel_is_notified_once_across_restarts(
    chain: AlertCenters, clock: Clock, receiver: HttpReceiver, lead: HttpReceiver
) -> None:
    """A32: by one of many processes, also of those that were not there when it began."""
    first = chain.process()
    await process_round(first, clock, CRITICAL)
    await look(first)
    assert lead.titles == []
    await chain.stop()
    clock.advance(300)
    await look(*(chain.process() for _ in range(3)))
    await look(chain.process())
    assert lead.titles == [ESCALATED]
    assert len(receiver.titles) == 1
    await process_round(chain.process(), clock, HEALTHY)
    assert [title.split()[0] for title in (lead.titles[-1], receiver.titles[-1])] == [
        "[RESOLVED]",
        "[RESOLVED]",
    ]
    kinds = [row.kind for row in await chain.deliveries()]
    assert kinds.count(AlertKind.ESCALATED) == 1


@pytest.mark.parametrize("how", ["acknowledged", "assigned", "resolved"])
async def test_acknowledging_stops_the_escalation(
    chain: AlertCenters, db: Database, clock: Clock, lead: HttpReceiver, how: str
) -> None:
    """Requirements A31 and A32."""
    center = chain.process()
    await process_round(center, clock, CRITICAL)
    await look(center)
    (incident,) = await chain.incidents()
    await handle(db, incident.id, how)
    await follow_incident(db, center, incident.id)
    clock.advance(600)
    await look(center)
    assert lead.titles == []


async def handle(db: Database, incident_id: UUID, how: str) -> None:
    """What a person does with an incident."""
    assignee = await add_user(db, Role.OPERATOR)
    async with db.write() as uow:
        if how == "acknowledged":
            await incident_changes.acknowledge(uow, PERSON, incident_id, None)
        elif how == "assigned":
            patch = incident_edits.IncidentPatch(assignee_id=assignee.id)
            await incident_edits.update(uow, PERSON, incident_id, patch)
        else:
            await incident_changes.resolve(uow, PERSON, incident_id, "it is the disk")


async def test_escalation_continues_without_stores(
    chain: AlertCenters, clock: Clock, lead: HttpReceiver, no_database: Database, no_redis: Redis
) -> None:
    """Decision 7: nobody can take it then, so the next one must hear of it."""
    lonely = chain.process(db=no_database, redis=no_redis)
    await lonely.raise_now("watch", "No health tick", "for 90 s")
    await lonely.sweep()
    clock.advance(300)
    await lonely.sweep()
    await until(lambda: lead.titles)
    assert lead.titles == ["[ESCALATED CRITICAL] No health tick (5 min)"]
    assert (await chain.incidents()) == []
