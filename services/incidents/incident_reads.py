"""Reading incidents (S28)."""

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
    """Which incidents a list shows; None is all."""

    status: Sequence[IncidentStatus] | None = None
    severity: Sequence[Severity] | None = None
    phase_id: UUID | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class EpisodePage:
    """So many episodes of one incident; raises Invalid for a limit out of bounds."""

    incident_id: UUID
    limit: int

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_EPISODES:
            raise Invalid(f"limit lies between 1 and {MAX_EPISODES}.", path=("limit",))


async def page(
    session: AsyncSession, wanted: IncidentFilter, part: Moments
) -> list[LaunchIncident]:
    """Incidents, newest first."""
    return await queries.page(session, part, _where(wanted))


async def count(session: AsyncSession, wanted: IncidentFilter) -> int:
    """How many incidents a filter finds."""
    return await queries.count(session, _where(wanted))


async def facts(session: AsyncSession, incident_id: UUID) -> IncidentFacts | None:
    """An incident as alerts see it."""
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
    session: AsyncSession, wanted: Sequence[EpisodePage]
) -> Mapping[EpisodePage, list[IncidentEpisode]]:
    """The newest episodes of each incident, newest first: one statement for all."""
    most = max((page.limit for page in wanted), default=0)
    found = await episodes.newest(session, [page.incident_id for page in wanted], most)
    return {page: found.get(page.incident_id, [])[: page.limit] for page in wanted}


async def open_ones(session: AsyncSession) -> list[LaunchIncident]:
    """All that nobody has resolved, oldest first."""
    return await queries.list_open(session)


def _where(wanted: IncidentFilter) -> list[ColumnElement[bool]]:
    return queries.conditions(
        status=wanted.status,
        severity=wanted.severity,
        phase_id=wanted.phase_id,
        number=wanted.number,
    )
