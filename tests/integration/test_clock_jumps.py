"""A clock that jumps, forward and back: nothing stops, nothing is lost (item 9 of the faults)."""

import asyncio
from contextlib import suppress

from redis.asyncio import Redis
from starlette.applications import Starlette

from db.session import Database
from domain.health.health import HealthStatus
from jobs.ticker import Claims, Task, Ticker
from schema.pagination import encode_cursor
from tests.factories.health import Health
from tests.factories.launches import make_flag
from tests.factories.propagation import runtime_of
from tests.support.clock import PATIENCE, Clock
from tests.support.graphql import GraphQLClient

HOUR = 3_600.0
EVENTS = """query ($after: String) { launchEvents(first: 100, after: $after) {
  nodes { cursor ... on FlagEvent { diff { key } } } } }"""


async def run_again(runs: "asyncio.Queue[None]") -> None:
    """Return after three more."""
    async with asyncio.timeout(PATIENCE):
        for _ in range(3):
            await runs.get()


async def test_periodic_tasks_continue_after_clock_jumps(
    redis: Redis, db: Database, clock: Clock
) -> None:
    """Set forward and corrected, it kept every task from running for as long as it was wrong."""
    runs: asyncio.Queue[None] = asyncio.Queue()

    async def work() -> None:
        runs.put_nowait(None)

    ticker = Ticker(Claims(redis, db, "one"), [Task("test", 0.05, work)], clock)
    running = asyncio.create_task(ticker.run())
    try:
        for seconds in (0, HOUR, -2 * HOUR, HOUR):
            clock.advance(seconds)
            while not runs.empty():
                runs.get_nowait()
            await run_again(runs)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_a_future_snapshot_does_not_hide_current_health(
    app: Starlette, health: Health, clock: Clock
) -> None:
    """A snapshot from the future would hide all news until then."""
    monitor = runtime_of(app).health
    for seconds in (0, HOUR, -2 * HOUR, HOUR):
        clock.advance(seconds)
        await monitor.tick()
        snapshot = await monitor.latest()
        assert {state.status for state in snapshot.checks} == {HealthStatus.HEALTHY}
        assert abs((snapshot.at - clock()).total_seconds()) < PATIENCE


async def test_the_log_order_survives_clock_jumps(
    app: Starlette, admin: GraphQLClient, clock: Clock
) -> None:
    """Positions are given out by the database: what came later stands later, whatever its time."""
    begin = runtime_of(app).tail.position
    for number, seconds in enumerate((0, HOUR, -2 * HOUR, HOUR)):
        clock.advance(seconds)
        await make_flag(admin, f"mvp_flag_{number}")
    data = await admin.data(EVENTS, after=encode_cursor(begin))
    keys = [node["diff"]["key"] for node in data["launchEvents"]["nodes"] if "diff" in node]
    assert keys == [f"mvp_flag_{number}" for number in range(4)]
