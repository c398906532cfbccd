"""A single connection per process for short statements that need no session or transaction."""

import asyncio
from dataclasses import replace

import asyncpg

from db import schema_revision
from db.circuit_breaker import (
    CONNECT_TIMEOUT_SECONDS,
    CONNECTION_ERRORS,
    RESPONSE_TIMEOUT_SECONDS,
    DatabaseBreaker,
)
from db.outages import describe_database_error, find_outage
from domain.errors import DependencyDown
from domain.platform.outages import Outage


def driver_url(url: str) -> str:
    """Convert a SQLAlchemy database URL to the form that asyncpg reads."""
    return url.replace("postgresql+asyncpg://", "postgresql://", 1)


class DirectConnection:
    """A connection opened on first use and reopened when lost; it runs one statement at a time."""

    def __init__(self, url: str, name: str, breaker: DatabaseBreaker) -> None:
        """Create the connection lazily.

        `name` is shown in `pg_stat_activity`; `breaker` is the breaker of the process.
        """
        self._dsn = driver_url(url)
        self._name = name
        self._breaker = breaker
        self._connection: asyncpg.Connection | None = None
        self._generation = breaker.generation
        self._lock = asyncio.Lock()
        self._closed = False

    async def fetch(
        self, statement: str, *values: object, seconds: float = RESPONSE_TIMEOUT_SECONDS
    ) -> list[asyncpg.Record]:
        """Run a statement and return its rows.

        A statement whose connection was lost is sent a second time, so it must be safe to run
        twice. Raises DependencyDown if the database does not respond within `seconds`.
        """
        async with self._lock:
            if self._closed:
                raise DependencyDown("The connection to the database was closed.")
            self._breaker.check()
            try:
                rows = await self._fetch(statement, values, seconds)
            except CONNECTION_ERRORS as error:  # a TimeoutError is an OSError
                outage = await self._find_outage(error)
                if isinstance(error, TimeoutError):
                    self._breaker.trip()
                self._disconnect()
                if outage is None:
                    raise
                raise self._breaker.record_outage(outage) from error
            self._breaker.reset()
            return rows

    async def close(self) -> None:
        """Close for good, after the running statement has finished."""
        async with self._lock:
            self._closed = True
            self._disconnect()

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def _find_outage(self, error: Exception) -> Outage | None:
        symptom = describe_database_error(error)
        if symptom is not None and self._connection is None:
            symptom = replace(symptom, connecting=True)
        return await find_outage(symptom, self._schema_problem)

    async def _schema_problem(self) -> str | None:
        if self._connection is None:
            return None
        return await schema_revision.problem_over(self._connection)

    async def _fetch(
        self, statement: str, values: tuple[object, ...], seconds: float
    ) -> list[asyncpg.Record]:
        if self._generation != self._breaker.generation:  # a former primary still responds
            self._generation = self._breaker.generation
            self._disconnect()
        if self._connection is not None:
            # A restart of the database shows only when the connection is used: retry once on a new
            # connection.
            try:
                return list(await self._connection.fetch(statement, *values, timeout=seconds))
            except TimeoutError:  # frozen: a new connection would time out too
                raise
            except CONNECTION_ERRORS:
                self._disconnect()
        self._connection = await asyncpg.connect(
            self._dsn,
            timeout=CONNECT_TIMEOUT_SECONDS,
            command_timeout=RESPONSE_TIMEOUT_SECONDS,
            server_settings={"application_name": self._name},
        )
        return list(await self._connection.fetch(statement, *values, timeout=seconds))
