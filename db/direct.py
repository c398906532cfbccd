"""One connection of a process, for short statements that need no session and no transaction."""

import asyncio

import asyncpg

from db.reach import ANSWER_SECONDS, CONNECT_SECONDS, CUT, SILENT, Reach
from domain.errors import DependencyDown


class DirectConnection:
    """Connects when it is first asked, and again after it was cut. One statement at a time."""

    def __init__(self, url: str, name: str, reach: Reach) -> None:
        """`name`: as `pg_stat_activity` shows it. `reach` is shared with whoever else asks."""
        self._dsn = url.replace("postgresql+asyncpg://", "postgresql://", 1)
        self._name = name
        self._reach = reach
        self._connection: asyncpg.Connection | None = None
        self._turn = asyncio.Lock()
        self._closed = False

    async def fetch(self, statement: str, *values: object) -> list[asyncpg.Record]:
        """The rows; raises DependencyDown where the database does not answer.

        A statement whose connection was cut is sent once more: it must bear to run twice.
        """
        async with self._turn:
            if self._closed:
                raise DependencyDown("The connection to the database was closed.")
            self._reach.check()
            try:
                rows = await self._fetch(statement, values)
            except CUT as error:  # a TimeoutError is an OSError
                if isinstance(error, TimeoutError):
                    self._reach.lost()
                self._hang_up()
                raise DependencyDown(SILENT) from error
            self._reach.found()
            return rows

    async def close(self) -> None:
        """Hang up for good, after what is being asked."""
        async with self._turn:
            self._closed = True
            self._hang_up()

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def _fetch(self, statement: str, values: tuple[object, ...]) -> list[asyncpg.Record]:
        if self._connection is not None:
            # A restart of the database is found out by asking: once more, over a new connection.
            try:
                return list(await self._connection.fetch(statement, *values))
            except TimeoutError:  # frozen: a new connection would wait as long
                raise
            except CUT:
                self._hang_up()
        self._connection = await asyncpg.connect(
            self._dsn,
            timeout=CONNECT_SECONDS,
            command_timeout=ANSWER_SECONDS,
            server_settings={"application_name": self._name},
        )
        return list(await self._connection.fetch(statement, *values))
