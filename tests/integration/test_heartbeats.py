"""Silence of the worker, the mail queue and jobs outside is told (A29)."""

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy import update

from db.models.mail import Mail
from db.queries import heartbeats
from db.session import Database
from domain.actors import system_actor
from domain.health.health import HealthStatus
from domain.health.heartbeats import MAIL, WORKER
from domain.mail.email import Email
from services.health.heartbeats import Heartbeats, HeartbeatWatch
from services.mail.mail import post
from settings import Settings
from tests.factories.alerts import AlertCenters
from tests.support.clock import Clock
from tests.support.receivers import HttpReceiver
from tests.support.waiting import until

HEALTHY, CRITICAL, UNKNOWN = HealthStatus.HEALTHY, HealthStatus.CRITICAL, HealthStatus.UNKNOWN


@pytest.fixture
def expecting(settings: Settings) -> Settings:
    """A mail server, and a job outside."""
    changes = {"smtp_url": SecretStr("smtp://127.0.0.1:1"), "heartbeats": "exports=10m"}
    return settings.model_copy(update=changes)


@pytest.fixture
def beats(db: Database, redis: Redis, expecting: Settings) -> Heartbeats:
    return Heartbeats(db, redis, expecting)


async def statuses(beats: Heartbeats, clock: Clock) -> dict[str, HealthStatus]:
    """Of every source."""
    return {item.name: item.status(clock()) for item in await beats.all() or ()}


async def test_a_source_with_heartbeats_is_alive(beats: Heartbeats, clock: Clock) -> None:
    assert set((await statuses(beats, clock)).values()) == {UNKNOWN}
    await beats.beat(WORKER)
    clock.advance(60)
    assert await statuses(beats, clock) == {WORKER: HEALTHY, MAIL: UNKNOWN, "exports": UNKNOWN}
    clock.advance(60)
    assert (await statuses(beats, clock))[WORKER] is CRITICAL


async def test_restarts_do_not_extend_the_deadline_of_a_silent_source(
    db: Database, redis: Redis, expecting: Settings, clock: Clock
) -> None:
    """L23: processes restart every five minutes, and ten are allowed."""
    for _ in range(2):
        assert (await statuses(Heartbeats(db, redis, expecting), clock))["exports"] is UNKNOWN
        clock.advance(290)
    assert (await statuses(Heartbeats(db, redis, expecting), clock))["exports"] is UNKNOWN
    clock.advance(30)
    assert (await statuses(Heartbeats(db, redis, expecting), clock))["exports"] is CRITICAL


async def test_a_source_configured_again_gets_a_new_deadline(
    db: Database, redis: Redis, expecting: Settings, clock: Clock
) -> None:
    """L23: it was no longer in the settings for an hour."""
    await Heartbeats(db, redis, expecting).all()
    await Heartbeats(db, redis, expecting.model_copy(update={"heartbeats": ""})).all()
    clock.advance(3_600)
    assert (await statuses(Heartbeats(db, redis, expecting), clock))["exports"] is UNKNOWN


@pytest.mark.parametrize("lost", ["redis", "database"])
async def test_heartbeats_work_with_one_store(
    db: Database,
    redis: Redis,
    expecting: Settings,
    no_database: Database,
    no_redis: Redis,
    clock: Clock,
    lost: str,
) -> None:
    half = Heartbeats(
        no_database if lost == "database" else db,
        no_redis if lost == "redis" else redis,
        expecting,
    )
    assert await half.beat(WORKER)
    assert (await statuses(half, clock))[WORKER] is HEALTHY


async def test_heartbeats_are_unknown_without_both_stores(
    no_database: Database, no_redis: Redis, expecting: Settings
) -> None:
    """What is away is told by the checks; that a worker is silent would be a guess."""
    blind = Heartbeats(no_database, no_redis, expecting)
    assert (await blind.beat(WORKER), await blind.all()) == (False, None)


async def test_an_untried_email_stops_the_queue_heartbeat(
    db: Database, beats: Heartbeats, clock: Clock
) -> None:
    await beats.beat_for_mail()
    assert (await statuses(beats, clock))[MAIL] is HEALTHY
    async with db.write() as uow:
        await post(uow, system_actor("test"), Email("ann@wedsync.com", "Hello", "body"))
    clock.advance(301)
    await beats.beat_for_mail()
    assert (await statuses(beats, clock))[MAIL] is CRITICAL
    async with db.write() as uow:
        await uow.session.execute(update(Mail).values(attempts=1))
    await beats.beat_for_mail()
    assert (await statuses(beats, clock))[MAIL] is HEALTHY


async def test_a_silent_source_is_alerted_once_and_resolved(
    desk: AlertCenters, beats: Heartbeats, clock: Clock, receiver: HttpReceiver
) -> None:
    """Every process looks; a process that has just started ends what others have told."""
    centers = [desk.process() for _ in range(2)]
    watches = [HeartbeatWatch(desk.db, beats, center) for center in centers]
    await beats.beat("exports")
    clock.advance(601)
    for name in (WORKER, MAIL):
        await beats.beat(name)
    for watch, center in zip(watches * 2, centers * 2, strict=True):
        await watch.check()
        await center.idle()
    assert receiver.titles == ["[CRITICAL] No heartbeat of exports"]
    await beats.beat("exports")
    reborn = desk.process()
    await HeartbeatWatch(desk.db, beats, reborn).check()
    await reborn.idle()
    assert receiver.titles[1].startswith("[RESOLVED] No heartbeat of exports")


async def test_processes_that_restart_before_their_second_check_report_a_silent_source(
    desk: AlertCenters, redis: Redis, expecting: Settings, clock: Clock, receiver: HttpReceiver
) -> None:
    """L23: the first check came 15 seconds after the start, and many processes end before."""
    for name in (WORKER, MAIL):
        await Heartbeats(desk.db, redis, expecting).beat(name)

    async def start() -> HeartbeatWatch:
        watch = HeartbeatWatch(desk.db, Heartbeats(desk.db, redis, expecting), desk.process())
        await watch.start()
        return watch

    async def is_expected() -> bool:
        async with desk.db.read() as session:
            return "exports" in await heartbeats.list_all(session)

    first = await start()
    await until(is_expected)
    await first.stop()
    clock.advance(601)
    second = await start()
    await until(lambda: receiver.titles)
    await second.stop()
    assert receiver.titles == ["[CRITICAL] No heartbeat of exports"]
