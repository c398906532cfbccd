"""Keeps PostgreSQL, Redis and this process at the same kill switches (S53, L11)."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from uuid import UUID

from db.queries import kills as queries
from db.session import Database
from domain.errors import DependencyDown
from domain.events import RecordedEvent
from domain.events.kills import KillChanged
from services.flags import kills
from services.flags.flag_store import FlagStore
from services.flags.kill_mirror import AWAY, KillMirror
from services.platform import background

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
_DATABASE_EVERY = 5  # polls of Redis for each read of PostgreSQL, while both answer


class KillSync:
    """One for each server process. Polling has nothing to repair after an outage.

    Redis is read once a second. PostgreSQL is read every fifth time, at once where something is
    not written yet, and each time while Redis is away.
    """

    def __init__(self, db: Database, mirror: KillMirror, flags: FlagStore) -> None:
        """`flags` holds the kill switches of the process."""
        self._db = db
        self.mirror = mirror
        self._flags = flags
        self._kills = flags.kills
        self._turns = 0
        self._named: Collection[str] = ()  # the flags that Redis was told of
        self._mirrored: Collection[UUID] = ()
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Know what either server knows before the first request; neither needs to answer."""
        await self.sync()
        self._task = asyncio.create_task(self._run(), name="kill-switch")

    async def stop(self) -> None:
        """End the polls."""
        await background.end(self._task)

    async def after_commit(self, events: Sequence[RecordedEvent]) -> None:
        """A kill of this process is in force before its author has the reply."""
        for item in events:
            self.hear(item)

    def hear(self, item: RecordedEvent) -> None:
        """Take the record of an event, of whatever process."""
        if isinstance(item.event, KillChanged):
            self._kills.merge([item.event.record], written=True)

    async def check(self) -> None:
        """Take what other processes have told Redis, or PostgreSQL where Redis is away."""
        async with self._lock:
            if not await self._from_redis():
                await self._with_database()

    async def sync(self) -> None:
        """One turn: take from Redis, write what PostgreSQL lacks, repair Redis."""
        async with self._lock:
            await self._sync()

    async def _sync(self) -> None:
        is_mirrored = await self._from_redis()
        if not is_mirrored or self._kills.unwritten or self._turns % _DATABASE_EVERY == 0:
            await self._with_database()
        self._turns += 1
        if is_mirrored:
            await self._repair_redis()

    async def _from_redis(self) -> bool:
        try:
            records = await self.mirror.read()
        except AWAY:
            return False
        self._kills.merge(records.values())
        self._mirrored = records.keys()
        return True

    async def _with_database(self) -> None:
        try:
            if self._kills.unwritten:
                await self._write()
            async with self._db.read() as session:
                rows = await queries.newest(session)
        except DependencyDown:
            return
        self._kills.compare(rows)

    async def _write(self) -> None:
        records = self._kills.unwritten
        async with self._db.write() as uow:
            await queries.lock(uow.session)
            await kills.write(uow, records)
        self._kills.merge(records, written=True)

    async def _repair_redis(self) -> None:
        """Redis may have been emptied, and it may hold what later records have replaced."""
        needed = self._kills.needed()
        try:
            await self.mirror.write(
                [item for key, item in needed.items() if key not in self._mirrored]
            )
            await self.mirror.remove(self._kills.forget_superseded(self._mirrored))
            keys = tuple(self._flags.current.flags)
            if keys:
                await self.mirror.write_flag_keys(keys, only_if_missing=keys == self._named)
                self._named = keys
        except AWAY as error:
            logger.warning("kill switch: Redis could not be repaired: %r", error)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self.sync()
            except Exception:
                logger.exception("kill switch: a poll failed; the next one tries again")
