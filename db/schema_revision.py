"""The revision that the schema has, and the one that this release needs (F4).

Alembic answers both too, but to import it takes seconds and a process asks at its start.
"""

from functools import cache
from pathlib import Path

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from db.circuit_breaker import CUT
from domain.platform.schema_revisions import SchemaDifference, compare

_VERSIONS = Path(__file__).parent / "migrations" / "versions"
_EXISTS = text("SELECT to_regclass('alembic_version') IS NOT NULL")
_REVISION = text("SELECT version_num FROM alembic_version")


@cache
def needed() -> str:
    """The newest revision among the files, whose names begin with their numbers."""
    return max(path.name.partition("_")[0] for path in _VERSIONS.glob("[0-9]*_*.py"))


async def difference_over(driver: asyncpg.Connection) -> SchemaDifference | None:
    """The same over a connection of the driver itself."""
    exists = await driver.fetchval(_EXISTS.text)
    return compare(await driver.fetchval(_REVISION.text) if exists else None, needed())


async def difference(connection: AsyncConnection | AsyncSession) -> SchemaDifference | None:
    """How the schema of the database differs; None where it is that of this release."""
    exists = await connection.scalar(_EXISTS)
    return compare(await connection.scalar(_REVISION) if exists else None, needed())


async def problem_over(driver: asyncpg.Connection) -> str | None:
    """How it differs, in words, over a connection of the driver; None too where it cannot tell."""
    try:
        found = await difference_over(driver)
    except CUT:  # it decides about another error, and is none of its own
        return None
    return str(found) if found else None
