"""What a reader would see now, as two short names that change whenever that does (ADR 12).

Two equal snapshots see the same rows, whoever wrote them and however: PostgreSQL moves it with
every transaction that has written anything. The version of the flags is moved by a trigger, and
stays where others write.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass

import asyncpg

from domain.errors import DependencyDown

logger = logging.getLogger(__name__)

# A connection that was cut says so in all of these ways, by the moment at which it was.
_LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_QUERY = "SELECT (SELECT version FROM flag_set_version), pg_current_snapshot()::text"


@dataclass(frozen=True, slots=True)
class Revision:
    """`flags` says all about the flags, `rows` about every row of the database."""

    flags: int
    rows: str


class Revisions:
    """One for each process, over a connection of its own: a session of SQLAlchemy costs tenfold."""

    def __init__(self, url: str, timeout_seconds: float = 5.0) -> None:
        """Connects when it is first asked."""
        self._dsn = url.replace("postgresql+asyncpg://", "postgresql://", 1)
        self._timeout = timeout_seconds
        self._connection: asyncpg.Connection | None = None
        self._turn = asyncio.Lock()
        self._next: asyncio.Task[Revision] | None = None
        self.asked = 0

    async def now(self) -> Revision:
        """The revision at a moment after this call began; raises DependencyDown.

        Never an answer to a question of before: its caller may have seen something newer. Whoever
        comes while the database is being asked waits for the next answer, together with the others.
        """
        if self._next is None:
            self._next = asyncio.create_task(self._ask(), name="revision")
            self._next.add_done_callback(_retrieved)
        return await asyncio.shield(self._next)

    async def close(self) -> None:
        """Hang up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def _ask(self) -> Revision:
        async with self._turn:
            self._next = None
            self.asked += 1
            try:
                return await self._fetch()
            except (*_LOST, TimeoutError) as error:
                await self.close()
                raise DependencyDown("The database does not answer.") from error

    async def _fetch(self) -> Revision:
        if self._connection is not None:
            # A restart of the database is found out by asking: once more, over a new connection.
            with suppress(*_LOST):
                return Revision(*await self._connection.fetchrow(_QUERY))
            await self.close()
        self._connection = await asyncpg.connect(
            self._dsn,
            timeout=self._timeout,
            command_timeout=self._timeout,
            server_settings={"application_name": "launch-revisions"},
        )
        return Revision(*await self._connection.fetchrow(_QUERY))


def _retrieved(task: asyncio.Task[Revision]) -> None:
    if not task.cancelled():
        task.exception()  # or asyncio complains where all who waited have left
