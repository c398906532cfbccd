"""A version of the flags on its way through several processes (X5, S97, S108)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from starlette.applications import Starlette

from app import create_app, running
from db.queries import propagations as queries
from db.session import Database
from domain.propagation.propagation import Propagation
from services.propagation.propagation import settle
from services.propagation.propagation_roster import RosterMemory, place
from settings import Settings
from tests.factories.health import PROBES
from tests.factories.launches import make_flag
from tests.factories.propagation import (
    acknowledge_as,
    add_dead_process,
    runtime_of,
    shared_ms,
    toggle_flag,
    wait_for_propagation,
    wait_for_result,
)
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient
from tests.support.servers import ValkeyProcess


@pytest.fixture
async def other(app: Starlette, settings: Settings, clock: Clock) -> AsyncIterator[Starlette]:
    """A second process over the same servers."""
    other_app = create_app(settings, clock, PROBES)
    async with running(other_app.state.runtime):
        yield other_app


@pytest.fixture
async def flag(admin: GraphQLClient) -> str:
    await make_flag(admin, "mvp_chat")
    return "mvp_chat"


def is_complete(propagation: Propagation) -> bool:
    return propagation.complete


async def settled(db: Database, version: int) -> Propagation:
    """The stored result."""
    async with db.read() as session:
        row = (await queries.by_version(session, [version]))[version]
    assert row.finished_at is not None
    return queries.result_of(row, db.clock())


async def test_a_version_is_acknowledged_by_two_processes(
    app: Starlette, other: Starlette, admin: GraphQLClient, flag: str
) -> None:
    version = await toggle_flag(admin, app, flag, on=True)
    propagation = await wait_for_propagation(app, version, is_complete)
    assert (propagation.processes, propagation.total, propagation.acked) == (2, 2, 2)
    assert propagation.within_budget is True
    assert propagation.p95_ms is not None
    assert propagation.p95_ms < 10_000


async def test_all_processes_report_the_same_propagation(
    app: Starlette, other: Starlette, admin: GraphQLClient, flag: str
) -> None:
    version = await toggle_flag(admin, app, flag, on=True)
    here = await wait_for_propagation(app, version, is_complete)
    assert await wait_for_propagation(other, version, is_complete) == here


async def test_stopped_processes_are_not_waited_for(
    app: Starlette, admin: GraphQLClient, flag: str, settings: Settings, clock: Clock
) -> None:
    second = create_app(settings, clock, PROBES)
    async with running(second.state.runtime):
        first = await toggle_flag(admin, app, flag, on=True)
        assert (await wait_for_propagation(app, first, is_complete)).processes == 2
    version = await toggle_flag(admin, app, flag, on=False)
    assert (await wait_for_propagation(app, version, is_complete)).processes == 1


async def test_a_silent_process_makes_the_propagation_unknown(
    app: Starlette, admin: GraphQLClient, flag: str, redis: Redis, db: Database, clock: Clock
) -> None:
    """L4: it may hang with its sockets open, so it is never left out of the count."""
    await add_dead_process(redis, "hung:1", dies_in_ms=300, streams=2)
    version = await toggle_flag(admin, app, flag, on=True)
    waiting = await wait_for_propagation(app, version, lambda propagation: propagation.acked == 1)
    assert (waiting.complete, waiting.slowest) == (False, "hung:1")
    lost = await wait_for_propagation(
        app, version, lambda propagation: propagation.unknown_processes > 0
    )
    assert (lost.processes, lost.total, lost.unknown_streams) == (2, 4, 2)
    clock.advance(61)
    await settle(db, redis)
    final = await settled(db, version)
    assert (final.complete, final.within_budget, final.unknown) == (False, None, 3)


async def test_a_process_that_serves_after_the_budget_breaks_it(
    app: Starlette, admin: GraphQLClient, flag: str, redis: Redis
) -> None:
    """Its receipt says when it served the change, however late that is read."""
    await add_dead_process(redis, "hung:1", dies_in_ms=0)
    version = await toggle_flag(admin, app, flag, on=True)
    await wait_for_propagation(app, version, lambda propagation: propagation.unknown_processes == 1)
    await acknowledge_as(redis, "hung:1", version, after_ms=31_000)
    final = await wait_for_propagation(app, version, is_complete)
    assert (final.within_budget, final.unknown) == (False, 0)


async def test_hanging_processes_are_remembered_after_redis_is_emptied(
    app: Starlette, admin: GraphQLClient, flag: str, redis: Redis
) -> None:
    await add_dead_process(redis, "hung:1", dies_in_ms=0, streams=3)
    reporter = RosterMemory(redis, "other:1")
    await reporter.look(await shared_ms(redis))
    version = await toggle_flag(admin, app, flag, on=True)
    await redis.flushall()
    await reporter.look(await shared_ms(redis))
    propagation = await wait_for_propagation(
        app, version, lambda item: item.acked == 1 and item.unknown > 0
    )
    assert (propagation.unknown_processes, propagation.unknown_streams) == (1, 3)


async def test_killed_processes_are_not_expected_for_later_versions(
    app: Starlette, admin: GraphQLClient, flag: str, redis: Redis
) -> None:
    """Who runs beside it sees that it is gone: the kernel has closed its sockets."""
    killed = await asyncio.create_subprocess_exec("true")
    await killed.wait()
    await add_dead_process(redis, f"here:{killed.pid}:ab", dies_in_ms=0, place=place())
    await add_dead_process(redis, f"there:{killed.pid}:cd", dies_in_ms=0, place="another machine")
    await RosterMemory(redis, "other:1").look(await shared_ms(redis))
    version = await toggle_flag(admin, app, flag, on=True)
    propagation = await wait_for_propagation(app, version, lambda item: item.acked == 1)
    assert (propagation.unknown_processes, propagation.slowest) == (1, f"there:{killed.pid}:cd")


async def test_streams_count_as_receivers(
    app: Starlette, other: Starlette, admin: GraphQLClient, flag: str
) -> None:
    """One that takes it and one that does not: only the second is waited for."""
    here, there = runtime_of(app).receipts, runtime_of(other).receipts
    quick = here.join(None, runtime_of(app).flags.current.version)
    slow = there.join(None, runtime_of(other).flags.current.version)
    version = await toggle_flag(admin, app, flag, on=True)
    here.handed(quick, version)
    waiting = await wait_for_propagation(app, version, lambda propagation: propagation.acked == 3)
    assert (waiting.total, waiting.slowest) == (4, f"clients of {there.name}")
    there.handed(slow, version)
    assert (await wait_for_propagation(app, version, is_complete)).acked == 4


async def test_direct_sql_versions_are_tracked(
    app: Starlette, other: Starlette, db: Database, flag: str
) -> None:
    """S61: no author announces it, the first process that serves it begins the count."""
    async with db.engine.begin() as connection:
        await connection.execute(text("UPDATE feature_flags SET description = 'by hand'"))
    flag_set = await runtime_of(app).flags.refresh()
    await runtime_of(other).flags.refresh()
    assert (await wait_for_propagation(app, flag_set.version, is_complete)).processes == 2


async def test_unknown_versions_have_no_propagation(app: Starlette, flag: str) -> None:
    runtime = runtime_of(app)
    beyond = runtime.flags.current.version + 1
    by_version = await runtime.propagations.many([-1, 0, beyond, 2**31 - 1])
    assert by_version == {}


async def test_a_complete_result_is_stored_and_final(
    app: Starlette, other: Starlette, admin: GraphQLClient, flag: str, db: Database, redis: Redis
) -> None:
    version = await toggle_flag(admin, app, flag, on=True)
    live = await wait_for_propagation(app, version, is_complete)
    assert await settle(db, redis) >= 1
    assert await settle(db, redis) == 0
    await redis.flushall()
    stored = await settled(db, version)
    assert replace(stored, commit_ms=None) == live
    assert stored.commit_ms is not None
    assert await runtime_of(app).propagations.of(version) == stored


async def test_an_incomplete_result_is_stored_after_a_minute(
    app: Starlette, admin: GraphQLClient, flag: str, db: Database, redis: Redis, clock: Clock
) -> None:
    await add_dead_process(redis, "stuck:1", dies_in_ms=3_600_000)
    version = await toggle_flag(admin, app, flag, on=True)
    await wait_for_propagation(app, version, lambda propagation: propagation.acked == 1)
    before = await settle(db, redis)
    clock.advance(61)
    assert (before, await settle(db, redis)) == (0, 2)  # the flag itself was made in here too
    final = await settled(db, version)
    assert (final.complete, final.within_budget, final.slowest) == (False, False, "stuck:1")


async def test_a_transaction_and_its_events_know_one_version(
    app: Starlette, admin: GraphQLClient, flag: str, db: Database
) -> None:
    version = await toggle_flag(admin, app, flag, on=True)
    async with db.read() as session:
        row = (await queries.by_version(session, [version]))[version]
        last = await session.scalar(
            text("SELECT set_version FROM launch_events ORDER BY seq DESC LIMIT 1")
        )
    assert (row.action, last) == ("switched on", version)


async def test_a_redis_outage_keeps_local_acknowledgements(
    db: Database, settings: Settings, clock: Clock, tmp_path: Path
) -> None:
    valkey = ValkeyProcess(tmp_path)
    valkey.start()
    alone = create_app(settings.model_copy(update={"redis_url": valkey.url}), clock, PROBES)
    async with running(alone.state.runtime):
        runtime = runtime_of(alone)
        await wait_for_propagation(alone, runtime.flags.current.version, is_complete)
        valkey.stop()
        await _edit(db)
        version = (await runtime.flags.refresh()).version
        here = await wait_for_propagation(
            alone, version, lambda propagation: propagation.acked == 1
        )
        assert (here.complete, here.within_budget) == (False, None)
        valkey.start()
        assert (await wait_for_propagation(alone, version, is_complete)).processes == 1
    valkey.stop()


async def _edit(db: Database) -> None:
    async with db.engine.begin() as connection:
        await connection.execute(text("UPDATE flag_set_version SET version = version + 1"))


async def test_worker_commits_are_announced_with_their_time(
    app: Starlette, admin: GraphQLClient, flag: str, clock: Clock
) -> None:
    """The announcement carries the wall clock of the author; times are on that of Redis."""
    begin = clock()
    version = await toggle_flag(admin, app, flag, on=True)
    propagation = await wait_for_propagation(app, version, is_complete)
    assert begin - timedelta(seconds=1) <= propagation.started_at <= clock()
    assert propagation.complete_ms is not None
    assert timedelta(milliseconds=propagation.complete_ms) < clock() - begin + timedelta(seconds=1)


async def test_propagation_memory_and_keys_expire(
    app: Starlette, admin: GraphQLClient, flag: str, redis: Redis
) -> None:
    version = await toggle_flag(admin, app, flag, on=True)
    await wait_for_propagation(app, version, is_complete)

    async def credential_watch() -> list[int]:
        keys = [key async for key in redis.scan_iter("launch:receipts:*")]
        return [await redis.ttl(key) for key in [*keys, f"launch:committed:{version}"]]

    seconds_left = await wait_for_result(credential_watch, lambda ttls: min(ttls) > 0)
    assert max(seconds_left) <= 3_600
