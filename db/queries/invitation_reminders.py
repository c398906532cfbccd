"""SQL about reminders of invitations (M6)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.models.invitations import Invitation
from db.models.suppliers import Client
from domain.marketplace.invitations import PENDING


async def due(session: AsyncSession, now: datetime, limit: int) -> Sequence[UUID]:
    """Clients whose pending invitation has a reminder due; the longest due first."""
    query = select(Invitation.client_id).where(_is_due(now))
    return (await session.scalars(query.order_by(Invitation.next_reminder_at).limit(limit))).all()


async def lock_client(session: AsyncSession, client_id: UUID) -> Client | None:
    """Lock a client; None if another transaction holds it, or if it was deleted."""
    query = select(Client).where(Client.id == client_id)
    return await session.scalar(query.with_for_update(key_share=True, skip_locked=True))


async def lock_due(session: AsyncSession, client_id: UUID, now: datetime) -> Invitation | None:
    """The invitation of a client whose reminder is due, locked; its client is locked already."""
    query = select(Invitation).where(Invitation.client_id == client_id, _is_due(now))
    locked = query.with_for_update(key_share=True)
    return await session.scalar(locked.execution_options(populate_existing=True))


async def is_disabled(session: AsyncSession, user_id: UUID) -> bool:
    """Whether an account may send nothing."""
    query = select(User.disabled_at.is_not(None)).where(User.id == user_id)
    return (await session.execute(query)).scalar_one_or_none() is not False


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(
        Invitation.status.in_(PENDING),
        Invitation.next_reminder_at <= now,
        Invitation.expires_at > now,
    )
