"""Lists the conversations of a participant, and moves their read position (M7)."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.couples import Partnership
from db.queries import conversations as queries
from db.queries.pages import Moments
from db.session import UnitOfWork
from domain.actors import Actor
from domain.errors import NotFound
from domain.events.messages import ConversationReadMoved
from domain.ids import CoupleId, PartnershipId, SupplierId
from domain.marketplace import conversations as rules
from domain.marketplace.conversations import Conversation, Participant

NO_CONVERSATION = "There is no Conversation with this id."


@dataclass(frozen=True, slots=True)
class MarkRead:
    """The read position of a person in a conversation."""

    partnership_id: UUID
    position: int


async def page(session: AsyncSession, viewer: Participant, page: Moments) -> list[Conversation]:
    """Return the conversations of a participant, the latest activity first."""
    return await queries.page(session, viewer, page)


async def count_unread(session: AsyncSession, viewer: Participant) -> int:
    """Count the conversations with unread messages."""
    return await queries.count_unread(session, viewer)


async def mark_read(uow: UnitOfWork, actor: Actor, command: MarkRead) -> Conversation:
    """Move the read position forward; a lower one changes nothing. Raises NotFound or Invalid."""
    viewer = rules.require_participant(actor)
    row = await own_partnership(uow, viewer, command.partnership_id)
    last = await queries.last_position(uow.session, row.id)
    position = rules.read_up_to(0, command.position, last)
    if last:
        await _move(uow, actor, viewer, row, position)
    return await seen(uow.session, viewer, row.id)


async def own_partnership(uow: UnitOfWork, viewer: Participant, key: UUID) -> Partnership:
    """Lock the partnership of the caller's conversation, active or ended.

    Raises NotFound, also for a conversation of others.
    """
    row = await queries.lock_partnership(uow.session, key)
    if row is None or not viewer.takes_part(row.supplier_id, row.couple_id):
        raise NotFound(NO_CONVERSATION, path=("input", "conversationId"))
    return row


async def seen(session: AsyncSession, viewer: Participant, key: UUID) -> Conversation:
    """Return the caller's conversation; raises NotFound."""
    conversation = (await queries.by_key(session, [(key, viewer)])).get((key, viewer))
    if conversation is None:
        raise NotFound(NO_CONVERSATION, path=("id",))
    return conversation


async def _move(
    uow: UnitOfWork, actor: Actor, viewer: Participant, row: Partnership, position: int
) -> None:
    read = await queries.lock_read(uow.session, row.id, viewer.user_id)
    if position <= read.position:
        return
    read.position, read.read_at = position, uow.now
    event = ConversationReadMoved(
        partnership_id=PartnershipId(row.id),
        supplier_id=SupplierId(row.supplier_id),
        couple_id=CoupleId(row.couple_id),
        user_id=viewer.user_id,
        position=position,
    )
    uow.record(actor, event)
    await uow.session.flush()
