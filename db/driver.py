"""The driver below SQLAlchemy, for statements that need neither its session nor its compiler."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


class Statements(Protocol):
    """A transaction that sends SQL as it is written. `now`: its one moment."""

    now: datetime

    async def fetch(self, statement: str, *values: object) -> Sequence[asyncpg.Record]:
        """The rows that a statement returns; its parameters are `$1` and so on."""


async def driver_of(session: AsyncSession) -> asyncpg.Connection:
    """The connection of a session, within its transaction."""
    raw = await (await session.connection()).get_raw_connection()
    connection: asyncpg.Connection | None = raw.driver_connection
    assert connection is not None
    if not connection.is_in_transaction():
        # SQLAlchemy begins the transaction with its first statement. Before that, a statement of
        # the driver would commit by itself and outlive a rollback.
        await session.execute(text("SELECT 1"))
    return connection
