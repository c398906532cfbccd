"""Keeps silences in memory, in Redis and in the database (A28, decision 7).

A silence is created in the database and copied to Redis at once: the planned work may be on the
database, and then the processes that raise alarms cannot read it there.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from pydantic import TypeAdapter
from redis.asyncio import Redis

from db.queries import silences as queries
from db.session import Database
from domain.alerting.silences import KEPT, Silence, is_forgotten, newest
from domain.events import RecordedEvent
from domain.events.alerts import SilenceChanged
from services.alerting.timeouts import run_with_timeout

KEY = "launch:silences"
READ_SECONDS = 1.0
REDIS_SECONDS = 1.0
_SILENCE: TypeAdapter[Silence] = TypeAdapter(Silence)


class SilenceCache:
    """The silences that one process knows."""

    def __init__(self, db: Database, redis: Redis) -> None:
        """Start without silences; the first read fills the cache."""
        self._db = db
        self._redis = redis
        self._silences: list[Silence] = []

    async def current(self) -> Sequence[Silence]:
        """Return silences that are in force, planned or lately over, merged from all stores.

        Redis is given those that it lacks.
        """
        now = self._db.clock()
        in_redis, in_database = await asyncio.gather(
            run_with_timeout(READ_SECONDS, self._read_redis(), "reading silences in Redis"),
            run_with_timeout(
                READ_SECONDS, self._read_database(now), "reading silences in the database"
            ),
        )
        merged = newest(in_redis or (), in_database or (), self._silences)
        self._silences = [silence for silence in merged if not is_forgotten(silence, now)]
        if in_redis is not None:
            await self._repair_redis(in_redis, merged)
        return self._silences

    async def after_commit(self, events: Sequence[RecordedEvent]) -> None:
        """Copy the silences of a commit to Redis, so that all other processes know them at once."""
        created = [item.event.silence for item in events if isinstance(item.event, SilenceChanged)]
        if created:
            self._silences = newest(self._silences, created)
            work = self._write_redis(created)
            await run_with_timeout(REDIS_SECONDS, work, "copying a silence to Redis")

    async def _repair_redis(self, in_redis: Sequence[Silence], merged: Sequence[Silence]) -> None:
        missing = [silence for silence in self._silences if silence not in in_redis]
        outdated = [silence for silence in merged if silence not in self._silences]
        if missing:
            work = self._write_redis(missing)
            await run_with_timeout(REDIS_SECONDS, work, "copying silences to Redis")
        if outdated:
            await run_with_timeout(REDIS_SECONDS, self._forget(outdated), "forgetting silences")

    async def _read_redis(self) -> list[Silence]:
        return [_SILENCE.validate_json(text) for text in await self._redis.hvals(KEY)]

    async def _read_database(self, now: datetime) -> list[Silence]:
        async with self._db.read() as session:
            return await queries.since(session, now - KEPT)

    async def _write_redis(self, silences: Sequence[Silence]) -> None:
        for silence in silences:
            await self._redis.hset(KEY, str(silence.id), _SILENCE.dump_json(silence))

    async def _forget(self, silences: Sequence[Silence]) -> None:
        await self._redis.hdel(KEY, *(str(silence.id) for silence in silences))
