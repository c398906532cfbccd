"""Heartbeats of background services, and the alert when one is late (A29).

A beat is stored in Redis and in the database and read from both, because one of them may be down.
Every process watches, web processes included, because the worker may be the one that is late.
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
_CHECK_INTERVAL_SECONDS = 15.0


def expected(settings: Settings) -> Mapping[str, timedelta]:
    """Return all sources with their longest interval; mail only with a mail server.

    HEARTBEATS adds sources, and may set another interval for the worker or mail.
    """
    own = {WORKER: timedelta(seconds=settings.health_stale_after_seconds)}
    if settings.smtp_url is not None:
        own[MAIL] = MAIL_WITHIN
    return {**own, **parse(settings.heartbeats)}


class Heartbeats:
    """Stores and reads heartbeats in one process."""

    def __init__(self, db: Database, redis: Redis, settings: Settings) -> None:
        """Read the expected sources from the settings.

        A source that never beats is late one interval after it was first expected. That moment is
        stored, so that restarts do not postpone it (L23).
        """
        self.sources = expected(settings)
        self._db = db
        self._redis = redis
        self._since = dict.fromkeys(self.sources, db.clock())
        self._is_stored = False

    async def beat(self, name: str) -> bool:
        """Store a heartbeat; returns False where neither store accepted it."""
        now = self._db.clock()
        is_stored = await asyncio.gather(
            run_with_timeout(_REDIS_SECONDS, self._write_redis(name, now), "keeping a heartbeat"),
            run_with_timeout(
                _DATABASE_SECONDS, self._write_database(name, now), "keeping a heartbeat"
            ),
        )
        return any(is_stored)

    async def all(self) -> list[Heartbeat] | None:
        """Return every source; None where neither store answers."""
        in_redis, in_database = await asyncio.gather(
            run_with_timeout(_REDIS_SECONDS, self._read_redis(), "reading heartbeats"),
            run_with_timeout(_DATABASE_SECONDS, self._read_database(), "reading heartbeats"),
        )
        if in_redis is None and in_database is None:
            return None
        redis_beats, rows = in_redis or {}, in_database or {}
        await self._expect(in_database)
        beats = {name: row.beat_at for name, row in rows.items()}
        return [
            Heartbeat(
                name, limit, _later(redis_beats.get(name), beats.get(name)), self._since[name]
            )
            for name, limit in self.sources.items()
        ]

    async def beat_for_mail(self) -> None:
        """Beat for the mail queue, unless an e-mail has waited too long for its first attempt."""
        async with self._db.read() as session:
            oldest = await queries.oldest_untried(session)
        if MAIL in self.sources and (oldest is None or self._db.clock() - oldest < MAIL_WITHIN):
            await self.beat(MAIL)

    async def _expect(self, in_database: Mapping[str, StoredHeartbeat] | None) -> None:
        """Read since when each source is expected, and store it for new sources."""
        if in_database is None:
            return
        stored = {
            name: in_database[name].expected_at for name in self.sources if name in in_database
        }
        self._since |= stored
        if not self._is_stored or len(stored) < len(self.sources):
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

    async def _write_redis(self, name: str, at: datetime) -> bool:
        await self._redis.hset(KEY, name, at.isoformat())
        return True

    async def _write_database(self, name: str, at: datetime) -> bool:
        async with self._db.write() as uow:
            await queries.record_beat(uow.session, name, at)
        return True

    async def _read_redis(self) -> Mapping[str, datetime]:
        beats = await self._redis.hgetall(KEY)
        return {_text(name): datetime.fromisoformat(_text(at)) for name, at in beats.items()}

    async def _read_database(self) -> Mapping[str, StoredHeartbeat]:
        async with self._db.read() as session:
            return await queries.list_all(session)


class HeartbeatWatch:
    """Checks every 15 seconds, and raises an alert for each source that is late."""

    def __init__(self, db: Database, heartbeats: Heartbeats, alarm: Alarm) -> None:
        """Keep the parts; `start` begins to check."""
        self._clock = db.clock
        self._heartbeats = heartbeats
        self._alarm = alarm
        # Until the first good beat, an alert from before this process started may be open.
        self._possibly_raised = set(heartbeats.sources)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the periodic check."""
        self._task = asyncio.create_task(self._run(), name="heartbeats")

    async def stop(self) -> None:
        """Stop the periodic check."""
        await background.end(self._task)

    async def check(self, *, only_silent: bool = False) -> None:
        """Check every source once; `only_silent`: those that have never beaten."""
        for source in await self._heartbeats.all() or ():
            if only_silent and source.beat_at is not None:
                continue
            status = source.status(self._clock())
            if status is HealthStatus.CRITICAL:
                await self._raise_alarm(source)
            elif status is HealthStatus.HEALTHY and source.name in self._possibly_raised:
                await self._alarm.resolve_now(alert_key(source.name), f"{source.name} is back.")
                self._possibly_raised.discard(source.name)

    async def _raise_alarm(self, source: Heartbeat) -> None:
        """Raise the alert of a late source. Repeating it for one cause does nothing."""
        overdue = (source.beat_at or source.since) + source.within
        text = source.text(self._clock())
        self._possibly_raised.add(source.name)
        key = alert_key(source.name)
        await self._alarm.raise_now(key, source.title, text, Severity.CRITICAL, overdue)

    async def _run(self) -> None:
        """Check at once what has never beaten: processes may restart more often than they check.

        A beat before the start may be old because nothing ran that could take a newer one.
        """
        only_silent = True
        while True:
            try:
                await self.check(only_silent=only_silent)
            except Exception:
                logger.exception("heartbeats: the check failed; it is repeated")
            await asyncio.sleep(_CHECK_INTERVAL_SECONDS)
            only_silent = False


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((moment for moment in (one, other) if moment is not None), default=None)


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
