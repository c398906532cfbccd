"""Keeps the newest set of all flags in memory (S59, S60, A24)."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from db import flag_rows
from db.coalescing import CoalescedCalls
from db.flag_rows import FlagRows
from db.queries import kills as kill_queries
from db.session import Database
from domain.errors import DependencyDown
from domain.flags.flags import Flag
from services.flags.flag_sets import FlagSet
from services.flags.kill_switch import KillSwitch
from services.platform import background

logger = logging.getLogger(__name__)


class FlagStore:
    """Keeps the newest set of flags; refreshed by events, and by a poll for all else."""

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
        self._rounds = CoalescedCalls(self._read, "flags")
        self._horizon = 0  # what transactions below it have written is in the current set
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
        """The set as the database has it at a moment after this call began.

        Only what moved is read, and by all who ask at once together. Without the database: the
        last set, stale.
        """
        await self._rounds.next()
        return self.current

    async def _read(self) -> None:
        was_stale = self.current.stale
        try:
            found = await flag_rows.read(self._db.direct, 0 if was_stale else self._horizon)
            flags = self._merged(found)
            if len(flags) != found.number:  # some are gone
                found = await flag_rows.read(self._db.direct, 0)
                flags = self._merged(found)
            if was_stale:  # no flag is shown before its kill is known
                async with self._db.read() as session:
                    self.kills.compare(await kill_queries.newest(session))
        except DependencyDown:
            logger.warning("flags: the database does not answer, serving the last set")
            self._show(replace(self.current, stale=True))
            return
        self._horizon = found.horizon
        if was_stale or found.version != self.current.version or flags is not self.current.flags:
            self._show(
                replace(
                    self.current,
                    version=found.version,
                    flags=flags,
                    loaded_at=self._clock(),
                    stale=False,
                )
            )

    def _merged(self, found: FlagRows) -> Mapping[str, Flag]:
        """What was read with the rest of before, by key; the same object where nothing moved."""
        before = self.current.flags
        news = {flag.key: self._kept(flag) for flag in found.flags}
        flags = news if len(news) == found.number else {**before, **news}
        if len(flags) == len(before) and all(before.get(key) is news[key] for key in news):
            return before
        return dict(sorted(flags.items()))

    def _kept(self, flag: Flag) -> Flag:
        """The object of before where nothing has changed: who compares needs only `is`."""
        before = self.current.flags.get(flag.key)
        return before if before is not None and before == flag else flag

    def _show_kills(self) -> None:
        kills = self.kills
        names = ", ".join(sorted(kills.killed))
        logger.warning("kill switch: %s", names or "nothing is killed")
        self._show(replace(self.current, killed=kills.killed, kills=kills.kills))

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
                await self.refresh()
            except Exception:
                logger.exception("flags: the poll failed and goes on")
