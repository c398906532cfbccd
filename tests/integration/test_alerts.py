"""Alerts over real PostgreSQL, Valkey, HTTP and SMTP (S67, S68, S99, S111, S117, A26)."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from redis.asyncio import Redis

from db.session import Database
from domain.actors import Actor, ActorKind, system_actor
from domain.alerting.alerts import AlertKind
from domain.health.health import HealthStatus
from domain.incidents.incidents import IncidentStatus, Observation, Severity
from jobs.alerts import follow_incident
from services.incidents.incident_changes import acknowledge
from services.incidents.incident_episodes import observe_key
from services.incidents.incidents import IncidentDraft, open_incident, resolve_by_key
from settings import Settings
from tests.factories.alerts import KEY, AlertCenters, database_snapshot, process_round
from tests.support.clock import Clock
from tests.support.receivers import HttpReceiver
from tests.support.waiting import until

CRITICAL, HEALTHY = HealthStatus.CRITICAL, HealthStatus.HEALTHY
PERSON = Actor(ActorKind.USER, UUID(int=7), "ann@wedsync.com")
FIRED, ENDED = "[CRITICAL] Database check is critical", "[RESOLVED] Database check is critical"


async def test_a_failing_check_alerts_once_and_resolves_once(
    desk: AlertCenters, clock: Clock, receiver: HttpReceiver
) -> None:
    """S67, S68, S99: one alert, one incident, each with its end and in the log."""
    center = desk.process()
    for status in (HEALTHY, CRITICAL, CRITICAL, HEALTHY, HEALTHY):
        await process_round(center, clock, status)
    assert [title.partition(" (")[0] for title in receiver.titles] == [FIRED, ENDED]
    (incident,) = await desk.incidents()
    assert (incident.dedup_key, incident.severity) == (KEY, Severity.CRITICAL)
    assert incident.status is IncidentStatus.RESOLVED
    assert f"#{incident.number}" in receiver.messages[0]["message"]
    rows = await desk.deliveries()
    assert [(row.kind, row.attempts, row.incident_id) for row in rows] == [
        (AlertKind.FIRING, 1, incident.id),
        (AlertKind.RESOLVED, 1, incident.id),
    ]


async def test_deliveries_are_recorded_as_events(desk: AlertCenters, clock: Clock) -> None:
    """S99: channel, outcome and latency stand in the feed; nothing secret does."""
    await process_round(desk.process(), clock, CRITICAL)
    (event,) = await desk.events()
    assert (event.channel, event.delivered) == ("json://127.0.0.1", True)
    assert event.latency_ms is not None
    assert 0 <= event.latency_ms < 5_000
    assert event.incident_id == (await desk.incidents())[0].id


async def test_one_of_many_processes_sends_the_alert(
    desk: AlertCenters, clock: Clock, receiver: HttpReceiver
) -> None:
    """A30: five that see it at the same moment are one alert."""
    centers = [desk.process() for _ in range(5)]
    await asyncio.gather(*(process_round(center, clock, CRITICAL) for center in centers))
    await asyncio.gather(*(process_round(center, clock, HEALTHY) for center in centers))
    assert len(receiver.titles) == 2
    assert len(await desk.incidents()) == 1


@pytest.mark.parametrize("lost", ["nothing", "redis", "database"])
async def test_a_restart_neither_repeats_nor_loses_alerts(
    desk: AlertCenters, clock: Clock, receiver: HttpReceiver, lost: str
) -> None:
    """A26, gatus#679: also where one of the two stores has lost it."""
    await process_round(desk.process(), clock, CRITICAL)
    await desk.stop()
    if lost == "redis":
        await desk.redis.flushall()
    if lost == "database":
        await desk.lose_alerts()
    reborn = desk.process()
    await process_round(reborn, clock, CRITICAL)
    assert len(receiver.titles) == 1
    await process_round(reborn, clock, HEALTHY)
    assert len(receiver.titles) == 2


