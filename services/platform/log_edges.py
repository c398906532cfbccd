"""Checks which part of the event log has been archived (ADR 43)."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db import log_edge
from domain.platform.log_edges import EventsArchived


async def check_kept(session: AsyncSession, since: datetime, *path: str) -> None:
    """Raise EventsArchived, naming the argument, if events from a moment on are needed and gone.

    Call it after the events were read: the edge moves before the first of them is deleted.
    """
    edge = await log_edge.newest(session)
    if edge is not None and since < edge.archived_before:
        raise EventsArchived(edge.archived_before, path=path)


async def archived_before(session: AsyncSession) -> datetime | None:
    """Return the moment that all archived events precede; None if there are none."""
    edge = await log_edge.newest(session)
    return edge.archived_before if edge else None
