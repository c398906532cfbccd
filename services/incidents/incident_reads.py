"""Reads incidents and their episodes (S28)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.incidents import IncidentEpisode, LaunchIncident
from db.queries import incident_episodes as episodes
from db.queries import incidents as queries
from db.queries.pages import Moments
from domain.alerting.alert_causes import IncidentFacts, words_of
from domain.errors import Invalid
from domain.incidents.incidents import IncidentStatus, Severity

MAX_EPISODES = 100


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """The filter of a list of incidents; None matches all."""

    status: Sequence[IncidentStatus] | None = None
    severity: Sequence[Severity] | None = None
    phase_id: UUID | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class EpisodePage:
    """The newest `limit` episodes of one incident; raises Invalid for a limit out of bounds."""

    incident_id: UUID
    limit: int

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_EPISODES:
            raise Invalid(f"limit lies between 1 and {MAX_EPISODES}.", path=("limit",))


async def page(
    session: AsyncSession, filters: IncidentFilter, part: Moments
) -> list[LaunchIncident]:
    """Return a page of incidents, newest first."""
    return await queries.page(session, part, _where(filters))


async def count(session: AsyncSession, filters: IncidentFilter) -> int:
    """Count the incidents that match a filter."""
    return await queries.count(session, _where(filters))


async def facts(session: AsyncSession, incident_id: UUID) -> IncidentFacts | None:
    """Return the facts that alerts need about an incident; None where it does not exist."""
    row = (await queries.by_id(session, [incident_id])).get(incident_id)
    if row is None:
        return None
    episode = await episodes.last(session, row.id)
    return IncidentFacts(
        id=row.id,
        type=row.incident_type,
        severity=row.severity,
        title=row.title,
        description=words_of(row.description, episode.explanation, edited=episode.words_edited),
        status=row.status,
        dedup_key=row.dedup_key,
        since=episode.worsened_at or episode.began_at,
        updated_at=row.updated_at,
        resolution=row.resolution_notes,
        assigned=row.assignee_id is not None,
    )


async def episode_pages(
    session: AsyncSession, filters: Sequence[EpisodePage]
) -> Mapping[EpisodePage, list[IncidentEpisode]]:
    """Return the newest episodes of each incident, newest first, with one statement for all."""
    max_limit = max((page.limit for page in filters), default=0)
    by_incident = await episodes.newest(session, [page.incident_id for page in filters], max_limit)
    return {page: by_incident.get(page.incident_id, [])[: page.limit] for page in filters}


async def open_ones(session: AsyncSession) -> list[LaunchIncident]:
    """Return all unresolved incidents, oldest first."""
    return await queries.list_open(session)


def _where(filters: IncidentFilter) -> list[ColumnElement[bool]]:
    return queries.conditions(
        status=filters.status,
        severity=filters.severity,
        phase_id=filters.phase_id,
        number=filters.number,
    )
