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
    """Synchronizes the kills of one server process by polling, which needs no repair after outages.

    Redis is read once a second. PostgreSQL is read every fifth time, at once where records are
    unwritten, and every time while Redis is down.
    """

    def __init__(self, db: Database, mirror: KillMirror, flags: FlagStore) -> None:
        """`flags` contains the kill switches of the process."""
        self._db = db
        self.mirror = mirror
        self._flags = flags
        self._kills = flags.kills
        self._polls = 0
        self._mirrored_keys: Collection[str] = ()  # the flags that Redis has
        self._mirrored: Collection[UUID] = ()
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Load what Redis and PostgreSQL know before the first request; neither needs to answer."""
        await self.sync()
        self._task = asyncio.create_task(self._run(), name="kill-switch")

    async def stop(self) -> None:
        """Stop polling."""
        await background.end(self._task)

    async def after_commit(self, events: Sequence[RecordedEvent]) -> None:
        """Apply the kills of a commit at once, before their author has the reply."""
        for item in events:
            self.apply_event(item)

    def apply_event(self, item: RecordedEvent) -> None:
        """Merge the record of an event from any process."""
        if isinstance(item.event, KillChanged):
            self._kills.merge([item.event.record], written=True)

    async def check(self) -> None:
        """Merge the records in Redis, or those in PostgreSQL while Redis is down."""
        async with self._lock:
            if not await self._read_redis():
                await self._sync_database()

    async def sync(self) -> None:
        """Read Redis, write what PostgreSQL lacks, and repair Redis."""
        async with self._lock:
            await self._sync()

    async def _sync(self) -> None:
        is_mirrored = await self._read_redis()
        if not is_mirrored or self._kills.unwritten or self._polls % _DATABASE_EVERY == 0:
            await self._sync_database()
        self._polls += 1
        if is_mirrored:
            await self._repair_redis()

    async def _read_redis(self) -> bool:
        try:
            records = await self.mirror.read()
        except AWAY:
            return False
        self._kills.merge(records.values())
        self._mirrored = records.keys()
        return True

    async def _sync_database(self) -> None:
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
        """Write what Redis lacks and delete superseded records: it may have been emptied."""
        needed = self._kills.needed()
        try:
            await self.mirror.write(
                [item for key, item in needed.items() if key not in self._mirrored]
            )
            await self.mirror.remove(self._kills.forget_superseded(self._mirrored))
            keys = tuple(self._flags.current.flags)
            if keys:
                await self.mirror.write_flag_keys(keys, only_if_missing=keys == self._mirrored_keys)
                self._mirrored_keys = keys
        except AWAY as error:
            logger.warning("kill switch: Redis could not be repaired: %r", error)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self.sync()
            except Exception:
                logger.exception("kill switch: a poll failed; retrying at the next interval")
