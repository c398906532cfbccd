"""Rounds of checks: decide, tell, store (SPEC S46, S62, S67, decision 7)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from redis.asyncio import Redis
from sqlalchemy import select, text

from db.event_log import read_after
from db.models.health import HealthCheckState, HealthReading
from db.session import Database
from domain.events import HealthChanged
from domain.health import CHECK_IDS, CheckType, HealthStatus, Outcome, ProbeResult
from domain.percent import Percent
from domain.readiness import HealthEvidence
from domain.windows import TimeRange
from services import retention
from services.health import evidence, uptimes
from services.health_monitor import HealthMonitor, Timing
from services.health_store import KEY, decode
from tests.clock import Clock
from tests.servers import free_port

HEALTHY, WARNING = HealthStatus.HEALTHY, HealthStatus.WARNING
CRITICAL, UNKNOWN = HealthStatus.CRITICAL, HealthStatus.UNKNOWN
FAST = Timing(interval=30, timeout=2, recheck=0)
DAY = TimeRange.LAST_24H


class FakeProbe:
    """Gives the outcomes that a test asks for, the last one for ever."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes) or [Outcome.PASSED]
        self.runs = 0

    async def run(self) -> ProbeResult:
        self.runs += 1
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        return ProbeResult(outcome, 5, None if outcome is Outcome.PASSED else "it broke")


class World:
    """A monitor with fake probes and all that it has published."""

    def __init__(self, db: Database, redis: Redis) -> None:
        self.db, self.redis = db, redis
        self.probes = {check: FakeProbe() for check in CheckType}
        self.published: list[str] = []
        self.monitor = self.another()

    def another(self, timing: Timing = FAST) -> HealthMonitor:
        """A second process, or the first after a restart."""
        return HealthMonitor(self.db, self.redis, self.probes, self.publish, timing)

    async def publish(self, message: str) -> None:
        self.published.append(message)

    def fail(self, check: CheckType, *outcomes: Outcome) -> FakeProbe:
        self.probes[check].outcomes = list(outcomes) or [Outcome.FAILED]
        return self.probes[check]

    async def status(self, check: CheckType) -> HealthStatus:
        return (await self.monitor.latest()).state(check).status

    async def events(self) -> list[HealthChanged]:
        async with self.db.read() as session:
            found = [item.event for item in await read_after(session, 0, 100)]
        return [event for event in found if isinstance(event, HealthChanged)]


@pytest.fixture
def world(db: Database, redis: Redis) -> World:
    return World(db, redis)


@pytest.fixture
async def away(clock: Clock) -> AsyncIterator[Database]:
    """A database that nobody serves."""
    url = f"postgresql+asyncpg://launch@127.0.0.1:{free_port()}/launch"
    db = Database(url, clock=clock, timeout_seconds=1)
    yield db
    await db.dispose()


async def test_nothing_known_is_unknown(world: World) -> None:
    """S5: before the first round all five checks are UNKNOWN."""
    snapshot = await world.monitor.latest()
    assert [state.check for state in snapshot.checks] == list(CheckType)
    assert snapshot.overall is UNKNOWN


async def test_a_round_of_passes(world: World) -> None:
    """S62: one round makes all HEALTHY, is published once and stored once."""
    snapshot = await world.monitor.tick()
    assert (snapshot.overall, set(snapshot.changed)) == (HEALTHY, set(CheckType))
    assert [decode(message) for message in world.published] == [snapshot]
    async with world.db.read() as session:
        rows = (await session.scalars(select(HealthReading))).all()
    assert {(row.check_type, row.status) for row in rows} == {(c, HEALTHY) for c in CheckType}


async def test_checks_run_at_once(world: World) -> None:
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


async def test_second_failure_of_a_round_is_critical(world: World) -> None:
    """S67: failed, looked at again, CRITICAL; the others are not looked at again."""
    await world.monitor.tick()
    probe = world.fail(CheckType.EMAIL)
    snapshot = await world.monitor.tick()
    assert snapshot.changed == (CheckType.EMAIL,)
    assert await world.status(CheckType.EMAIL) is CRITICAL
    assert (probe.runs, world.probes[CheckType.API].runs) == (3, 2)


