"""The last run of each periodic task (S62).

It is kept in Redis, as the claims are. While Redis is down the claims are in the database, without
the duration of a run.
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
    """A run. `seconds` is None while it runs, or if its worker died."""

    worker: str
    at: datetime
    seconds: float | None = None
    error: str | None = None


_RUN: TypeAdapter[TaskRun] = TypeAdapter(TaskRun)


class History:
    """Records the runs of a worker. A failure here never keeps a task from running."""

    def __init__(self, redis: Redis, worker: str) -> None:
        """`worker` names this process."""
        self._redis = redis
        self._worker = worker

    @asynccontextmanager
    async def run(self, task: str, now: datetime) -> AsyncIterator[None]:
        """Record the start, then the end with duration and error."""
        run, begin = TaskRun(self._worker, now), monotonic()
        await self._store(task, run)
        try:
            yield
        except Exception as error:
            await self._store(task, _ended_run(run, begin, describe(error)))
            raise
        await self._store(task, _ended_run(run, begin))

    async def _store(self, task: str, run: TaskRun) -> None:
        try:
            async with asyncio.timeout(_REDIS_SECONDS):
                await self._redis.hset(KEY, task, _RUN.dump_json(run))
        except (RedisError, OSError) as error:
            logger.debug("ticker: the run of %s was not recorded: %r", task, error)


async def last_runs(redis: Redis) -> Mapping[str, TaskRun]:
    """The last run of each task in Redis; raises RedisError or OSError."""
    async with asyncio.timeout(_REDIS_SECONDS):
        raw = await redis.hgetall(KEY)
    runs = {_text(key): _decode(value) for key, value in raw.items()}
    return {task: run for task, run in runs.items() if run is not None}


def _ended_run(run: TaskRun, begin: float, error: str | None = None) -> TaskRun:
    return replace(run, seconds=round(monotonic() - begin, 3), error=error)


def _text(key: bytes | str) -> str:
    return key.decode() if isinstance(key, bytes) else key


def _decode(value: bytes | str) -> TaskRun | None:
    try:
        return _RUN.validate_json(value)
    except ValidationError:  # written by another release
        return None
