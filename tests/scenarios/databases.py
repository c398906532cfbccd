"""Databases that outlive a sequence: connecting and preparing statements costs more than its steps.

A process that starts in a sequence gets one that nobody uses. What its connections were told to
remember is nothing but prepared statements; what `Database` remembers is forgotten when it is lent.
"""

from collections.abc import Callable
from datetime import datetime

from db.event_positions import Positions
from db.session import Database
from jobs.routing import apply_consequences

_CONNECTIONS = 4


class Databases:
    """All that were made for one server; `lend` makes another where every one is in use."""

    def __init__(self, url: str) -> None:
        """Connects when the first one is used."""
        self._url = url
        self._idle: list[_LentDatabase] = []

    def lend(self, clock: Callable[[], datetime]) -> Database:
        """One as a new process has it. `dispose` gives it back."""
        database = self._idle.pop() if self._idle else _LentDatabase(self._url, clock, self._idle)
        database.begin(clock)
        return database

    async def reconnect(self) -> None:
        """Those that were given back connect anew when they are used: theirs were cut."""
        for database in self._idle:
            await database.engine.dispose()

    async def close(self) -> None:
        """Close the connections of those that were given back."""
        for database in self._idle:
            await database.close()


class _LentDatabase(Database):
    def __init__(
        self, url: str, clock: Callable[[], datetime], idle: "list[_LentDatabase]"
    ) -> None:
        super().__init__(url, clock=clock, pool_size=_CONNECTIONS, enqueue_jobs=apply_consequences)
        self._idle = idle

    def begin(self, clock: Callable[[], datetime]) -> None:
        """Forget what the process before has seen."""
        self.clock = clock
        self._after_commit.clear()
        self.positions = Positions(self.direct)
        self.breaker.reset()
        self.breaker.record_write()

    async def dispose(self) -> None:
        """The process is gone, its connections are kept."""
        await self.positions.wait_published()
        self._idle.append(self)

    async def close(self) -> None:
        """Close every connection."""
        await super().dispose()
