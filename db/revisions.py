"""What a reader would see now, as two short names that change whenever that does (ADR 12).

Two equal snapshots see the same rows, whoever wrote them and however: PostgreSQL moves it with
every transaction that has written anything. The version of the flags is moved by a trigger, and
stays where others write.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from db.reach import ANSWER_SECONDS, CONNECT_SECONDS, CUT, Reach
from domain.errors import DependencyDown

logger = logging.getLogger(__name__)

_LOST = (*CUT, DependencyDown)
_QUERY = "SELECT (SELECT version FROM flag_set_version), pg_current_snapshot()::text"


@dataclass(frozen=True, slots=True)
class Revision:
    """`flags` says all about the flags, `rows` about every row of the database."""

    flags: int
    rows: str


class Revisions:
    """One for each process, over a connection of its own: a session of SQLAlchemy costs tenfold."""

    def __init__(self, url: str, reach: Reach | None = None) -> None:
        """Connects when it is first asked; `reach` is shared with whoever else asks."""
        self._dsn = url.replace("postgresql+asyncpg://", "postgresql://", 1)
        self._reach = reach or Reach()
        self._connection: asyncpg.Connection | None = None
        self._waiting: list[asyncio.Future[Revision]] = []
        self._task: asyncio.Task[None] | None = None
        self.asked = 0

    async def now(self) -> Revision:
        """The revision at a moment after this call began; raises DependencyDown.

        Never an answer to a question of before: its caller may have seen something newer. Whoever
        comes while the database is being asked waits for the next answer, together with the others.
        """
        # A future each, so that one who leaves takes nothing from the others.
        waiter: asyncio.Future[Revision] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        if self._task is None:
            self._task = asyncio.create_task(self._ask(), name="revision")
        return await waiter

    async def close(self) -> None:
        """Hang up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def _ask(self) -> None:
        """Ask until nobody waits: one question at a time, for all who had come before it."""
        waiting: list[asyncio.Future[Revision]] = []
        try:
            while self._waiting:
                waiting, self._waiting = self._waiting, []
                await self._answer([item for item in waiting if not item.done()])
        finally:
            self._task = None
            for item in (*waiting, *self._waiting):  # where this ended before its time
                item.cancel()
            self._waiting = []

    async def _answer(self, waiting: Sequence[asyncio.Future[Revision]]) -> None:
        self.asked += 1
        try:
            found = await self._fetch()
        except Exception as error:
            lost = isinstance(error, _LOST)
            if lost:
                await self.close()
            if isinstance(error, TimeoutError):
                self._reach.lost()
            for item in waiting:
                if not item.done():
                    item.set_exception(_down(error) if lost else error)
        else:
            self._reach.found()
            for item in waiting:
                if not item.done():
                    item.set_result(found)

    async def _fetch(self) -> Revision:
        self._reach.check()
        if self._connection is not None:
            # A restart of the database is found out by asking: once more, over a new connection.
            try:
                return Revision(*await self._connection.fetchrow(_QUERY))
            except TimeoutError:  # frozen: a new connection would wait as long
                raise
            except CUT:
                await self.close()
        self._connection = await asyncpg.connect(
            self._dsn,
            timeout=CONNECT_SECONDS,
            command_timeout=ANSWER_SECONDS,
            server_settings={"application_name": "launch-revisions"},
        )
        return Revision(*await self._connection.fetchrow(_QUERY))


def _down(error: Exception) -> DependencyDown:
    """One for each who waits: a traceback grows with each who raises it."""
    down = DependencyDown("The database does not answer.")
    down.__cause__ = error
    return down