async def test_first_failure_is_told_before_the_second_look(world: World) -> None:
    """S67, S98: nobody waits ten seconds for news of the other checks."""
    await world.monitor.tick()
    world.fail(CheckType.EMAIL)
    await world.monitor.tick()
    told = [decode(message).state(CheckType.EMAIL).status for message in world.published]
    assert told == [HEALTHY, WARNING, CRITICAL]


async def test_a_blip_is_no_event(world: World) -> None:
    """S67: failed once and well ten seconds later leaves no event behind."""
    await world.monitor.tick()
    world.fail(CheckType.EMAIL, Outcome.FAILED, Outcome.PASSED)
    assert (await world.monitor.tick()).overall is HEALTHY
    assert {event.after for event in await world.events()} == {HEALTHY}


async def test_recovery_takes_two_rounds(world: World) -> None:
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


async def test_timed_out_twice_is_unknown(world: World) -> None:
    """S5: no answer at all is UNKNOWN, which blocks a launch as well."""
    world.fail(CheckType.API, Outcome.TIMED_OUT)
    await world.monitor.tick()
    assert await world.status(CheckType.API) is UNKNOWN


async def test_no_probe_is_unknown(world: World) -> None:
    """S5: a check that is switched off is UNKNOWN."""
    del world.probes[CheckType.EMAIL]
    await world.monitor.tick()
    state = (await world.monitor.latest()).state(CheckType.EMAIL)
    assert (state.status, state.error) == (UNKNOWN, "this check is disabled")


async def test_another_process_sees_it(world: World) -> None:
    """S62: web processes read what the worker has left in Redis."""
    snapshot = await world.monitor.tick()
    assert (await world.another().latest()).checks == snapshot.checks


async def test_state_survives_without_redis(world: World) -> None:
    """A26: after a restart of all, PostgreSQL knows the state."""
    world.fail(CheckType.EMAIL)
    await world.monitor.tick()
    await world.redis.delete(KEY)
    assert (await world.another().latest()).state(CheckType.EMAIL).status is CRITICAL


async def test_a_restart_does_not_repeat_a_change(world: World) -> None:
    """A26: what was announced is not announced again."""
    world.fail(CheckType.EMAIL)
    await world.monitor.tick()
    await world.another().tick()
    changes = [event for event in await world.events() if event.check is CheckType.EMAIL]
    assert len(changes) == 1


async def test_no_news_is_unknown(world: World, clock: Clock) -> None:
    """S5: no sample for two intervals means UNKNOWN, whatever it was."""
    await world.monitor.tick()
    clock.advance(61)
    snapshot = await world.monitor.latest()
    assert snapshot.overall is UNKNOWN
    assert all(state.stale for state in snapshot.checks)


async def test_fresh_is_not_run_again(world: World) -> None:
    """S46: a round younger than 30 s is good enough."""
    await world.monitor.tick()
    await world.another().ensure_fresh()
    assert world.probes[CheckType.API].runs == 1


async def test_old_is_run_again_once(world: World, clock: Clock) -> None:
    """S46: rerun now, and once however many ask."""
    await world.monitor.tick()
    clock.advance(31)
    asked = [world.monitor.ensure_fresh() for _ in range(5)]
    snapshots = await asyncio.gather(*asked)
    assert {snapshot.overall for snapshot in snapshots} == {HEALTHY}
    assert world.probes[CheckType.API].runs == 2


async def test_old_health_is_not_trusted(world: World, clock: Clock) -> None:
    """Decision 4: what broke since the last round blocks, and is not merely a warning."""
    await world.monitor.tick()
    clock.advance(31)
    world.fail(CheckType.DATABASE)
    assert (await world.monitor.ensure_fresh()).overall is CRITICAL