async def test_alerts_are_sent_without_the_database(
    desk: AlertCenters, clock: Clock, receiver: HttpReceiver, no_database: Database
) -> None:
    """Decision 7, S111: told although nothing can be stored, once however many look."""
    centers = [desk.process(db=no_database) for _ in range(3)]
    for center in centers:
        await center.observe(database_snapshot(clock(), CRITICAL))
    await until(lambda: len(receiver.titles) == 1)
    assert "The database does not answer" in receiver.messages[0]["message"]
    assert await desk.deliveries() == []


async def test_deliveries_of_an_outage_are_logged_afterwards(
    desk: AlertCenters, clock: Clock, receiver: HttpReceiver, no_database: Database
) -> None:
    """S68, S99: the incident has its true beginning and end, the message its true latency."""
    blind = desk.process(db=no_database)
    began = clock()
    for status in (CRITICAL, HEALTHY):
        await blind.observe(database_snapshot(clock(), status))
    await until(lambda: len(receiver.titles) == 2)
    await blind.stop()
    clock.advance(120)
    seeing = desk.process()
    await seeing.sweep()
    await seeing.idle()
    (incident,) = await desk.incidents()
    assert incident.status is IncidentStatus.RESOLVED
    assert abs(incident.created_at - began) < timedelta(seconds=5)
    assert "database did not answer" in (incident.description or "")
    fired, ended = await desk.deliveries()
    assert fired.sent_at is not None
    assert ended.sent_at is not None
    assert fired.sent_at - began < timedelta(seconds=30)
    assert len(receiver.titles) == 2
    assert len(await desk.events()) == 2


async def test_without_redis_the_database_selects_the_sender(
    desk: AlertCenters, clock: Clock, receiver: HttpReceiver, no_redis: Redis
) -> None:
    """A30: still one."""
    centers = [desk.process(redis=no_redis) for _ in range(3)]
    await asyncio.gather(*(process_round(center, clock, CRITICAL) for center in centers))
    assert len(receiver.titles) == 1


async def test_without_both_stores_every_process_alerts_once(
    desk: AlertCenters, clock: Clock, receiver: HttpReceiver, no_database: Database, no_redis: Redis
) -> None:
    """Decision 7: twice is better than never; but not every 30 seconds."""
    centers = [desk.process(db=no_database, redis=no_redis) for _ in range(2)]
    for center in centers * 3:
        await center.observe(database_snapshot(clock(), CRITICAL))
    await until(lambda: len(receiver.titles) == 2)
    assert len(receiver.titles) == 2


async def test_reminders_are_sent_every_15_minutes(
    desk: AlertCenters, clock: Clock, receiver: HttpReceiver
) -> None:
    """S67: every 15 minutes, by one of many."""
    centers = [desk.process() for _ in range(3)]
    await process_round(centers[0], clock, CRITICAL)
    clock.advance(900)
    await asyncio.gather(*(center.sweep() for center in centers))
    await asyncio.gather(*(center.idle() for center in centers))
    assert receiver.titles == [FIRED, "[STILL CRITICAL] Database check is critical (15 min)"]


async def test_severe_incidents_are_alerted_and_resolved(
    desk: AlertCenters, db: Database, receiver: HttpReceiver
) -> None:
    """S117: HIGH and CRITICAL ones, through the job that its event leads to."""
    center = desk.process()
    draft = IncidentDraft("test", Severity.HIGH, "Mails bounce", "all of them", dedup_key="mails")
    async with db.write() as uow:
        row = (await open_incident(uow, system_actor("test"), draft)).row
    for _ in range(2):  # a job may run twice
        await follow_incident(db, center, row.id)
    await center.idle()
    assert receiver.titles == ["[HIGH] Mails bounce"]
    async with db.write() as uow:
        await resolve_by_key(uow, system_actor("test"), "mails", "fixed")
    await follow_incident(db, center, row.id)
    await center.idle()
    assert len(receiver.titles) == 2
    assert {item.incident_id for item in await desk.deliveries()} == {row.id}


