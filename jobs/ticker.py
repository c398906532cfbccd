"""Periodic tasks: once an interval, however many workers run (S62).

Redis decides who runs; where it is away the database does; where both are away everybody does,
because a check that runs twice is better than one that does not run when all is down.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from redis.asyncio import Redis
from redis.exceptions import RedisError

from db.queries import ticks
from db.session import Database
from domain.errors import DependencyDown
from jobs.history import History
from jobs.tally import Tally

logger = logging.getLogger(__name__)

_REDIS_SECONDS = 1.0
_DATABASE_SECONDS = 2.0
_SHORTEST_CLAIM = 10.0  # seconds; longer than clocks of workers may differ


@dataclass(frozen=True, slots=True)
class Task:
    """What to run, and how often in seconds."""

    name: str
    interval: float
    run: Callable[[], Awaitable[object]]


class Claims:
    """Decides which worker runs a task in an interval."""

    def __init__(self, redis: Redis, db: Database, worker: str) -> None:
        """`worker` names this process in claims, for people who look."""
        self._redis = redis
        self._db = db
        self._worker = worker
        self.history = History(redis, worker)

    async def claim(self, task: Task, slot: int) -> bool:
        """True where this worker shall run the task in that interval."""
        won = await self._in_redis(task, slot)
        if won is None:
            won = await self._in_database(task, slot)
        return won is not False

    async def _in_redis(self, task: Task, slot: int) -> bool | None:
        life = max(2 * task.interval, _SHORTEST_CLAIM)
        key = f"launch:tick:{task.name}:{slot}"
        try:
            async with asyncio.timeout(_REDIS_SECONDS):
                won = await self._redis.set(key, self._worker, nx=True, px=int(life * 1000))
        except (RedisError, OSError) as error:
            logger.warning("ticker: Redis does not answer: %r", error)
            return None
        return bool(won)

    async def _in_database(self, task: Task, slot: int) -> bool | None:
        try:
            async with asyncio.timeout(_DATABASE_SECONDS), self._db.write() as uow:
                return await ticks.claim(uow.session, task.name, slot, self._worker, uow.now)
        except Exception as error:
            logger.warning("ticker: the database does not answer either: %r", error)
            return None


def pause(slot: int, interval: float, now: float) -> float:
    """Seconds from now to the begin of the next slot; 0 where the task has run beyond it.

    Slots begin at fixed moments: what a task takes is no part of the gap (S98).
    """
    return max((slot + 1) * interval - now, 0.0)


class Ticker:
    """Runs each task in a loop of its own, so that a slow one delays no other."""

    def __init__(
        self, claims: Claims, tasks: Sequence[Task], clock: Callable[[], datetime]
    ) -> None:
        """All workers count intervals from the same origin: the clock's epoch."""
        self._claims = claims
        self._tasks = tasks
        self._clock = clock
        self.tally = Tally()

    async def run(self) -> None:
        """Until cancelled.

        A task that goes on or fails after it was cancelled, because a driver or what it cleans up
        after has lost the cancellation, must neither begin anew nor wait for its next time.
        """
        async with asyncio.TaskGroup() as group:
            for task in self._tasks:
                group.create_task(self._repeat(task), name=f"tick-{task.name}")

    async def _repeat(self, task: Task) -> None:
        done, this = -1, asyncio.current_task()
        while True:
            slot = self._slot(task)
            if slot != done:  # an earlier one where the clock was set back
                done = slot
                await self._try(task, slot)
            if this is not None and this.cancelling():
                return
            # Where the clock was set back meanwhile, the end of that slot may be hours away.
            await asyncio.sleep(min(pause(done, task.interval, self._now()), task.interval))

    async def _try(self, task: Task, slot: int) -> None:
        try:
            if await self._claims.claim(task, slot):
                with self.tally.run(task.name):
                    async with self._claims.history.run(task.name, self._clock()):
                        await task.run()
        except DependencyDown as error:
            logger.warning("ticker: %s waits for the next interval: %s", task.name, error)
        except Exception:
            logger.exception("ticker: %s failed and goes on with the next interval", task.name)

    def _slot(self, task: Task) -> int:
        return int(self._now() // task.interval)

    def _now(self) -> float:
        return self._clock().timestamp()
