"""Incidents that a check reports, and how they end, by the services."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from db.models.incidents import IncidentEpisode, LaunchIncident
from db.queries import incident_episodes as episode_queries
from db.session import Database
from domain.actors import Actor, ActorKind, system_actor
from domain.incidents.incidents import IncidentStatus, Severity
from services.incidents.incidents import (
    IncidentDraft,
    OpenedIncident,
    open_incident,
    resolve_by_key,
)

SYSTEM = system_actor("test")
PERSON = Actor(ActorKind.USER, UUID(int=7), "ann@wedsync.com")
KEY = "health:database"
OPEN, INVESTIGATING = IncidentStatus.OPEN, IncidentStatus.INVESTIGATING
RESOLVED = IncidentStatus.RESOLVED


def draft(
    severity: Severity = Severity.HIGH, first_bad_at: datetime | None = None
) -> IncidentDraft:
    return IncidentDraft("health", severity, "Database", dedup_key=KEY, first_bad_at=first_bad_at)


async def opened(db: Database, incident_draft: IncidentDraft | None = None) -> OpenedIncident:
    async with db.write() as uow:
        return await open_incident(uow, SYSTEM, incident_draft or draft())


async def ended(db: Database) -> LaunchIncident | None:
    async with db.write() as uow:
        return await resolve_by_key(uow, SYSTEM, KEY, "It works again.")


async def rows(db: Database) -> list[LaunchIncident]:
    async with db.read() as session:
        return list(await session.scalars(select(LaunchIncident).order_by(LaunchIncident.number)))


async def episodes(db: Database, row: LaunchIncident) -> list[IncidentEpisode]:
    """Oldest first."""
    async with db.read() as session:
        by_incident = await episode_queries.newest(session, [row.id], 100)
    return by_incident[row.id][::-1]