async def test_the_database_may_be_away(world: World, away: Database) -> None:
    """Decision 7: the decision is told although nothing can be stored."""
    world.db = away
    world.fail(CheckType.DATABASE)
    assert (await world.another().tick()).overall is CRITICAL
    assert decode(world.published[-1]).state(CheckType.DATABASE).status is CRITICAL


async def test_what_was_not_stored_is_stored_later(world: World) -> None:
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
    assert await count(world.db) == 3 * len(CheckType) + 1


async def test_redis_may_be_away(world: World) -> None:
    """S62: without Redis the round is decided and stored."""
    world.redis = Redis.from_url(f"redis://127.0.0.1:{free_port()}/0")
    snapshot = await world.another().tick()
    await world.redis.aclose()
    assert snapshot.overall is HEALTHY
    assert await count(world.db) == len(CheckType)


async def test_publishing_may_fail(world: World) -> None:
    """S62: a lost message does not lose the round."""

    async def fail(_message: str) -> None:
        raise ConnectionError("nobody there")

    monitor = HealthMonitor(world.db, world.redis, world.probes, fail, FAST)
    assert (await monitor.tick()).overall is HEALTHY
    assert await count(world.db) == len(CheckType)


async def test_rubbish_in_redis_is_ignored(world: World) -> None:
    """A snapshot of a newer version must not break an older process."""
    await world.redis.set(KEY, '{"version": 2}')
    assert (await world.monitor.latest()).overall is UNKNOWN
    with pytest.raises(ValueError, match="validation error"):
        world.monitor.read('{"version": 2}')


async def test_ids_in_the_database_are_the_fixed_ones(world: World) -> None:
    """The id of a check is the same with and without the database."""
    await world.monitor.tick()
    async with world.db.read() as session:
        rows = (await session.scalars(select(HealthCheckState))).all()
    assert {row.check_type: row.id for row in rows} == CHECK_IDS


async def test_uptime(world: World) -> None:
    """A27: warnings count as up, failures and timeouts do not."""
    outcomes = (Outcome.PASSED, Outcome.DEGRADED, Outcome.FAILED)
    for outcome in outcomes:
        world.fail(CheckType.EMAIL, outcome)
        await world.monitor.tick()
    assert await uptime(world, DAY) == Percent(50.0)  # the failed one was looked at twice


async def test_no_phase_no_uptime_of_it(world: World) -> None:
    """A27: CURRENT_PHASE has no span while no phase is active."""
    await world.monitor.tick()
    assert await uptime(world, TimeRange.CURRENT_PHASE) is None


async def test_uptime_outlives_the_samples(world: World, clock: Clock) -> None:
    """S5, A27: samples of more than 48 hours become rollups; nothing is counted twice."""
    world.fail(CheckType.EMAIL, Outcome.FAILED)
    await world.monitor.tick()
    clock.advance(timedelta(hours=49).total_seconds())
    world.fail(CheckType.EMAIL, Outcome.PASSED)
    await world.monitor.tick()
    before = await uptime(world, TimeRange.LAST_7D)
    assert await retention.sweep(world.db, batch=2) == len(CheckType) + 1
    assert await uptime(world, TimeRange.LAST_7D) == before == Percent(33.33)
    assert await uptime(world, DAY) == Percent(100.0)
    assert await retention.sweep(world.db) == 0


async def test_evidence_for_readiness(world: World) -> None:
    """X2, S46: the gate sees status, reason and the node that shows it."""
    world.fail(CheckType.EMAIL)
    found = evidence(await world.monitor.tick())
    assert set(found) == set(CheckType)
    assert isinstance(found[CheckType.EMAIL], HealthEvidence)
    assert found[CheckType.EMAIL].detail == "critical: it broke"


async def uptime(world: World, window: TimeRange) -> Percent | None:
    async with world.db.read() as session:
        key = (CheckType.EMAIL, window)
        return (await uptimes(session, [key], clock=world.db.clock)).get(key)


async def count(db: Database) -> int:
    async with db.read() as session:
        return len((await session.scalars(select(HealthReading.id))).all())
