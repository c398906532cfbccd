"""SQL about the episodes of incidents."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.models.incidents import IncidentEpisode


async def last(session: AsyncSession, incident_id: UUID) -> IncidentEpisode:
    """Return the current episode; every incident has one. The caller has locked the incident."""
    query = select(IncidentEpisode).where(IncidentEpisode.incident_id == incident_id)
    episodes = await session.scalars(query.order_by(IncidentEpisode.number.desc()).limit(1))
    return episodes.one()


async def current(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, IncidentEpisode]:
    """Return the last episode of each incident."""
    query = select(IncidentEpisode).where(IncidentEpisode.incident_id.in_(ids))
    newest = query.ext(distinct_on(IncidentEpisode.incident_id)).order_by(
        IncidentEpisode.incident_id, IncidentEpisode.number.desc()
    )
    return {row.incident_id: row for row in await session.scalars(newest)}


async def newest(
    session: AsyncSession, ids: Sequence[UUID], limit: int
) -> Mapping[UUID, list[IncidentEpisode]]:
    """Return the newest episodes of each incident, newest first."""
    place = func.row_number().over(
        partition_by=IncidentEpisode.incident_id, order_by=IncidentEpisode.number.desc()
    )
    placed = select(IncidentEpisode, place.label("place"))
    inner = placed.where(IncidentEpisode.incident_id.in_(ids)).subquery()
    episode = aliased(IncidentEpisode, inner)
    query = select(episode).where(inner.c.place <= limit).order_by(inner.c.number.desc())
    episodes: dict[UUID, list[IncidentEpisode]] = {}
    for row in await session.scalars(query):
        episodes.setdefault(row.incident_id, []).append(row)
    return episodes
