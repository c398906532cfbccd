"""Waits until a transaction waits for a lock."""

import asyncio

from sqlalchemy import text

from db.session import Database
from tests.support.clock import PATIENCE


async def blocked(db: Database) -> None:
    """Wait until a transaction of the server waits for a lock."""
    query = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(PATIENCE):
        while True:
            async with db.read() as session:
                if (await session.execute(query)).scalar_one():
                    return
            await asyncio.sleep(0.01)
