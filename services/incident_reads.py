"""Reading incidents (SPEC S28)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.incidents import LaunchIncident
from db.queries import incidents as queries
from domain.alert_causes import IncidentFacts
from domain.incidents import IncidentStatus, Severity


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """Which incidents a list shows; None is all."""

    status: Sequence[IncidentStatus] | None = None
    severity: Sequence[Severity] | None = None
    phase_id: UUID | None = None
    number: int | None = None


async def page(
    session: AsyncSession, wanted: IncidentFilter, limit: int, after: tuple[datetime, UUID] | None
) -> list[LaunchIncident]:
    """Incidents, newest first."""
    return await queries.page(session, limit, after=after, where=_where(wanted))


async def count(session: AsyncSession, wanted: IncidentFilter) -> int:
    """How many incidents a filter finds."""
    return await queries.count(session, _where(wanted))


async def facts(session: AsyncSession, incident_id: UUID) -> IncidentFacts | None:
    """An incident as alerts see it."""
    row = (await queries.by_id(session, [incident_id])).get(incident_id)
    if row is None:
        return None
    return IncidentFacts(
        id=row.id,
        type=row.incident_type,
        severity=row.severity,
        title=row.title,
        description=row.description,
        status=row.status,
        dedup_key=row.dedup_key,
        created_at=row.created_at,
        updated_at=row.updated_at,
        resolution=row.resolution_notes,
        assigned=row.assignee_id is not None,
    )


async def open_ones(session: AsyncSession) -> list[LaunchIncident]:
    """All that nobody has resolved, oldest first."""
    return await queries.open_ones(session)


def _where(wanted: IncidentFilter) -> list[ColumnElement[bool]]:
    return queries.conditions(
        status=wanted.status,
        severity=wanted.severity,
        phase_id=wanted.phase_id,
        number=wanted.number,
    )
