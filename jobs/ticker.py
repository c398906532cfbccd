"""Periodic tasks: once per interval, whatever the number of workers (S62).

Redis decides which worker runs a task; the database does while Redis is down. While both are down
every worker runs it, because a check that runs twice is better than none.
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
    """A periodic task with its interval in seconds."""

    name: str
    interval: float
    run: Callable[[], Awaitable[object]]


class Claims:
    """Decides which worker runs a task in an interval."""

    def __init__(self, redis: Redis, db: Database, worker: str) -> None:
        """`worker` names this process in claims."""
        self._redis = redis
        self._db = db
        self._worker = worker
        self.history = History(redis, worker)

    async def claim(self, task: Task, slot: int) -> bool:
        """True if this worker runs the task in that interval."""
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
    """Seconds from now to the start of the next slot; 0 if the task ran beyond it.

    Slots start at fixed moments, so the duration of a task does not add to the gap (S98).
    """
    return max((slot + 1) * interval - now, 0.0)


class Ticker:
    """Runs each task in a loop of its own, so that a slow one delays no other."""

    def __init__(
        self, claims: Claims, tasks: Sequence[Task], clock: Callable[[], datetime]
    ) -> None:
        """All workers count intervals from the epoch of the clock."""
        self._claims = claims
        self._tasks = tasks
        self._clock = clock
        self.tally = Tally()

    async def run(self) -> None:
        """Run until cancelled.

        A task that continues or fails after its cancellation, because a driver or a cleanup lost
        it, neither starts again nor waits for its next slot.
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
            # If the clock was set back meanwhile, the end of that slot may be hours away.
            await asyncio.sleep(min(pause(done, task.interval, self._now()), task.interval))

    async def _try(self, task: Task, slot: int) -> None:
        try:
            if await self._claims.claim(task, slot):
                with self.tally.run(task.name):
                    async with self._claims.history.run(task.name, self._clock()):
                        await task.run()
        except DependencyDown as error:
            logger.warning("ticker: %s failed; retrying in the next interval: %s", task.name, error)
        except Exception:
            logger.exception("ticker: %s failed; retrying in the next interval", task.name)

    def _slot(self, task: Task) -> int:
        return int(self._now() // task.interval)

    def _now(self) -> float:
        return self._clock().timestamp()
