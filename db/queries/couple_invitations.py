"""SQL about invitations from one partner to the other (M9)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.models.couples import Couple, CoupleMember
from db.models.invitations import CoupleInvitation
from domain.marketplace.invitations import PENDING, InvitationStatus

Shown: TypeAlias = Row[CoupleInvitation, Couple, User]


async def by_code(session: AsyncSession, digest: bytes) -> Shown | None:
    """The invitation that a code belongs to, with its couple and who invites.

    None while that account is disabled or has left the couple: what it handed out works no more.
    """
    query = (
        select(CoupleInvitation, Couple, User)
        .join(Couple, Couple.id == CoupleInvitation.couple_id)
        .join(User, User.id == CoupleInvitation.created_by)
        .join(
            CoupleMember,
            (CoupleMember.user_id == User.id) & (CoupleMember.couple_id == Couple.id),
        )
        .where(_has_code(digest), User.disabled_at.is_(None))
    )
    return (await session.execute(query)).one_or_none()


async def by_id(session: AsyncSession, invitation_id: UUID) -> CoupleInvitation | None:
    """An invitation by its id."""
    return await session.get(CoupleInvitation, invitation_id)


async def newest_by_couple(
    session: AsyncSession, couples: Sequence[UUID]
) -> Mapping[UUID, CoupleInvitation]:
    """The last invitation of each couple."""
    row = CoupleInvitation
    query = (
        select(row)
        .where(row.couple_id.in_(couples))
        .ext(distinct_on(row.couple_id))
        .order_by(row.couple_id, row.created_at.desc(), row.id)
    )
    return {invitation.couple_id: invitation for invitation in await session.scalars(query)}


async def lock(session: AsyncSession, invitation_id: UUID) -> CoupleInvitation | None:
    """An invitation to change; its couple is locked already."""
    query = select(CoupleInvitation).where(CoupleInvitation.id == invitation_id)
    locked = query.with_for_update(key_share=True)
    return await session.scalar(locked.execution_options(populate_existing=True))


async def lock_pending(session: AsyncSession, couple_id: UUID) -> CoupleInvitation | None:
    """The pending invitation of a couple, of which there is at most one."""
    query = select(CoupleInvitation).where(
        CoupleInvitation.couple_id == couple_id, CoupleInvitation.status.in_(PENDING)
    )
    return await session.scalar(query.with_for_update(key_share=True))


async def claim(
    session: AsyncSession, invitation_id: UUID, now: datetime
) -> CoupleInvitation | None:
    """Accept a pending invitation: of any number who try at once, one succeeds."""
    query = (
        update(CoupleInvitation)
        .where(
            CoupleInvitation.id == invitation_id,
            CoupleInvitation.status.in_(PENDING),
            CoupleInvitation.expires_at > now,
        )
        .values(status=InvitationStatus.ACCEPTED, accepted_at=now)
        .returning(CoupleInvitation)
    )
    return await session.scalar(query.execution_options(populate_existing=True))


async def count_since(session: AsyncSession, couple_id: UUID, since: datetime) -> int:
    """Count the invitations of a couple since a moment."""
    query = select(func.count()).where(
        CoupleInvitation.couple_id == couple_id, CoupleInvitation.created_at > since
    )
    return (await session.execute(query)).scalar_one()


async def has_any(session: AsyncSession, couple_id: UUID) -> bool:
    """Whether a couple has ever invited a partner."""
    query = select(CoupleInvitation.id).where(CoupleInvitation.couple_id == couple_id).limit(1)
    return (await session.execute(query)).scalar_one_or_none() is not None


async def is_sender_gone(session: AsyncSession, invitation_id: UUID) -> bool:
    """Whether the inviting account may no longer send it: disabled, or no longer a member."""
    query = (
        select(CoupleMember.user_id)
        .select_from(CoupleInvitation)
        .join(User, User.id == CoupleInvitation.created_by)
        .join(
            CoupleMember,
            (CoupleMember.user_id == User.id)
            & (CoupleMember.couple_id == CoupleInvitation.couple_id),
        )
        .where(CoupleInvitation.id == invitation_id, User.disabled_at.is_(None))
    )
    return (await session.execute(query)).scalar_one_or_none() is None


def _has_code(digest: bytes) -> ColumnElement[bool]:
    return or_(CoupleInvitation.invite_code == digest, CoupleInvitation.mail_code == digest)
