"""SQL about what happened before incidents, for many incidents at once (SPEC X8)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, Uuid, column, func, select, true, values
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.models.events import Change, LaunchEvent
from db.models.incidents import AlertDelivery, LaunchIncident
from domain.criteria import Verdict
from domain.criterion_events import CriterionJudged
from domain.events import Subject

_KINDS = (Subject.FLAG, Subject.PHASE)
_MOST = 500  # changes for one incident: a ranking that prefers the near ones needs no more
_OPENED_AGAIN = ("reopened", "came back")
_MOMENT = DateTime(timezone=True)


async def first_bad_moments(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, datetime]:
    """When each incident was opened, or the first bad sample of its alerts where that is older."""
    sample = select(func.min(AlertDelivery.first_bad_at)).where(
        AlertDelivery.incident_id == LaunchIncident.id
    )
    earliest = func.least(LaunchIncident.created_at, sample.scalar_subquery())
    query = select(LaunchIncident.id, earliest).where(LaunchIncident.id.in_(ids))
    return {row[0]: row[1] for row in await session.execute(query)}


async def failing_since(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, datetime]:
    """Of incidents that a criterion opened: when that criterion began to fail.

    What it did and the incident are of one transaction, and so of one moment.
    """
    acted, began = aliased(LaunchEvent), aliased(LaunchEvent)
    query = (
        select(LaunchIncident.id, func.max(began.occurred_at))
        .join(acted, acted.phase_id == LaunchIncident.phase_id)
        .join(began, began.phase_id == acted.phase_id)
        .where(
            LaunchIncident.id.in_(ids),
            acted.recorded_at == LaunchIncident.created_at,
            acted.kind == CriterionJudged.TYPE,
            acted.payload["action_taken"].astext.is_not(None),
            began.recorded_at <= acted.recorded_at,
            began.kind == CriterionJudged.TYPE,
            *(
                began.payload[part].astext == acted.payload[part].astext
                for part in ("run_id", "key")
            ),
            began.payload["state"]["verdict"].astext == Verdict.FAILING.value,
            began.payload["before"].astext != Verdict.FAILING.value,
        )
        .group_by(LaunchIncident.id, acted.payload["key"].astext)
    )
    found: dict[UUID, datetime] = {}
    for incident, at in await session.execute(query):
        found[incident] = min(at, found.get(incident, at))
    return found


async def changes_before(
    session: AsyncSession, moments: Mapping[UUID, datetime], window: timedelta
) -> Mapping[UUID, list[Change]]:
    """Changes of flags and phases in the time before each moment, newest first."""
    found: dict[UUID, list[Change]] = {key: [] for key in moments}
    if not moments:
        return found
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
        .limit(_MOST)
        .lateral()
    )
    change = aliased(Change, near)
    for row in await session.execute(select(ends.c.id, change).join(near, true())):
        found[row[0]].append(row[1])
    return found


async def reverts(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, list[datetime]]:
    """When changes were undone, by the changes."""
    query = select(Change.reverts_id, Change.at).where(Change.reverts_id.in_(ids))
    found: dict[UUID, list[datetime]] = {}
    for undone, at in await session.execute(query):
        if undone is not None:
            found.setdefault(undone, []).append(at)
    return found


async def opened_again(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, datetime]:
    """When incidents were opened again, the last time."""
    query = (
        select(Change.subject_id, func.max(Change.at))
        .where(
            Change.subject_kind == Subject.INCIDENT,
            Change.subject_id.in_(ids),
            Change.action.in_(_OPENED_AGAIN),
        )
        .group_by(Change.subject_id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}
