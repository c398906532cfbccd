"""Once an interval, however many workers run, whatever is down (S62)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest
from redis.asyncio import Redis

from db.session import Database
from jobs.ticker import Claims, Task, Ticker
from tests.support.clock import PATIENCE, Clock
from tests.support.servers import dead_port

Run = Callable[[], Awaitable[None]]


async def nothing() -> None:
    """A task that does nothing."""


TASK = Task("test", 30, nothing)


@pytest.fixture
async def no_redis() -> AsyncIterator[Redis]:
    client = Redis.from_url(f"redis://127.0.0.1:{dead_port()}/0")
    yield client
    await client.aclose()


@pytest.fixture
async def no_database(clock: Clock) -> AsyncIterator[Database]:
    url = f"postgresql+asyncpg://launch@127.0.0.1:{dead_port()}/launch"
    db = Database(url, clock=clock, timeout_seconds=1)
    yield db
    await db.dispose()


async def claims(redis: Redis, db: Database, slot: int = 1) -> list[bool]:
    """Who of five workers may run."""
    workers = [Claims(redis, db, f"worker-{number}") for number in range(5)]
    return await asyncio.gather(*(worker.claim(TASK, slot) for worker in workers))


async def test_one_worker_wins_each_interval(redis: Redis, db: Database) -> None:
    """S62: one winner an interval, and a winner in each interval."""
    assert [sum(await claims(redis, db, slot)) for slot in (1, 2, 3)] == [1, 1, 1]


async def test_without_redis_the_database_selects_the_worker(no_redis: Redis, db: Database) -> None:
    """S62: still one winner."""
    assert [sum(await claims(no_redis, db, slot)) for slot in (1, 1, 2)] == [1, 0, 1]


async def test_without_the_database_redis_selects_the_worker(
    redis: Redis, no_database: Database
) -> None:
    """S62, decision 7: the check of the database does not depend on the database."""
    assert sum(await claims(redis, no_database)) == 1


async def test_without_both_stores_every_worker_runs(
    no_redis: Redis, no_database: Database
) -> None:
    """Decision 7: twice is better than never."""
    assert all(await claims(no_redis, no_database))


class Work:
    """Counts how often it runs, and how often at the same time."""

    def __init__(self, seconds: float = 0.0, *, fails: bool = False) -> None:
        self.runs = self.now = self.most = 0
        self._seconds = seconds
        self._fails = fails

    async def __call__(self) -> None:
        self.runs += 1
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(self._seconds)
        self.now -= 1
        if self._fails:
            raise RuntimeError("broken")


async def tick_until(true: Callable[[], bool], redis: Redis, db: Database, *tasks: Task) -> None:
    """Three workers in this process, until something has come true."""
    tickers = [Ticker(Claims(redis, db, f"w{number}"), tasks, db.clock) for number in range(3)]
    running = [asyncio.create_task(ticker.run()) for ticker in tickers]
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - what they run is not made to be waited for
            await asyncio.sleep(0.01)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def test_three_workers_tick_once_an_interval(redis: Redis, db: Database) -> None:
    """S62: as many runs as intervals have begun."""
    work = Work()
    await tick_until(lambda: work.runs >= 3, redis, db, Task("test", 0.2, work))
    keys = await redis.keys("launch:tick:test:*")
    assert work.runs == len(keys)


async def test_a_failed_task_runs_again_next_interval(redis: Redis, db: Database) -> None:
    """S62: the next interval comes all the same."""
    work = Work(fails=True)
    await tick_until(lambda: work.runs >= 5, redis, db, Task("test", 0.1, work))


async def test_a_slow_task_does_not_overlap_itself(redis: Redis, db: Database) -> None:
    """S62: a slow task is not started again by the worker that still runs it."""
    work = Work(seconds=0.5)
    await tick_until(lambda: work.runs >= 5, redis, db, Task("test", 0.1, work))
    assert work.most <= 3


async def test_a_slow_task_does_not_delay_others(redis: Redis, db: Database) -> None:
    """S63: each task has a loop of its own."""
    slow, quick = Work(seconds=2 * PATIENCE), Work()
    tasks = (Task("slow", 0.2, slow), Task("quick", 0.2, quick))
    await tick_until(lambda: slow.now == 3 and quick.runs >= 6, redis, db, *tasks)


@pytest.mark.parametrize("fails", [True, False])
async def test_a_swallowed_cancellation_still_stops_the_ticker(
    redis: Redis, db: Database, fails: bool
) -> None:
    """Drivers swallow one, and what cleans up after a dead server fails: the worker still stops."""
    began = asyncio.Event()

    async def stubborn() -> None:
        began.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        if fails:
            raise RuntimeError("cleaning up failed")

    ticker = Ticker(Claims(redis, db, "w"), [Task("test", 60, stubborn)], db.clock)
    running = asyncio.create_task(ticker.run())
    await began.wait()
    running.cancel()
    await asyncio.wait({running}, timeout=PATIENCE)
    assert running.done()
