"""Proofs about what open pages are sent: kept and broken by what really happens (S108, S110)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text
from starlette.applications import Starlette

from db.session import Database
from subscriptions import journeys as live_journeys
from tests.factories.journeys import sign_up_supplier
from tests.factories.launches import make_flag
from tests.factories.propagation import runtime_of, wait_for_result
from tests.factories.reports import ReportedRun
from tests.support.clock import PATIENCE, Clock
from tests.support.graphql import GraphQLClient
from tests.support.sockets import Stream, serving, socket

EVENTS = "subscription { launchEvents { __typename } }"
JOURNEYS = "subscription { journeys { started } }"


@asynccontextmanager
async def held_up(db: Database, table: str, clock: Clock, seconds: float) -> AsyncIterator[None]:
    """Nobody can read or write the table until somebody waits for it and the time has passed."""
    async with db.engine.begin() as connection:
        await connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        yield
        await wait_for_result(lambda: _waiting(db), lambda count: count > 0)
        clock.advance(seconds)


async def _waiting(db: Database) -> int:
    async with db.engine.connect() as connection:
        query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        return int((await connection.execute(text(query))).scalar_one())


async def _started(stream: Stream, expected: int) -> None:
    """Until the first funnel shows so many."""
    async with asyncio.timeout(PATIENCE):
        while (await stream.next())["journeys"][0]["started"] != expected:
            pass


async def test_proof_breaks_on_late_journey_rates(
    launch: ReportedRun,
    app: Starlette,
    db: Database,
    clock: Clock,
    visitor: GraphQLClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S110: the counts cannot be read for five seconds after somebody has moved."""
    monkeypatch.setattr(live_journeys, "MIN_INTERVAL_SECONDS", 0.05)
    assert await launch.verdicts("S110") == ["NOT_MEASURED"]
    async with serving(app) as address, socket(address, launch.client.token) as live:
        stream = await live.subscribe(JOURNEYS)
        await _started(stream, 0)
        await sign_up_supplier(visitor)
        await _started(stream, 1)
        await runtime_of(app).meter.flush()
        assert await launch.verdicts("S110") == ["KEPT"]
        async with held_up(db, "journey_counts", clock, 5):
            await sign_up_supplier(visitor)
        await _started(stream, 2)
    await runtime_of(app).meter.flush()
    assert await launch.verdicts("S110") == ["BROKEN"]


async def test_proof_breaks_on_late_events(
    launch: ReportedRun, app: Starlette, db: Database, clock: Clock
) -> None:
    """S108: changes are committed, but get no number for five seconds."""
    async with serving(app) as address, socket(address, launch.client.token) as live:
        stream = await live.subscribe(EVENTS)
        await make_flag(launch.client, "in_time")
        await stream.next()
        await runtime_of(app).meter.flush()
        assert "messages within" in (await launch.proofs())["S108"]["evidence"]
        assert (await launch.verdicts("S108"))[0] != "BROKEN"
        async with held_up(db, "launch_event_counter", clock, 5):
            made = asyncio.create_task(make_flag(launch.client, "too_late"))
        await made
        await stream.next()
    await runtime_of(app).meter.flush()
    assert await launch.verdicts("S108") == ["BROKEN"]
