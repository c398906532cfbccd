"""SQL about silences (A28)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.silences import LaunchSilence
from db.queries.pages import Moments, newest_first
from domain.actors import ActorRef
from domain.alerting.silences import Silence
from domain.health.health import CheckType


async def since(session: AsyncSession, moment: datetime) -> list[Silence]:
    """Return silences that end after a time: active, planned and recently ended ones."""
    query = select(LaunchSilence).where(LaunchSilence.ends_at > moment)
    return [silence_of(row) for row in await session.scalars(query)]


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Silence]:
    """Load silences by id."""
    query = select(LaunchSilence).where(LaunchSilence.id.in_(ids))
    return {row.id: silence_of(row) for row in await session.scalars(query)}


async def lock(session: AsyncSession, key: UUID) -> LaunchSilence | None:
    """Lock a silence until the end of the transaction."""
    query = select(LaunchSilence).where(LaunchSilence.id == key).with_for_update()
    return await session.scalar(query)


async def page(
    session: AsyncSession,
    part: Moments,
    ends_after: datetime | None,
) -> list[Silence]:
    """Return a page of silences, newest first; `ends_after` leaves out those that are over."""
    query = select(LaunchSilence)
    if ends_after is not None:
        query = query.where(LaunchSilence.ends_at > ends_after)
    query = newest_first(query, LaunchSilence.created_at, LaunchSilence.id, part)
    return [silence_of(row) for row in await session.scalars(query)]


def silence_of(row: LaunchSilence) -> Silence:
    """Build the domain silence; checks that only a newer version knows are left out."""
    checks = {check.value: check for check in CheckType}
    return Silence(
        id=row.id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        reason=row.reason,
        created_by=ActorRef(row.created_by_kind, row.created_by_id, row.created_by_label),
        created_at=row.created_at,
        checks=tuple(checks[name] for name in row.checks if name in checks),
        holds_criteria=row.holds_criteria,
        ended_early=row.ended_early,
    )
