"""Who beats, who is late, and that people hear of it (A29).

A beat is kept in Redis and in the database, and looked up in both: one of them may be away.
Every process watches, web processes too, because the worker may be what is silent.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from redis.asyncio import Redis

from db.queries import heartbeats as queries
from db.queries.heartbeats import StoredHeartbeat
from db.session import Database
from domain.health.health import HealthStatus
from domain.health.heartbeats import MAIL, MAIL_WITHIN, WORKER, Heartbeat, alert_key, parse
from domain.incidents.incidents import Severity
from services.alerting.alarm import Alarm
from services.alerting.timeouts import run_with_timeout
from services.platform import background
from settings import Settings

logger = logging.getLogger(__name__)

KEY = "launch:heartbeats"
_REDIS_SECONDS = 1.0
_DATABASE_SECONDS = 2.0
_PAUSE = 15.0


def expected(settings: Settings) -> Mapping[str, timedelta]:
    """All sources with how long each may be silent; mail only where there is a mail server.

    HEARTBEATS adds others, and may give the worker or mail another limit.
    """
    own = {WORKER: timedelta(seconds=settings.health_stale_after_seconds)}
    if settings.smtp_url is not None:
        own[MAIL] = MAIL_WITHIN
    return {**own, **parse(settings.heartbeats)}


class Heartbeats:
    """One a process."""

    def __init__(self, db: Database, redis: Redis, settings: Settings) -> None:
        """What never beats is late so long after it was first expected as it may be silent.

        That moment is stored, so that restarts do not put it off (L23).
        """
        self.sources = expected(settings)
        self._db = db
        self._redis = redis
        self._since = dict.fromkeys(self.sources, db.clock())
        self._is_stored = False

    async def beat(self, name: str) -> bool:
        """Note that a source lives; False where neither store could keep it."""
        now = self._db.clock()
        kept = await asyncio.gather(
            run_with_timeout(_REDIS_SECONDS, self._to_redis(name, now), "keeping a heartbeat"),
            run_with_timeout(
                _DATABASE_SECONDS, self._to_database(name, now), "keeping a heartbeat"
            ),
        )
        return any(kept)

    async def all(self) -> list[Heartbeat] | None:
        """Every source; None where neither store answers, and nobody knows."""
        shelf, stored = await asyncio.gather(
            run_with_timeout(_REDIS_SECONDS, self._from_redis(), "reading heartbeats"),
            run_with_timeout(_DATABASE_SECONDS, self._from_database(), "reading heartbeats"),
        )
        if shelf is None and stored is None:
            return None
        one, other = shelf or {}, stored or {}
        await self._expect(stored)
        beats = {name: row.beat_at for name, row in other.items()}
        return [
            Heartbeat(name, limit, _later(one.get(name), beats.get(name)), self._since[name])
            for name, limit in self.sources.items()
        ]

    async def beat_for_mail(self) -> None:
        """The mail queue lives as long as no letter waits for its first attempt for too long."""
        async with self._db.read() as session:
            oldest = await queries.oldest_untried(session)
        if MAIL in self.sources and (oldest is None or self._db.clock() - oldest < MAIL_WITHIN):
            await self.beat(MAIL)

    async def _expect(self, stored: Mapping[str, StoredHeartbeat] | None) -> None:
        """Take over since when each source is expected, and note it for those that are new."""
        if stored is None:
            return
        known = {name: stored[name].expected_at for name in self.sources if name in stored}
        self._since |= known
        if not self._is_stored or len(known) < len(self.sources):
            storing = run_with_timeout(
                _DATABASE_SECONDS, self._store_expected(), "expecting heartbeats"
            )
            self._is_stored = await storing is True

    async def _store_expected(self) -> bool:
        async with self._db.write() as uow:
            await queries.delete_unexpected(uow.session, self.sources)
            for name, since in self._since.items():
                await queries.expect(uow.session, name, since)
        return True

    async def _to_redis(self, name: str, at: datetime) -> bool:
        await self._redis.hset(KEY, name, at.isoformat())
        return True

    async def _to_database(self, name: str, at: datetime) -> bool:
        async with self._db.write() as uow:
            await queries.record_beat(uow.session, name, at)
        return True

    async def _from_redis(self) -> Mapping[str, datetime]:
        found = await self._redis.hgetall(KEY)
        return {_text(name): datetime.fromisoformat(_text(at)) for name, at in found.items()}

    async def _from_database(self) -> Mapping[str, StoredHeartbeat]:
        async with self._db.read() as session:
            return await queries.list_all(session)


class HeartbeatWatch:
    """Looks every 15 seconds, and tells people of a source that has fallen silent."""

    def __init__(self, db: Database, heartbeats: Heartbeats, alarm: Alarm) -> None:
        """Nothing is looked at yet."""
        self._clock = db.clock
        self._heartbeats = heartbeats
        self._alarm = alarm
        # Before the first good beat nobody here knows what was told before this process began.
        self._unsure = set(heartbeats.sources)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name="heartbeats")

    async def stop(self) -> None:
        """End."""
        await background.end(self._task)

    async def look(self) -> None:
        """One look at every source."""
        for source in await self._heartbeats.all() or ():
            status = source.status(self._clock())
            if status is HealthStatus.CRITICAL:
                await self._raise(source)
            elif status is HealthStatus.HEALTHY and source.name in self._unsure:
                await self._alarm.resolve_now(alert_key(source.name), f"{source.name} is back.")
                self._unsure.discard(source.name)

    async def _raise(self, source: Heartbeat) -> None:
        """Telling one cause again does nothing; `since` is when it became overdue."""
        overdue = (source.beat_at or source.since) + source.within
        text = source.text(self._clock())
        self._unsure.add(source.name)
        key = alert_key(source.name)
        await self._alarm.raise_now(key, source.title, text, Severity.CRITICAL, overdue)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(_PAUSE)
            try:
                await self.look()
            except Exception:
                logger.exception("heartbeats: the look failed and is tried again")


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((moment for moment in (one, other) if moment is not None), default=None)


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
