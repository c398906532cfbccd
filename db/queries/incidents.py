"""SQL about incidents."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.incidents import LaunchIncident
from db.queries.pages import Moments, newest_first, one_of
from domain.incidents.incidents import ACTIVE_STATUSES, SEVERE, IncidentStatus, Severity


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, LaunchIncident]:
    """Load incidents by id."""
    rows = await session.scalars(select(LaunchIncident).where(LaunchIncident.id.in_(ids)))
    return {row.id: row for row in rows}


async def lock(session: AsyncSession, incident_id: UUID) -> LaunchIncident | None:
    """Lock an incident until the end of the transaction."""
    query = select(LaunchIncident).where(LaunchIncident.id == incident_id)
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True))


async def newest_with_key(session: AsyncSession, dedup_key: str) -> LaunchIncident | None:
    """Return the open incident about a cause, or else the last one."""
    return await session.scalar(_newest(dedup_key))


async def lock_newest_with_key(session: AsyncSession, dedup_key: str) -> LaunchIncident | None:
    """Lock the open incident about a cause, or else the last one."""
    query = _newest(dedup_key).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


def _newest(dedup_key: str) -> Select[LaunchIncident]:
    query = select(LaunchIncident).where(LaunchIncident.dedup_key == dedup_key)
    open_first = LaunchIncident.status.in_(ACTIVE_STATUSES).desc()
    return query.order_by(open_first, LaunchIncident.number.desc()).limit(1)


async def list_open(session: AsyncSession) -> list[LaunchIncident]:
    """Return all open incidents, oldest first."""
    query = select(LaunchIncident).where(LaunchIncident.status.in_(ACTIVE_STATUSES))
    return list(await session.scalars(query.order_by(LaunchIncident.number)))


async def severe_open(session: AsyncSession) -> list[LaunchIncident]:
    """Return open incidents of severity HIGH and CRITICAL."""
    query = select(LaunchIncident).where(
        LaunchIncident.status.in_(ACTIVE_STATUSES), LaunchIncident.severity.in_(SEVERE)
    )
    return list(await session.scalars(query.order_by(LaunchIncident.number)))


async def open_with_impact(session: AsyncSession) -> list[Severity]:
    """Return the severities of open incidents that name an impact on users."""
    impact = func.btrim(func.coalesce(LaunchIncident.user_impact, "")) != ""
    query = select(LaunchIncident.severity).where(
        LaunchIncident.status.in_(ACTIVE_STATUSES), impact
    )
    return list(await session.scalars(query))


def conditions(
    *,
    status: Sequence[IncidentStatus] | ColumnElement[Any] | None,
    severity: Sequence[Severity] | ColumnElement[Any] | None,
    phase_id: UUID | ColumnElement[Any] | None,
    number: int | ColumnElement[Any] | None = None,
) -> list[ColumnElement[bool]]:
    """Build the WHERE clause of a filtered list."""
    clauses: list[ColumnElement[bool]] = []
    if status is not None:
        clauses.append(one_of(LaunchIncident.status, status))
    if severity is not None:
        clauses.append(one_of(LaunchIncident.severity, severity))
    if phase_id is not None:
        clauses.append(LaunchIncident.phase_id == phase_id)
    if number is not None:
        clauses.append(LaunchIncident.number == number)
    return clauses


async def page(
    session: AsyncSession,
    part: Moments,
    where: Sequence[ColumnElement[bool]],
) -> list[LaunchIncident]:
    """Return a page of incidents, newest first."""
    query = select(LaunchIncident).where(*where)
    query = newest_first(query, LaunchIncident.created_at, LaunchIncident.id, part)
    return list(await session.scalars(query))


async def count(session: AsyncSession, where: Sequence[ColumnElement[bool]]) -> int:
    """Count incidents."""
    query = select(func.count()).select_from(LaunchIncident).where(*where)
    return (await session.execute(query)).scalar_one()
