"""Compare the schema revision of the database with the one this release needs (F4).

Alembic can tell both, but importing it takes seconds, which would delay every start.
"""

from functools import cache
from pathlib import Path

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from db.circuit_breaker import CONNECTION_ERRORS
from domain.platform.schema_revisions import SchemaDifference, compare

_VERSIONS = Path(__file__).parent / "migrations" / "versions"
_EXISTS = text("SELECT to_regclass('alembic_version') IS NOT NULL")
_REVISION = text("SELECT version_num FROM alembic_version")


@cache
def needed() -> str:
    """Return the newest revision of the migration files, whose names begin with their numbers."""
    return max(path.name.partition("_")[0] for path in _VERSIONS.glob("[0-9]*_*.py"))


async def difference_over(driver: asyncpg.Connection) -> SchemaDifference | None:
    """Compare the revisions over a driver connection; see `difference`."""
    exists = await driver.fetchval(_EXISTS.text)
    return compare(await driver.fetchval(_REVISION.text) if exists else None, needed())


async def difference(connection: AsyncConnection | AsyncSession) -> SchemaDifference | None:
    """Return how the database schema differs from this release; None if it does not."""
    exists = await connection.scalar(_EXISTS)
    return compare(await connection.scalar(_REVISION) if exists else None, needed())


async def problem_over(driver: asyncpg.Connection) -> str | None:
    """Describe the difference in words; None if there is none or it cannot be determined."""
    try:
        mismatch = await difference_over(driver)
    except CONNECTION_ERRORS:  # this check explains another error and must not raise its own
        return None
    return str(mismatch) if mismatch else None
