"""Rows that may exist once: the second one is the caller's mistake, all else is a fault of ours."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

_DUPLICATE = "23505"  # SQLSTATE unique_violation


@asynccontextmanager
async def unique(session: AsyncSession, otherwise: Exception) -> AsyncIterator[None]:
    """A savepoint for what is written in the block; raises `otherwise` where that exists already.

    Other constraints that refuse it stay what they are, so that a broken migration counts as an
    error of ours: guards and alerts look at those.
    """
    try:
        async with session.begin_nested():
            yield
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) != _DUPLICATE:
            raise
        raise otherwise from error
