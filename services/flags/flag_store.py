"""Keeps the latest set of all flags in memory (S59, S60, A24)."""

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
    """The latest set of flags, refreshed by events, and by a poll for everything else."""

    def __init__(
        self,
        db: Database,
        *,
        clock: Callable[[], datetime],
        killed: frozenset[str] = frozenset(),
        poll_seconds: float = 5.0,
    ) -> None:
        """`killed` are the keys that the environment kills, which cannot be lifted at run time."""
        self._db = db
        self._clock = clock
        self.kills = KillSwitch(killed)
        self.kills.on_change(self._apply_kills)
        self._poll_seconds = poll_seconds
        self._rounds = CoalescedCalls(self._read, "flags")
        self._horizon = 0  # the current set contains all transactions below this id
        self._task: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[FlagSet], object]] = []
        self.current = FlagSet(killed=killed)
        self.shown = 0  # incremented with every new set

    def on_change(self, listener: Callable[[FlagSet], object]) -> None:
        """Register a callback for every new set."""
        self._listeners.append(listener)

    async def start(self) -> None:
        """Load the flags and start polling. Without a database the set is only stale."""
        await self.refresh()
        self._task = asyncio.create_task(self._poll(), name="flag-store")

    async def stop(self) -> None:
        """Stop polling."""
        await background.end(self._task)

    async def refresh(self) -> FlagSet:
        """Return the set as the database has it at a moment after this call began.

        Only changed flags are read, and concurrent callers share one read. Without the database it
        returns the last set, marked as stale.
        """
        await self._rounds.next()
        return self.current

    async def _read(self) -> None:
        was_stale = self.current.stale
        try:
            rows = await flag_rows.read(self._db.direct, 0 if was_stale else self._horizon)
            flags = self._merge(rows)
            if len(flags) != rows.number:  # some are gone
                rows = await flag_rows.read(self._db.direct, 0)
                flags = self._merge(rows)
            if was_stale:  # no flag is shown before its kill is known
                async with self._db.read() as session:
                    self.kills.compare(await kill_queries.newest(session))
        except DependencyDown:
            logger.warning("flags: the database does not answer; serving the last set")
            self._publish(replace(self.current, stale=True))
            return
        self._horizon = rows.horizon
        if was_stale or rows.version != self.current.version or flags is not self.current.flags:
            self._publish(
                replace(
                    self.current,
                    version=rows.version,
                    flags=flags,
                    loaded_at=self._clock(),
                    stale=False,
                )
            )

    def _merge(self, rows: FlagRows) -> Mapping[str, Flag]:
        """Merge changed flags into the current ones; the same object where nothing changed."""
        before = self.current.flags
        changed = {flag.key: self._keep_object(flag) for flag in rows.flags}
        flags = changed if len(changed) == rows.number else {**before, **changed}
        if len(flags) == len(before) and all(before.get(key) is changed[key] for key in changed):
            return before
        return dict(sorted(flags.items()))

    def _keep_object(self, flag: Flag) -> Flag:
        """Return the previous object of an unchanged flag, so that `is` can compare them."""
        before = self.current.flags.get(flag.key)
        return before if before is not None and before == flag else flag

    def _apply_kills(self) -> None:
        kills = self.kills
        names = ", ".join(sorted(kills.killed))
        logger.warning("kill switch: %s", names or "nothing is killed")
        self._publish(replace(self.current, killed=kills.killed, kills=kills.kills))

    def _publish(self, flag_set: FlagSet) -> None:
        before, self.current = self.current, flag_set
        self.shown += 1
        if (flag_set.version, flag_set.killed) != (before.version, before.killed):
            for listener in self._listeners:
                listener(flag_set)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self._poll_seconds)
            try:
                await self.refresh()
            except Exception:
                logger.exception("flags: the poll failed; retrying at the next interval")
