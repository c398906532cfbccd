"""The live stream of health (S5, S25, S74, S98, S108)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import cast

import pytest
from starlette.applications import Starlette

from domain.actors import system_actor
from domain.health.health import CheckType, HealthStatus
from schema.context import Context, Info, Runtime
from schema.types.health import HealthSnapshot
from services.health.health_monitor import HealthMonitor, Timing
from subscriptions.bus import Broadcast, BusMessage, Resync
from subscriptions.channels import HEALTH
from subscriptions.health import newest_snapshots, system_health
from tests.factories.health import PROBES, Health
from tests.support.clock import PATIENCE, Clock
from tests.support.promises import is_within
from tests.support.waiting import until

Stream = AsyncIterator[HealthSnapshot]


@pytest.fixture
def runtime(app: Starlette, health: Health) -> Runtime:
    """The parts of the running app; its checks are fakes that pass."""
    runtime: Runtime = app.state.runtime
    return runtime


@asynccontextmanager
async def watching(runtime: Runtime) -> AsyncIterator[Stream]:
    """An open stream."""
    context = Context(runtime, actor=system_actor("test"))
    info = cast(Info, SimpleNamespace(context=context))
    async with aclosing(system_health(info)) as stream:
        yield stream


async def following(stream: Stream, seconds: float = PATIENCE) -> HealthSnapshot:
    async with asyncio.timeout(seconds):
        return await anext(stream)


def impatient(runtime: Runtime, interval: float) -> Runtime:
    """Return the same runtime with another interval."""
    timing = Timing(interval=interval, timeout=1, recheck=0)
    publish = partial(runtime.bus.publish, HEALTH)
    monitor = HealthMonitor(runtime.db, runtime.redis, PROBES, publish, timing)
    return replace(runtime, health=monitor)


async def test_snapshot_is_sent_first(runtime: Runtime) -> None:
    """The first snapshot is sent at once, even if nothing is known."""
    async with watching(runtime) as stream:
        assert (await following(stream)).overall is HealthStatus.UNKNOWN


async def test_each_new_snapshot_is_sent(runtime: Runtime, health: Health) -> None:
    """S98, S108: a round of checks in any process is sent."""
    async with watching(runtime) as stream:
        await following(stream)
        await runtime.health.tick()
        assert (await following(stream)).overall is HealthStatus.HEALTHY
        health.fail(CheckType.API)
        await impatient(runtime, 30).health.tick()
        snapshot = await following(stream)
    assert (snapshot.overall, snapshot.changed) == (HealthStatus.CRITICAL, [CheckType.API])


async def test_slow_reader_gets_the_newest_snapshot(runtime: Runtime) -> None:
    """Streams of state buffer only the newest state."""
    async with watching(runtime) as stream:
        await following(stream)
        for _ in range(5):
            newest = await runtime.health.tick()
        await asyncio.sleep(0.1)
        assert (await following(stream)).cursor == newest.cursor


async def test_missing_checks_are_reported_as_unknown(runtime: Runtime) -> None:
    """S5: without a worker, the stream reports that nothing is known."""
    runtime = impatient(runtime, 1)
    async with watching(runtime) as stream:
        await following(stream)
        await runtime.health.tick()
        while (await following(stream)).overall is not HealthStatus.HEALTHY:
            pass  # what was known before the round was sent again meanwhile
        stale = await following(stream)
        while not all(check.stale for check in stale.checks):
            stale = await following(stream)
    assert stale.overall is HealthStatus.UNKNOWN
    assert all(check.stale for check in stale.checks)


class Nothing:
    """A subscription that never receives anything."""

    def __aiter__(self) -> "Nothing":
        return self

    async def __anext__(self) -> BusMessage:
        await asyncio.sleep(PATIENCE)
        return Resync("after all")


@pytest.mark.parametrize("silent", [0.0, 3_600.0])
async def test_pause_without_redis_is_at_most_the_interval(runtime: Runtime, silent: float) -> None:
    """F12: the pause used to be 61 s, two intervals and a second."""
    interval = 0.6
    monitor = impatient(runtime, interval).health
    bus = cast(Broadcast, SimpleNamespace(silent_seconds=silent))
    loop, pauses = asyncio.get_running_loop(), list[float]()
    async with aclosing(newest_snapshots(Nothing(), monitor, bus)) as stream:
        await anext(stream)
        for _ in range(4):
            begin = loop.time()
            await anext(stream)
            pauses.append(loop.time() - begin)
    assert is_within(interval if silent else interval * 4 / 3, min(pauses))
    assert silent or min(pauses) >= interval


async def test_snapshot_contains_its_age(runtime: Runtime, clock: Clock) -> None:
    """F12: the age is computed with the clock of the server, when the snapshot is sent."""
    info = cast(Info, SimpleNamespace(context=Context(runtime, actor=system_actor("test"))))
    assert HealthSnapshot.of(await runtime.health.latest()).age_seconds(info) is None
    await runtime.health.tick()
    snapshot = HealthSnapshot.of(await runtime.health.latest())
    before = snapshot.age_seconds(info)
    clock.advance(40)
    after = snapshot.age_seconds(info)
    clock.reset()
    assert before is not None
    assert after is not None
    assert 40 <= after - before < 40 + PATIENCE


async def test_unreadable_bus_message_does_not_end_the_stream(runtime: Runtime) -> None:
    """A message of a newer release must not end the streams of an older process."""
    async with watching(runtime) as stream:
        await following(stream)
        await runtime.bus.publish(HEALTH, "{}")
        assert (await following(stream)).overall is HealthStatus.UNKNOWN


async def test_closed_stream_releases_everything(runtime: Runtime) -> None:
    """S74: no subscription and no database connection is left."""
    before = runtime.bus.live
    async with watching(runtime) as stream:
        await following(stream)
        assert runtime.bus.live == before + 1
        await until(lambda: "Checked out connections: 0" in runtime.db.engine.pool.status())
    assert runtime.bus.live == before
