"""What is known of health, how fresh it is, and how it was (S5, S46, A27)."""

import asyncio
from datetime import timedelta

import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from db.models.health import HealthCheckState
from db.session import Database
from domain.health.health import CHECK_IDS, CheckType, HealthStatus, Outcome
from domain.health.health_history import HealthSlot
from domain.phases.readiness import HealthEvidence
from domain.platform.percent import Percent
from domain.platform.time_ranges import TimeRange
from services.health.health import evidence, uptimes
from services.health.health_history import histories
from services.health.health_store import KEY
from services.overview import retention
from tests.factories.monitors import MonitorHarness
from tests.support.clock import Clock

HEALTHY, CRITICAL = HealthStatus.HEALTHY, HealthStatus.CRITICAL
UNKNOWN = HealthStatus.UNKNOWN
DAY = TimeRange.LAST_24H


@pytest.fixture
def world(db: Database, redis: Redis) -> MonitorHarness:
    return MonitorHarness(db, redis)


async def test_checks_without_samples_are_unknown(world: MonitorHarness) -> None:
    """S5: before the first round all five checks are UNKNOWN."""
    snapshot = await world.monitor.latest()
    assert [state.check for state in snapshot.checks] == list(CheckType)
    assert snapshot.overall is UNKNOWN


async def test_other_processes_read_the_snapshot(world: MonitorHarness) -> None:
    """S62: web processes read what the worker has left in Redis."""
    snapshot = await world.monitor.tick()
    assert (await world.another().latest()).checks == snapshot.checks


async def test_stale_checks_are_unknown(world: MonitorHarness, clock: Clock) -> None:
    """S5: no sample for two intervals means UNKNOWN, whatever it was."""
    await world.monitor.tick()
    clock.advance(61)
    snapshot = await world.monitor.latest()
    assert snapshot.overall is UNKNOWN
    assert all(state.stale for state in snapshot.checks)


async def test_fresh_rounds_are_not_repeated(world: MonitorHarness) -> None:
    """S46: a round younger than 30 s is good enough."""
    await world.monitor.tick()
    await world.another().ensure_fresh()
    assert world.probes[CheckType.API].runs == 1


async def test_a_stale_round_is_repeated_once(world: MonitorHarness, clock: Clock) -> None:
    """S46: rerun now, and once however many ask."""
    await world.monitor.tick()
    clock.advance(31)
    rounds = [world.monitor.ensure_fresh() for _ in range(5)]
    snapshots = await asyncio.gather(*rounds)
    assert {snapshot.overall for snapshot in snapshots} == {HEALTHY}
    assert world.probes[CheckType.API].runs == 2


async def test_a_stale_healthy_round_blocks_readiness(world: MonitorHarness, clock: Clock) -> None:
    """Decision 4: what broke since the last round blocks, and is not merely a warning."""
    await world.monitor.tick()
    clock.advance(31)
    world.fail(CheckType.DATABASE)
    assert (await world.monitor.ensure_fresh()).overall is CRITICAL


async def test_invalid_snapshots_in_redis_are_ignored(world: MonitorHarness) -> None:
    """A snapshot of a newer version must not break an older process."""
    await world.redis.set(KEY, '{"version": 2}')
    assert (await world.monitor.latest()).overall is UNKNOWN
    with pytest.raises(ValueError, match="validation error"):
        world.monitor.read('{"version": 2}')


async def test_ids_in_the_database_are_the_fixed_ones(world: MonitorHarness) -> None:
    """The id of a check is the same with and without the database."""
    await world.monitor.tick()
    async with world.db.read() as session:
        rows = (await session.scalars(select(HealthCheckState))).all()
    assert {row.check_type: row.id for row in rows} == CHECK_IDS


async def test_uptime_counts_warnings_as_up(world: MonitorHarness) -> None:
    """A27: warnings count as up, failures and timeouts do not."""
    outcomes = (Outcome.PASSED, Outcome.DEGRADED, Outcome.FAILED)
    for outcome in outcomes:
        world.fail(CheckType.EMAIL, outcome)
        await world.monitor.tick()
    assert await uptime(world, DAY) == Percent(50.0)  # the failed one was looked at twice


async def test_without_an_active_phase_its_uptime_is_null(world: MonitorHarness) -> None:
    """A27: CURRENT_PHASE has no span while no phase is active."""
    await world.monitor.tick()
    assert await uptime(world, TimeRange.CURRENT_PHASE) is None


async def test_uptime_outlives_the_samples(world: MonitorHarness, clock: Clock) -> None:
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


async def test_rounds_from_the_future_are_not_fresh(world: MonitorHarness, clock: Clock) -> None:
    """S46: a round from the future is not fresh, and hides no later one."""
    clock.advance(3600)
    await world.monitor.tick()
    clock.reset()
    world.fail(CheckType.EMAIL)
    assert (await world.monitor.ensure_fresh()).overall is CRITICAL


async def test_readiness_gets_status_reason_and_node(world: MonitorHarness) -> None:
    """X2, S46: the gate sees status, reason and the node that shows it."""
    world.fail(CheckType.EMAIL)
    reasons = evidence(await world.monitor.tick())
    assert set(reasons) == set(CheckType)
    assert isinstance(reasons[CheckType.EMAIL], HealthEvidence)
    assert reasons[CheckType.EMAIL].detail == "critical: it broke"


async def uptime(world: MonitorHarness, window: TimeRange) -> Percent | None:
    async with world.db.read() as session:
        key = (CheckType.EMAIL, window)
        return (await uptimes(session, [key], clock=world.db.clock)).get(key)


async def test_a_failing_round_is_repeated_after_five_seconds(
    world: MonitorHarness, clock: Clock
) -> None:
    """Whoever asks may just have mended it; good news stands for thirty."""
    script = world.fail(CheckType.API)
    await world.monitor.tick()
    before, script.outcomes = script.runs, [Outcome.PASSED]
    clock.advance(4)
    await world.monitor.ensure_fresh()
    assert script.runs == before
    clock.advance(2)
    await world.monitor.ensure_fresh()
    assert script.runs == before + 1


async def test_history_outlives_the_samples(world: MonitorHarness, clock: Clock) -> None:
    """A27: what is folded is still there, only its response times are not."""
    world.fail(CheckType.EMAIL, Outcome.FAILED)
    await world.monitor.tick()
    clock.advance(timedelta(hours=49).total_seconds())
    world.fail(CheckType.EMAIL, Outcome.PASSED)
    await world.monitor.tick()
    before = await history(world, TimeRange.LAST_7D)
    await retention.sweep(world.db)
    after = await history(world, TimeRange.LAST_7D)
    assert [slot.uptime for slot in after] == [slot.uptime for slot in before]
    assert [slot.uptime for slot in after if slot.samples] == [0.0, 100.0]


async def history(world: MonitorHarness, window: TimeRange) -> list[HealthSlot]:
    async with world.db.read() as session:
        key = (CheckType.EMAIL, window)
        return (await histories(session, [key], clock=world.db.clock))[key]
