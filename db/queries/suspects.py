"""SQL about changes before incidents, for many incidents at once (X8)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, Uuid, column, select, true, values
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.models.events import Change
from domain.events import Subject

_KINDS = (Subject.FLAG, Subject.PHASE)
_MAX = 500  # per incident; the ranking prefers recent changes and needs no more
_MOMENT = DateTime(timezone=True)


async def changes_before(
    session: AsyncSession, moments: Mapping[UUID, datetime], window: timedelta
) -> Mapping[UUID, list[Change]]:
    """Return the changes of flags and phases in the window before each time, newest first."""
    changes: dict[UUID, list[Change]] = {key: [] for key in moments}
    if not moments:
        return changes
    ends = values(column("id", Uuid), column("ends_at", _MOMENT), name="ends").data(
        list(moments.items())
    )
    near = (
        select(Change)
        .where(
            Change.subject_kind.in_(_KINDS),
            Change.at >= ends.c.ends_at - window,
            Change.at < ends.c.ends_at,
        )
        .order_by(Change.at.desc(), Change.event_id.desc())
        .limit(_MAX)
        .lateral()
    )
    change = aliased(Change, near)
    for row in await session.execute(select(ends.c.id, change).join(near, true())):
        changes[row[0]].append(row[1])
    return changes


async def reverts(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, list[datetime]]:
    """Return when changes were reverted, by the id of the reverted change."""
    query = select(Change.reverts_id, Change.at).where(Change.reverts_id.in_(ids))
    reverted_at: dict[UUID, list[datetime]] = {}
    for undone, at in await session.execute(query):
        if undone is not None:
            reverted_at.setdefault(undone, []).append(at)
    return reverted_at
