"""Sends and reads messages between a supplier and a couple (M7)."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.drafts import Audit
from db.models.conversations import Message
from db.models.couples import Partnership
from db.queries import messages as queries
from db.queries.pages import Numbers
from db.session import UnitOfWork
from domain.actors import Actor
from domain.errors import NotFound
from domain.events.messages import SENT, MessageChanged
from domain.ids import CoupleId, MessageId, PartnershipId, SupplierId, parse_uuid
from domain.marketplace import conversations as rules
from domain.marketplace.conversations import Participant
from domain.marketplace.message_text import clean_message
from domain.platform.rate_limits import Limit
from services.marketplace import conversations
from services.platform import idempotency
from services.platform.rate_limits import RateLimiter

PER_MINUTE = Limit(30, 60)  # of one person, in all conversations
PER_DAY = Limit(500, 86_400)


@dataclass(frozen=True, slots=True)
class SendMessage:
    """The command to send a message."""

    partnership_id: UUID
    text: str = field(repr=False)
    idempotency_key: str = ""


async def admit(limits: RateLimiter, actor: Actor) -> None:
    """Count an attempt to send; raises Forbidden, or RateLimited with the wait."""
    user_id = str(rules.require_participant(actor).user_id)
    await limits.admit(PER_MINUTE, "message-minute", user_id)
    await limits.admit(PER_DAY, "message-day", user_id)


async def send(uow: UnitOfWork, actor: Actor, command: SendMessage) -> Message:
    """Add a message to the caller's conversation; a repeated key returns the first one.

    Raises NotFound, InvalidTransition once the partnership has ended, Required or Invalid for the
    text.
    """
    viewer = rules.require_participant(actor)
    text = clean_message(command.text)
    request = (str(command.partnership_id), text)
    reservation = await idempotency.reserve(
        uow, actor, "sendMessage", command.idempotency_key, request
    )
    if reservation.result is not None:
        return await _sent_before(uow, reservation.result)
    partnership = await conversations.own_partnership(uow, viewer, command.partnership_id)
    rules.check_open(is_active=partnership.is_active)
    row = await _add(uow, viewer, partnership, text)
    record(uow, actor, row, partnership, SENT)
    await idempotency.complete(uow, reservation, message_id=row.id)
    return row


async def page(session: AsyncSession, partnership_id: UUID, page: Numbers) -> list[Message]:
    """Return a page of a conversation in order. The caller's access must be checked before."""
    return await queries.page(session, partnership_id, page)


async def changed_after(
    session: AsyncSession, partnership_id: UUID, revision: int, limit: int
) -> list[Message]:
    """Return the messages sent or changed after a revision, the earliest change first."""
    return await queries.changed_after(session, partnership_id, revision, limit)


async def newest(session: AsyncSession, partnership_id: UUID, limit: int) -> list[Message]:
    """Return the newest messages in order."""
    return await queries.newest(session, partnership_id, limit)


def record(
    uow: UnitOfWork,
    actor: Actor,
    row: Message,
    partnership: Partnership,
    action: str,
    reason: str | None = None,
) -> None:
    """Record event and audit row of a change, without the text."""
    event = MessageChanged(
        partnership_id=PartnershipId(partnership.id),
        supplier_id=SupplierId(partnership.supplier_id),
        couple_id=CoupleId(partnership.couple_id),
        message_id=MessageId(row.id),
        side=row.side,
        position=row.position,
        action=action,
    )
    after: dict[str, object] = {"messageId": str(row.id), "position": row.position}
    uow.record(actor, event, Audit(partnership.id, after=after, reason=reason))


async def _add(
    uow: UnitOfWork, viewer: Participant, partnership: Partnership, text: str
) -> Message:
    place = await queries.reserve_position(uow.session, partnership.id, uow.now)
    row = Message(
        partnership_id=partnership.id,
        position=place.position,
        revision=place.revision,
        side=viewer.side,
        sender_id=viewer.user_id,
        text=text,
        sent_at=uow.now,
    )
    uow.session.add(row)
    await uow.session.flush()
    return row


async def _sent_before(uow: UnitOfWork, result: dict[str, object]) -> Message:
    key = parse_uuid(str(result.get("message_id", "")))
    row = (await queries.by_id(uow.session, [key])).get(key) if key else None
    if row is None:
        path = ("input", "idempotencyKey")
        raise NotFound("The message of that request has been deleted.", path=path)
    return row
