"""SQL about conversations as one participant sees them (M7)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.models.conversations import Conversation as Counters
from db.models.conversations import ConversationRead, Message
from db.models.couples import Couple, CoupleMember, Partnership
from db.models.suppliers import Client, Supplier
from db.queries.pages import Moments, newest_first
from domain.marketplace.conversations import (
    MAX_UNREAD,
    Conversation,
    ConversationSide,
    Participant,
    Person,
)

_Key = tuple[UUID, Participant]
_Rows: TypeAlias = Select[*tuple[Any, ...]]

ACTIVITY: ColumnElement[datetime] = func.greatest(
    Partnership.connected_at, func.coalesce(Counters.last_message_at, Partnership.connected_at)
)


async def by_key(session: AsyncSession, keys: Sequence[_Key]) -> Mapping[_Key, Conversation]:
    """Load conversations, each as seen by a participant; conversations of others are left out."""
    conversations: dict[_Key, Conversation] = {}
    for viewer in {viewer for _, viewer in keys}:
        ids = [key for key, participant in keys if participant == viewer]
        rows = await session.execute(_seen_by(viewer).where(Partnership.id.in_(ids)))
        conversations |= {(row[0], viewer): _conversation(row, viewer) for row in rows}
    return conversations


async def page(session: AsyncSession, viewer: Participant, page: Moments) -> list[Conversation]:
    """Return a page of a participant's conversations, newest activity first."""
    query = newest_first(_seen_by(viewer), ACTIVITY, Partnership.id, page)
    return [_conversation(row, viewer) for row in await session.execute(query)]


async def count_unread(session: AsyncSession, viewer: Participant) -> int:
    """Count the conversations with messages that the participant has not read."""
    query = (
        select(func.count())
        .select_from(Partnership)
        .outerjoin(ConversationRead, _own_read(viewer))
        .where(_is_party(viewer), exists(_unread(viewer)))
    )
    return (await session.execute(query)).scalar_one()


async def lock_partnership(session: AsyncSession, partnership_id: UUID) -> Partnership | None:
    """Lock a partnership so that it cannot end before the transaction.

    Other writers are not blocked.
    """
    query = select(Partnership).where(Partnership.id == partnership_id)
    locked = query.with_for_update(read=True)
    return await session.scalar(locked.execution_options(populate_existing=True))


async def last_position(session: AsyncSession, partnership_id: UUID) -> int:
    """Return the position of the newest message; 0 if there is none."""
    query = select(Counters.last_position).where(Counters.partnership_id == partnership_id)
    return await session.scalar(query) or 0


async def lock_read(session: AsyncSession, partnership_id: UUID, user_id: UUID) -> ConversationRead:
    """Lock the read position of a user, creating it if needed."""
    row = insert(ConversationRead).values(partnership_id=partnership_id, user_id=user_id)
    await session.execute(row.on_conflict_do_nothing())
    query = select(ConversationRead).where(
        ConversationRead.partnership_id == partnership_id, ConversationRead.user_id == user_id
    )
    locked = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(locked)).one()


async def people_of(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Person]]:
    """Return both sides of active partnerships, the supplier first."""
    people: dict[UUID, list[Person]] = {}
    for query in (_suppliers(ids), _couples(ids)):
        for row in await session.execute(query):
            key, side, *rest = row
            people.setdefault(key, []).append(Person(key, ConversationSide(side), *rest))
    return people


def _seen_by(viewer: Participant) -> _Rows:
    unread = select(func.count()).select_from(_unread(viewer).limit(MAX_UNREAD + 1).subquery())
    return (
        select(
            Partnership.id,
            Partnership.supplier_id,
            Partnership.couple_id,
            _title(viewer),
            Partnership.is_active,
            Partnership.connected_at,
            Counters.last_message_at,
            func.coalesce(Counters.last_position, 0),
            func.coalesce(Counters.revision, 0),
            func.coalesce(ConversationRead.position, 0),
            unread.scalar_subquery(),
        )
        .select_from(Partnership)
        .outerjoin(Counters, Counters.partnership_id == Partnership.id)
        .outerjoin(ConversationRead, _own_read(viewer))
        .where(_is_party(viewer))
    )


def _conversation(row: Any, viewer: Participant) -> Conversation:  # noqa: ANN401 - a Row
    key, supplier_id, couple_id, title, *rest = row
    is_open, connected_at, last_message_at, last, revision, read, unread = rest
    return Conversation(
        key, supplier_id, couple_id, viewer, title,
        is_open, connected_at, last_message_at, last, revision, read, unread,
    )  # fmt: skip


def _is_party(viewer: Participant) -> ColumnElement[bool]:
    if viewer.side is ConversationSide.SUPPLIER:
        return Partnership.supplier_id == viewer.party_id
    return Partnership.couple_id == viewer.party_id


def _own_read(viewer: Participant) -> ColumnElement[bool]:
    return and_(
        ConversationRead.partnership_id == Partnership.id,
        ConversationRead.user_id == viewer.user_id,
    )


def _unread(viewer: Participant) -> _Rows:
    """Select visible messages of the other side after the read position of the outer row."""
    return (
        select(Message.id)
        .where(
            Message.partnership_id == Partnership.id,
            Message.position > func.coalesce(ConversationRead.position, 0),
            Message.side != viewer.side,
            Message.hidden_at.is_(None),
        )
        .correlate(Partnership, ConversationRead)
    )


def _title(viewer: Participant) -> ColumnElement[str]:
    """Select how the viewer sees the other side.

    Suppliers see the names that they gave their client.
    """
    if viewer.side is ConversationSide.COUPLE:
        named = select(func.coalesce(Supplier.business_name, Supplier.email))
        return named.where(Supplier.id == Partnership.supplier_id).scalar_subquery()
    client = (
        select(Client.couple_names)
        .where(
            Client.supplier_id == Partnership.supplier_id,
            Client.couple_id == Partnership.couple_id,
        )
        .order_by(Client.created_at.desc())
        .limit(1)
    )
    return func.coalesce(client.scalar_subquery(), "A couple")


def _suppliers(ids: Sequence[UUID]) -> _Rows:
    """Select the supplier side. Suppliers are contacted at their business address."""
    return (
        select(
            Partnership.id,
            _side(ConversationSide.SUPPLIER),
            User.id,
            func.coalesce(Supplier.business_name, Supplier.email),
            Supplier.email,
            Supplier.phone,
        )
        .join(Supplier, Supplier.id == Partnership.supplier_id)
        .join(User, User.id == Supplier.user_id)
        .where(Partnership.id.in_(ids), Partnership.is_active, User.disabled_at.is_(None))
    )


def _couples(ids: Sequence[UUID]) -> _Rows:
    """Both partners, where both have an account: each has an e-mail of their own."""
    return (
        select(
            Partnership.id,
            _side(ConversationSide.COUPLE),
            User.id,
            couple_name(),
            User.email,
            Couple.phone,
        )
        .join(Couple, Couple.id == Partnership.couple_id)
        .join(CoupleMember, CoupleMember.couple_id == Couple.id)
        .join(User, User.id == CoupleMember.user_id)
        .where(Partnership.id.in_(ids), Partnership.is_active, User.disabled_at.is_(None))
        .order_by(CoupleMember.seat)
    )


def couple_name() -> ColumnElement[str]:
    """Select the names of a couple, or its e-mail if it has none."""
    names = func.concat_ws(" & ", Couple.partner1_name, Couple.partner2_name)
    return func.coalesce(func.nullif(names, ""), User.email)


def _side(side: ConversationSide) -> ColumnElement[str]:
    return literal(side.value).label("side")
