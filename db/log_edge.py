"""The edge of the event log: events up to it were archived (ADR 43).

Statements compare with it themselves, so that no reader sees a part of what is being deleted.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from asyncpg import PostgresError
from sqlalchemy import BigInteger, ColumnElement, func, literal_column, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.archives import EventArchive
from domain.platform.keyset import Keyset
from domain.platform.log_edges import EventsArchived

Edge = ColumnElement[int]

# Texts, because the statements of query plans hold no values of ours.
_MAXIMUM = "(SELECT coalesce(max({}), 0) FROM event_archives)"
SEQ: Edge = literal_column(_MAXIMUM.format("last_seq"), BigInteger)
EVENT_ID: Edge = literal_column(_MAXIMUM.format("last_id"), BigInteger)
_CURSOR_BEFORE_EDGE = "LA001"  # raised by `launch_is_kept`


async def newest(session: AsyncSession) -> EventArchive | None:
    """Return the newest archive, whose last position is the edge; None if nothing was archived."""
    query = select(EventArchive).order_by(EventArchive.last_seq.desc()).limit(1)
    return await session.scalar(query)


def is_kept(cursor: object, edge: Edge) -> ColumnElement[bool]:
    """Build a condition that raises EventsArchived if a cursor is before the edge."""
    condition: ColumnElement[bool] = func.launch_is_kept(cursor, edge)
    return condition


def cursors_are_kept(part: Keyset[Any], edge: Edge) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions for the cursors of a page."""
    for cursor in (part.after, part.before):
        if cursor is not None:
            yield is_kept(cursor, edge)


def archived_error(error: Exception) -> EventsArchived | None:
    """Return the error that `launch_is_kept` stands for; None for any other error."""
    cause: BaseException | None = error.orig if isinstance(error, DBAPIError) else error
    if cause is None or getattr(cause, "sqlstate", None) != _CURSOR_BEFORE_EDGE:
        return None
    # SQLAlchemy wraps the error of the driver.
    driver_error = cause if isinstance(cause, PostgresError) else cause.__cause__
    return EventsArchived(datetime.fromisoformat(str(getattr(driver_error, "detail", ""))))
