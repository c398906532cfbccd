"""SQL about the accounts that see and edit a couple (M9)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import Session, User
from db.models.conversations import ConversationRead
from db.models.couples import Couple, CoupleMember, Partnership
from db.models.notifications import Notification
from domain.marketplace.couple_members import Member


async def by_couple(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Member]]:
    """The members of couples, in the order of their seats."""
    row = CoupleMember
    query = (
        select(row.couple_id, row.user_id, row.seat, User.email, row.joined_at)
        .join(User, User.id == row.user_id)
        .where(row.couple_id.in_(ids))
        .order_by(row.seat)
    )
    members: dict[UUID, list[Member]] = {}
    for item in await session.execute(query):
        members.setdefault(item[0], []).append(Member(*item))
    return members


async def of_couple(session: AsyncSession, couple_id: UUID) -> Sequence[Member]:
    """The members of one couple, in the order of their seats."""
    return (await by_couple(session, [couple_id])).get(couple_id, ())


async def lock_couple(session: AsyncSession, couple_id: UUID) -> Couple | None:
    """A couple whose members are about to change, locked until the end of the transaction."""
    query = select(Couple).where(Couple.id == couple_id).with_for_update(key_share=True)
    return await session.scalar(query.execution_options(populate_existing=True))


async def add(
    session: AsyncSession, couple_id: UUID, user_id: UUID, seat: int, now: datetime
) -> None:
    """Make a user a member; a trigger has done so for the first one of a new couple."""
    row = insert(CoupleMember).values(
        couple_id=couple_id, user_id=user_id, seat=seat, joined_at=now
    )
    await session.execute(row.on_conflict_do_nothing(index_elements=[CoupleMember.user_id]))


async def remove(session: AsyncSession, couple_id: UUID, user_id: UUID) -> None:
    """Delete a member with its read positions and notifications of the couple's partnerships."""
    partnership_ids = select(Partnership.id).where(Partnership.couple_id == couple_id)
    for table in (ConversationRead, Notification):
        of_user = (table.user_id == user_id) & table.partnership_id.in_(partnership_ids)
        await session.execute(delete(table).where(of_user))
    await session.execute(delete(CoupleMember).where(CoupleMember.user_id == user_id))


async def hand_over(session: AsyncSession, couple_id: UUID, user_id: UUID) -> None:
    """Keep `couples.user_id` at a member, for the release before 0088."""
    change_owner = update(Couple).where(Couple.id == couple_id)
    await session.execute(change_owner.values(user_id=user_id))


async def open_sessions(session: AsyncSession, user_id: UUID, now: datetime) -> Sequence[UUID]:
    """The ids of a user's sessions that have not ended."""
    query = select(Session.id).where(
        Session.user_id == user_id, Session.revoked_at.is_(None), Session.expires_at > now
    )
    return (await session.scalars(query)).all()
