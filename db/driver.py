"""Direct access to asyncpg for statements that need no SQLAlchemy session or compiler."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


class Statements(Protocol):
    """A transaction that sends SQL unchanged. `now` is the time of everything it writes."""

    now: datetime

    async def fetch(self, statement: str, *values: object) -> Sequence[asyncpg.Record]:
        """Run a statement with parameters `$1`, `$2`, ... and return its rows."""


async def driver_of(session: AsyncSession) -> asyncpg.Connection:
    """Return the driver connection of a session, inside the session's transaction."""
    raw = await (await session.connection()).get_raw_connection()
    connection: asyncpg.Connection | None = raw.driver_connection
    assert connection is not None
    if not connection.is_in_transaction():
        # SQLAlchemy begins a transaction with its first statement. A driver statement sent before
        # that would commit by itself and survive a rollback.
        await session.execute(text("SELECT 1"))
    return connection
