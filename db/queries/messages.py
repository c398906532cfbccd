"""SQL about the messages of a conversation (M7)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.conversations import Conversation, Message
from db.models.couples import Partnership
from db.queries.pages import Numbers, ordered
from domain.marketplace.conversations import MAX_UNREAD, ConversationSide


class MessagePosition(NamedTuple):
    """The position and revision of a new message in its conversation."""

    position: int
    revision: int


async def reserve_position(
    session: AsyncSession, partnership_id: UUID, now: datetime
) -> MessagePosition:
    """Reserve the next position and revision; concurrent writers wait for the commit."""
    first = insert(Conversation).values(
        partnership_id=partnership_id, last_position=1, revision=1, last_message_at=now
    )
    following = first.on_conflict_do_update(
        index_elements=[Conversation.partnership_id],
        set_={
            "last_position": Conversation.last_position + 1,
            "revision": Conversation.revision + 1,
            "last_message_at": func.greatest(Conversation.last_message_at, now),
        },
    )
    returned = following.returning(Conversation.last_position, Conversation.revision)
    return MessagePosition(*(await session.execute(returned)).one())


async def next_revision(session: AsyncSession, partnership_id: UUID) -> int:
    """Reserve the revision of a change to an existing message."""
    moved = (
        update(Conversation)
        .where(Conversation.partnership_id == partnership_id)
        .values(revision=Conversation.revision + 1)
        .returning(Conversation.revision)
    )
    return (await session.execute(moved)).scalar_one()


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Message]:
    """Load messages by id."""
    rows = await session.scalars(select(Message).where(Message.id.in_(ids)))
    return {row.id: row for row in rows}


async def page(session: AsyncSession, partnership_id: UUID, page: Numbers) -> list[Message]:
    """Return a page of messages in their order."""
    query = select(Message).where(Message.partnership_id == partnership_id)
    return list(await session.scalars(ordered(query, page, Message.position)))


async def changed_after(
    session: AsyncSession, partnership_id: UUID, revision: int, limit: int
) -> list[Message]:
    """Return messages sent or changed after a revision, earliest change first."""
    query = (
        select(Message)
        .where(Message.partnership_id == partnership_id, Message.revision > revision)
        .order_by(Message.revision)
        .limit(limit)
    )
    return list(await session.scalars(query))


async def newest(session: AsyncSession, partnership_id: UUID, limit: int) -> list[Message]:
    """Return the newest messages in their order."""
    query = select(Message).where(Message.partnership_id == partnership_id)
    rows = await session.scalars(query.order_by(Message.position.desc()).limit(limit))
    return list(rows)[::-1]


async def last_of(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Message]:
    """Return the newest message of each conversation."""
    query = select(Message).join(
        Conversation,
        (Conversation.partnership_id == Message.partnership_id)
        & (Conversation.last_position == Message.position),
    )
    rows = await session.scalars(query.where(Message.partnership_id.in_(ids)))
    return {row.partnership_id: row for row in rows}


async def lock(session: AsyncSession, message_id: UUID) -> Row[Message, Partnership] | None:
    """Lock a message, with its partnership, until the end of the transaction."""
    query = (
        select(Message, Partnership)
        .join(Partnership, Partnership.id == Message.partnership_id)
        .where(Message.id == message_id)
        .with_for_update(of=Message)
    )
    return (await session.execute(query.execution_options(populate_existing=True))).one_or_none()


async def count_unread(
    session: AsyncSession, partnership_id: UUID, side: ConversationSide, position: int
) -> int:
    """Count the messages that a side received after a position, up to MAX_UNREAD + 1."""
    unread = (
        select(Message.id)
        .where(
            Message.partnership_id == partnership_id,
            Message.side == side.other,
            Message.position > position,
            Message.hidden_at.is_(None),
        )
        .limit(MAX_UNREAD + 1)
    )
    query = select(func.count()).select_from(unread.subquery())
    return (await session.execute(query)).scalar_one()
