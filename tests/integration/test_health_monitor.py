"""Rounds of checks: decide, tell, store (S62, S67, decision 7)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from redis.asyncio import Redis
from sqlalchemy import select, text

from db.event_log import read_after
from db.models.health import HealthReading
from db.session import Database
from domain.health.health import CheckType, HealthStatus, Outcome, ProbeResult
from services.health.health_monitor import HealthMonitor
from services.health.health_store import KEY, decode
from services.phases.launch_states import state_at
from tests.factories.monitors import FAST, MonitorHarness
from tests.support.clock import Clock
from tests.support.servers import dead_port

HEALTHY, WARNING = HealthStatus.HEALTHY, HealthStatus.WARNING
CRITICAL, UNKNOWN = HealthStatus.CRITICAL, HealthStatus.UNKNOWN


@pytest.fixture
def world(db: Database, redis: Redis) -> MonitorHarness:
    return MonitorHarness(db, redis)


@pytest.fixture
async def away(clock: Clock) -> AsyncIterator[Database]:
    """A database that nobody serves."""
    url = f"postgresql+asyncpg://launch@127.0.0.1:{dead_port()}/launch"
    db = Database(url, clock=clock, timeout_seconds=1)
    yield db
    await db.dispose()


async def test_a_passing_round_is_published_and_stored_once(world: MonitorHarness) -> None:
    """S62: one round makes all HEALTHY, is published once and stored once."""
    snapshot = await world.monitor.tick()
    assert (snapshot.overall, set(snapshot.changed)) == (HEALTHY, set(CheckType))
    assert [decode(message) for message in world.published] == [snapshot]
    async with world.db.read() as session:
        rows = (await session.scalars(select(HealthReading))).all()
    assert {(row.check_type, row.status) for row in rows} == {(c, HEALTHY) for c in CheckType}


async def test_checks_run_concurrently(world: MonitorHarness) -> None:
    """S62: a round takes as long as its slowest check."""
    gate = asyncio.Barrier(len(CheckType))

    class Meets:
        async def run(self) -> ProbeResult:
            await gate.wait()
            return ProbeResult(Outcome.PASSED, 1)

    monitor = HealthMonitor(
        world.db, world.redis, dict.fromkeys(CheckType, Meets()), world.publish, FAST
    )
    assert (await monitor.tick()).overall is HEALTHY


async def test_second_failure_of_a_round_is_critical(world: MonitorHarness) -> None:
    """S67: failed, looked at again, CRITICAL; the others are not looked at again."""
    await world.monitor.tick()
    probe = world.fail(CheckType.EMAIL)
    snapshot = await world.monitor.tick()
    assert snapshot.changed == (CheckType.EMAIL,)
    assert await world.status(CheckType.EMAIL) is CRITICAL
    assert (probe.runs, world.probes[CheckType.API].runs) == (3, 2)


async def test_the_first_failure_is_published_before_the_recheck(world: MonitorHarness) -> None:
    """S67, S98: nobody waits ten seconds for news of the other checks."""
    await world.monitor.tick()
    world.fail(CheckType.EMAIL)
    await world.monitor.tick()
    statuses = [decode(message).state(CheckType.EMAIL).status for message in world.published]
    assert statuses == [HEALTHY, WARNING, CRITICAL]


async def test_a_single_failure_records_no_event(world: MonitorHarness) -> None:
    """S67: failed once and well ten seconds later leaves no event behind."""
    await world.monitor.tick()
    world.fail(CheckType.EMAIL, Outcome.FAILED, Outcome.PASSED)
    assert (await world.monitor.tick()).overall is HEALTHY
    assert {event.after for event in await world.events()} == {HEALTHY}


async def test_recovery_takes_two_rounds(world: MonitorHarness) -> None:
    """S67: recover after two good ones, each change with its event."""
    for outcome in (Outcome.PASSED, Outcome.FAILED, Outcome.PASSED, Outcome.PASSED):
        world.fail(CheckType.EMAIL, outcome)
        await world.monitor.tick()
    changes = [event for event in await world.events() if event.check is CheckType.EMAIL]
    assert [(event.before, event.after) for event in changes] == [
        (UNKNOWN, HEALTHY),
        (HEALTHY, CRITICAL),
        (CRITICAL, HEALTHY),
    ]


async def test_two_timeouts_are_unknown(world: MonitorHarness) -> None:
    """S5: no answer at all is UNKNOWN, which blocks a launch as well."""
    world.fail(CheckType.API, Outcome.TIMED_OUT)
    await world.monitor.tick()
    assert await world.status(CheckType.API) is UNKNOWN


async def test_a_check_without_a_probe_is_unknown(world: MonitorHarness) -> None:
    """S5: a check that is switched off is UNKNOWN."""
    del world.probes[CheckType.EMAIL]
    await world.monitor.tick()
    state = (await world.monitor.latest()).state(CheckType.EMAIL)
    assert (state.status, state.error) == (UNKNOWN, "this check is disabled")


async def test_state_survives_without_redis(world: MonitorHarness) -> None:
    """A26: after a restart of all, PostgreSQL knows the state."""
    world.fail(CheckType.EMAIL)
    await world.monitor.tick()
    await world.redis.delete(KEY)
    assert (await world.another().latest()).state(CheckType.EMAIL).status is CRITICAL


async def test_a_restart_does_not_repeat_an_event(world: MonitorHarness) -> None:
    """A26: what was announced is not announced again."""
    world.fail(CheckType.EMAIL)
    await world.monitor.tick()
    await world.another().tick()
    changes = [event for event in await world.events() if event.check is CheckType.EMAIL]
    assert len(changes) == 1


async def test_rounds_are_published_without_the_database(
    world: MonitorHarness, away: Database
) -> None:
    """Decision 7: the decision is told although nothing can be stored."""
    world.db = away
    world.fail(CheckType.DATABASE)
    assert (await world.another().tick()).overall is CRITICAL
    assert decode(world.published[-1]).state(CheckType.DATABASE).status is CRITICAL


async def test_unstored_rounds_are_stored_later(world: MonitorHarness) -> None:
    """Decision 7, A27: samples and changes of an outage are in the log when it is over."""
    await world.monitor.tick()
    async with world.db.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE system_health_checks RENAME TO away"))
    world.fail(CheckType.DATABASE)
    await world.monitor.tick()
    async with world.db.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE away RENAME TO system_health_checks"))
    await world.monitor.tick()
    changes = [event for event in await world.events() if event.check is CheckType.DATABASE]
    assert [event.after for event in changes] == [HEALTHY, CRITICAL]
    assert await world.stored() == 3 * len(CheckType) + 1


async def test_past_states_during_an_outage_show_it(world: MonitorHarness, clock: Clock) -> None:
    """L6: sampled at once, stored when the database is back; judged by when it happened."""
    await world.monitor.tick()
    clock.advance(30)
    before = clock()
    async with world.db.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE system_health_checks RENAME TO away"))
    world.fail(CheckType.DATABASE)
    clock.advance(30)
    down = await world.monitor.tick()
    during = clock()
    clock.advance(600)
    async with world.db.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE away RENAME TO system_health_checks"))
    world.fail(CheckType.DATABASE, Outcome.PASSED)
    for _ in range(2):
        await world.monitor.tick()
        clock.advance(30)
    async with world.db.read() as session:
        moments = (before, during, clock())
        states = [await state_at(session, moment) for moment in moments]
        events = await read_after(session, 0, 100)
    checks = [{item.check: item for item in state.checks} for state in states]
    database = [by_type[CheckType.DATABASE] for by_type in checks]
    assert [item.status for item in database] == [HEALTHY, CRITICAL, HEALTHY]
    assert database[1].since == down.state(CheckType.DATABASE).failing_since
    late = [item for item in events if item.occurred_at == database[1].since]
    assert [item.recorded_at - item.occurred_at > timedelta(minutes=9) for item in late] == [True]
    assert states[1].position < late[0].seq  # who reads on from there is told of it again


async def test_rounds_are_stored_without_redis(world: MonitorHarness) -> None:
    """S62: without Redis the round is decided and stored."""
    world.redis = Redis.from_url(f"redis://127.0.0.1:{dead_port()}/0")
    snapshot = await world.another().tick()
    await world.redis.aclose()
    assert snapshot.overall is HEALTHY
    assert await world.stored() == len(CheckType)


async def test_a_failed_publication_does_not_lose_the_round(world: MonitorHarness) -> None:
    """S62: a lost message does not lose the round."""

    async def fail(_message: str) -> None:
        raise ConnectionError("nobody there")

    monitor = HealthMonitor(world.db, world.redis, world.probes, fail, FAST)
    assert (await monitor.tick()).overall is HEALTHY
    assert await world.stored() == len(CheckType)
