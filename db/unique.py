"""Handle unique violations: a duplicate is the caller's mistake, other violations are our bugs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

_UNIQUE_VIOLATION = "23505"  # SQLSTATE unique_violation


@asynccontextmanager
async def unique(session: AsyncSession, otherwise: Exception) -> AsyncIterator[None]:
    """Run the block in a savepoint and raise `otherwise` on a unique violation.

    Other constraint violations are raised unchanged, so that a broken migration counts as an
    internal error, which guards and alerts observe.
    """
    try:
        async with session.begin_nested():
            yield
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) != _UNIQUE_VIOLATION:
            raise
        raise otherwise from error
