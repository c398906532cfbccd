"""Record the statements that a process sends to PostgreSQL through any layer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from unittest.mock import patch

import asyncpg
from asyncpg.connection import LoggedQuery
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from db.direct import DirectConnection
from db.session import Database


@asynccontextmanager
async def record_statements(database: Database) -> AsyncIterator[list[str]]:
    """Record the statements of the pool and the direct connection; each is one round trip."""
    statements: list[str] = []
    drivers: set[asyncpg.Connection] = set()
    fetch, direct = DirectConnection.fetch, database.direct

    def note(query: LoggedQuery) -> None:
        statements.append(query.query.strip())

    def on_checkout(_: object, entry: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
        driver: asyncpg.Connection = entry.driver_connection
        if driver not in drivers:
            driver.add_query_logger(note)
            drivers.add(driver)

    async def heard_fetch(
        self: DirectConnection, statement: str, *values: object, **options: float
    ) -> list[asyncpg.Record]:
        if self is direct:
            statements.append(statement.strip())
        return await fetch(self, statement, *values, **options)

    engine = database.engine.sync_engine
    sqlalchemy_event.listen(engine, "checkout", on_checkout, insert=True)
    try:
        with patch.object(DirectConnection, "fetch", heard_fetch):
            yield statements
        await asyncio.sleep(0)  # the driver reports the last one on the next turn of the loop
    finally:
        sqlalchemy_event.remove(engine, "checkout", on_checkout)
        for driver in drivers:
            if not driver.is_closed():
                driver.remove_query_logger(note)
