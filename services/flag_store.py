"""Keeps the newest set of all flags in memory (SPEC S59, S60, A24)."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from db.queries import flags as queries
from db.queries import kills as kill_queries
from db.session import Database
from domain.errors import DependencyDown
from domain.flags import Flag
from services import background
from services.flag_sets import FlagSet
from services.kill_switch import KillSwitch

logger = logging.getLogger(__name__)


class FlagStore:
    """Keeps the newest set of flags; refreshed by events and by a poll of the version."""

    def __init__(
        self,
        db: Database,
        *,
        clock: Callable[[], datetime],
        killed: frozenset[str] = frozenset(),
        poll_seconds: float = 5.0,
    ) -> None:
        """`killed` comes from the environment and cannot be lifted at run time."""
        self._db = db
        self._clock = clock
        self.kills = KillSwitch(killed)
        self.kills.on_change(self._show_kills)
        self._poll_seconds = poll_seconds
        self._lock = asyncio.Lock()
        self._turn = asyncio.Lock()
        self._next: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[FlagSet], object]] = []
        self.current = FlagSet(killed=killed)
        self.shown = 0  # how many sets were shown since: another number, another set

    def on_change(self, listener: Callable[[FlagSet], object]) -> None:
        """Call back with every new set."""
        self._listeners.append(listener)

    async def start(self) -> None:
        """Load the flags and keep polling; a dead database only makes the set stale."""
        await self.refresh()
        self._task = asyncio.create_task(self._poll(), name="flag-store")

    async def stop(self) -> None:
        """End the poll."""
        await background.end(self._task)

    async def refresh(self) -> FlagSet:
        """Read everything again; the lock keeps a late reply from overwriting a newer one."""
        async with self._lock:
            try:
                async with self._db.read() as session:
                    version, flags = await queries.everything(session)
                    if self.current.stale:  # no flag is shown before its kill is known
                        self.kills.compare(await kill_queries.newest(session))
            except DependencyDown:
                logger.warning("flags: the database does not answer, serving the last set")
                self._show(replace(self.current, stale=True))
                return self.current
            ordered = sorted(map(self._kept, flags), key=lambda flag: flag.key)
            self._show(
                replace(
                    self.current,
                    version=version,
                    flags={flag.key: flag for flag in ordered},
                    loaded_at=self._clock(),
                    stale=False,
                )
            )
            return self.current

    async def newest(self) -> FlagSet:
        """The set as the database has it at a moment after this call began.

        Callers who come while it is being asked wait for the next answer together, so that a
        thousand at once ask twice. Without the database: the last set.
        """
        if self._next is None:
            self._next = asyncio.ensure_future(self._check_next())
        await asyncio.shield(self._next)
        return self.current

    async def _check_next(self) -> None:
        async with self._turn:
            self._next = None  # who comes from here on may have seen something newer
            await self.check()

    def _kept(self, flag: Flag) -> Flag:
        """The object of before where nothing has changed: who compares needs only `is`."""
        before = self.current.flags.get(flag.key)
        return before if before is not None and before == flag else flag

    async def ping(self) -> None:
        """Raises DependencyDown where the database does not answer."""
        async with self._db.read() as session:
            await queries.set_version(session)

    def _show_kills(self) -> None:
        kills = self.kills
        names = ", ".join(sorted(kills.killed))
        logger.warning("kill switch: %s", names or "nothing is killed")
        self._show(replace(self.current, killed=kills.killed, kills=kills.kills))

    async def check(self) -> None:
        """Compare versions and read again where they differ (direct SQL edits, lost events)."""
        try:
            async with self._db.read() as session:
                version = await queries.set_version(session)
        except DependencyDown:
            self._show(replace(self.current, stale=True))
            return
        if version != self.current.version or self.current.stale:
            await self.refresh()

    def _show(self, found: FlagSet) -> None:
        before, self.current = self.current, found
        self.shown += 1
        if (found.version, found.killed) != (before.version, before.killed):
            for listener in self._listeners:
                listener(found)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self._poll_seconds)
            try:
                await self.check()
            except Exception:
                logger.exception("flags: the poll failed and goes on")