async def test_a_recurring_alert_describes_its_own_episode(
    desk: AlertCenters, db: Database, clock: Clock, receiver: HttpReceiver
) -> None:
    """L5: value, beginning and latency are those of the second episode."""
    center, system = desk.process(), system_actor("test")
    began = []
    for value in ("709 ms > 500 ms", "1225 ms > 500 ms"):
        began.append(clock())
        clock.advance(40)
        slow = IncidentDraft(
            "metric",
            Severity.HIGH,
            "Answers are slow",
            value,
            dedup_key="slow",
            first_bad_at=began[-1],
            observation=Observation(value),
        )
        async with db.write() as uow:
            row = (await open_incident(uow, system, slow)).row
        await follow_incident(db, center, row.id)
        await center.idle()
        async with db.write() as uow:
            await resolve_by_key(uow, system, "slow", "fixed")
        await follow_incident(db, center, row.id)
        await center.idle()
        clock.advance(120)
    first, _, second, _ = await desk.deliveries()
    assert "709" in first.body
    assert "1225" in second.body
    assert "709" not in second.title + second.body
    assert [first.first_bad_at, second.first_bad_at] == began


async def test_reminders_contain_the_current_value(
    desk: AlertCenters, db: Database, clock: Clock, receiver: HttpReceiver
) -> None:
    """Finding L5."""
    center = desk.process()
    slow = IncidentDraft(
        "metric",
        Severity.HIGH,
        "Answers are slow",
        "709 ms",
        dedup_key="slow",
        observation=Observation("709 ms"),
    )
    async with db.write() as uow:
        row = (await open_incident(uow, system_actor("test"), slow)).row
    await follow_incident(db, center, row.id)
    async with db.write() as uow:
        await observe_key(uow, "slow", Observation("1225 ms"))
    clock.advance(16 * 60)
    await center.sweep()
    await center.idle()
    reminder = (await desk.deliveries())[-1]
    assert reminder.kind is AlertKind.REMINDER
    assert "1225 ms" in reminder.body
    assert "709" not in reminder.body


async def test_acknowledged_incidents_are_not_resolved_automatically(
    desk: AlertCenters, db: Database, clock: Clock, receiver: HttpReceiver
) -> None:
    """S68: it works again, but somebody wants to know why it did not."""
    center = desk.process()
    await process_round(center, clock, CRITICAL)
    (incident,) = await desk.incidents()
    async with db.write() as uow:
        await acknowledge(uow, PERSON, incident.id, None)
    await follow_incident(db, center, incident.id)
    await process_round(center, clock, HEALTHY)
    assert (await desk.incidents())[0].status is IncidentStatus.INVESTIGATING
    await follow_incident(db, center, incident.id)
    await center.idle()
    assert len(receiver.titles) == 2


async def test_an_alert_can_be_raised_without_stores(
    desk: AlertCenters, receiver: HttpReceiver, no_database: Database, no_redis: Redis
) -> None:
    """X16: without any store, and told once however often it is said."""
    lonely = desk.process(db=no_database, redis=no_redis)
    raised = [await lonely.raise_now("watch", "No health tick", "for 90 s") for _ in range(3)]
    assert raised == [True, False, False]
    assert [await lonely.resolve_now("watch") for _ in range(2)] == [True, False]
    await until(lambda: len(receiver.titles) == 2)
    assert receiver.titles[0] == "[CRITICAL] No health tick"


async def test_processes_without_channels_leave_sending_to_others(
    desk: AlertCenters, settings: Settings, clock: Clock, receiver: HttpReceiver
) -> None:
    """A25: noticed where nobody can be told, told where somebody can; its end is told once."""
    mute = AlertCenters(settings, desk.db, desk.redis).process()
    await process_round(mute, clock, CRITICAL)
    assert len(await desk.incidents()) == 1
    speaking = desk.process()
    for _ in range(2):
        await speaking.sweep()
        await speaking.idle()
    assert receiver.titles == [FIRED]
    await process_round(speaking, clock, HEALTHY)
    assert len(receiver.titles) == 2


async def test_unannounced_alerts_send_no_resolution(
    desk: AlertCenters, settings: Settings, clock: Clock, receiver: HttpReceiver
) -> None:
    """uptime-kuma#2069."""
    mute = AlertCenters(settings, desk.db, desk.redis).process()
    await process_round(mute, clock, CRITICAL)
    await process_round(desk.process(), clock, HEALTHY)
    assert receiver.titles == []
