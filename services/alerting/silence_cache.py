"""What is known of silences: in memory, in Redis and in the database (A28, decision 7).

A silence is made in the database. It is told to Redis at once, because the planned work may be on
the database, and then whoever would raise the alarm cannot read it there.
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
    """One a process."""

    def __init__(self, db: Database, redis: Redis) -> None:
        """Nothing is read yet."""
        self._db = db
        self._redis = redis
        self._known: list[Silence] = []

    async def current(self) -> Sequence[Silence]:
        """In force, planned and lately over, as any store knows them; Redis gets what it lacks."""
        now = self._db.clock()
        shelf, stored = await asyncio.gather(
            run_with_timeout(READ_SECONDS, self._shelved(), "reading silences in Redis"),
            run_with_timeout(READ_SECONDS, self._stored(now), "reading silences in the database"),
        )
        found = newest(shelf or (), stored or (), self._known)
        self._known = [silence for silence in found if not is_forgotten(silence, now)]
        if shelf is not None:
            await self._settle(shelf, found)
        return self._known

    async def hear(self, events: Sequence[RecordedEvent]) -> None:
        """After a commit of this process: tell all others through Redis at once."""
        made = [item.event.silence for item in events if isinstance(item.event, SilenceChanged)]
        if made:
            self._known = newest(self._known, made)
            await run_with_timeout(REDIS_SECONDS, self._put(made), "telling Redis of a silence")

    async def _settle(self, shelf: Sequence[Silence], found: Sequence[Silence]) -> None:
        lacks = [silence for silence in self._known if silence not in shelf]
        past = [silence for silence in found if silence not in self._known]
        if lacks:
            await run_with_timeout(REDIS_SECONDS, self._put(lacks), "telling Redis of silences")
        if past:
            await run_with_timeout(REDIS_SECONDS, self._forget(past), "forgetting silences")

    async def _shelved(self) -> list[Silence]:
        return [_SILENCE.validate_json(text) for text in await self._redis.hvals(KEY)]

    async def _stored(self, now: datetime) -> list[Silence]:
        async with self._db.read() as session:
            return await queries.since(session, now - KEPT)

    async def _put(self, silences: Sequence[Silence]) -> None:
        for silence in silences:
            await self._redis.hset(KEY, str(silence.id), _SILENCE.dump_json(silence))

    async def _forget(self, silences: Sequence[Silence]) -> None:
        await self._redis.hdel(KEY, *(str(silence.id) for silence in silences))
