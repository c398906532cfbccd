"""The last run of each periodic task, for people who look (S62).

Redis keeps it, because Redis keeps the claims. While Redis is away the database has the claims
and is asked instead; what a run took is not known then.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic

from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.platform.redaction import describe

logger = logging.getLogger(__name__)

KEY = "launch:ticks"
_REDIS_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class TaskRun:
    """One run. `seconds` is None while it goes on, or where its worker died."""

    worker: str
    at: datetime
    seconds: float | None = None
    error: str | None = None


_RUN: TypeAdapter[TaskRun] = TypeAdapter(TaskRun)


class History:
    """What one worker leaves of its runs. Nothing here may keep a task from running."""

    def __init__(self, redis: Redis, worker: str) -> None:
        """`worker` names this process."""
        self._redis = redis
        self._worker = worker

    @asynccontextmanager
    async def run(self, task: str, now: datetime) -> AsyncIterator[None]:
        """Note the begin, then the end with its seconds and its error."""
        run, begin = TaskRun(self._worker, now), monotonic()
        await self._leave(task, run)
        try:
            yield
        except Exception as error:
            await self._leave(task, _ended(run, begin, describe(error)))
            raise
        await self._leave(task, _ended(run, begin))

    async def _leave(self, task: str, run: TaskRun) -> None:
        try:
            async with asyncio.timeout(_REDIS_SECONDS):
                await self._redis.hset(KEY, task, _RUN.dump_json(run))
        except (RedisError, OSError) as error:
            logger.debug("ticker: the run of %s is not noted: %r", task, error)


async def last_runs(redis: Redis) -> Mapping[str, TaskRun]:
    """The last run of each task that Redis knows of; raises RedisError or OSError."""
    async with asyncio.timeout(_REDIS_SECONDS):
        raw = await redis.hgetall(KEY)
    runs = {_text(key): _decode(value) for key, value in raw.items()}
    return {task: run for task, run in runs.items() if run is not None}


def _ended(run: TaskRun, begin: float, error: str | None = None) -> TaskRun:
    return replace(run, seconds=round(monotonic() - begin, 3), error=error)


def _text(key: bytes | str) -> str:
    return key.decode() if isinstance(key, bytes) else key


def _decode(value: bytes | str) -> TaskRun | None:
    try:
        return _RUN.validate_json(value)
    except ValidationError:  # of another version
        return None
