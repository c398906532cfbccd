"""Reports of messages, and their handling by the staff (M7).

The staff cannot read conversations: it sees a message once a participant has reported it.
"""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.drafts import Audit
from db.models.conversations import Message, Reported
from db.models.couples import Partnership
from db.queries import message_reports as queries
from db.queries import messages as message_queries
from db.queries.pages import Moments
from db.session import UnitOfWork
from domain.actors import Actor
from domain.errors import InvalidTransition, NotFound
from domain.events.messages import HIDDEN, SHOWN, MessageReportChanged
from domain.ids import CoupleId, MessageId, MessageReportId, PartnershipId, SupplierId
from domain.marketplace import conversations
from domain.marketplace import message_reports as rules
from domain.marketplace.message_reports import ReportOutcome
from domain.platform import rate_limits
from services.marketplace import messages
from services.platform.rate_limits import RateLimiter

PER_HOUR = rate_limits.Limit(20, rate_limits.HOUR)  # reports of one person


@dataclass(frozen=True, slots=True)
class ReportMessage:
    """A message with the reason for which a participant reports or the staff handles it."""

    message_id: UUID
    reason: str = field(repr=False)


async def admit(limits: RateLimiter, actor: Actor) -> None:
    """Count an attempt to report; raises Forbidden, or RateLimited with the wait."""
    user_id = str(conversations.require_participant(actor).user_id)
    await limits.admit(PER_HOUR, "message-report", user_id)


async def report(uow: UnitOfWork, actor: Actor, command: ReportMessage) -> Message:
    """Report a message of the other side to the staff; repeating it changes nothing.

    Raises NotFound for a message of others, InvalidTransition for one's own and for a hidden one.
    """
    viewer = conversations.require_participant(actor)
    reason = rules.check_reason(command.reason)
    message, partnership = await _locked(uow, command.message_id)
    if not viewer.takes_part(partnership.supplier_id, partnership.couple_id):
        raise _not_found()
    hidden = message.hidden_at is not None
    rules.check_reportable(is_own=message.side is viewer.side, is_hidden=hidden)
    key = await queries.add(uow.session, message.id, viewer.user_id, reason, uow.now)
    if key is not None:
        _record(uow, actor, key, message, partnership, "made")
    return message


async def hide(uow: UnitOfWork, actor: Actor, command: ReportMessage) -> Message:
    """Hide a reported message from both sides, and close its reports. Repeating does nothing.

    Raises NotFound, also for a message without a report: the staff does not see it.
    """
    reason = rules.check_reason(command.reason)
    message, partnership = await _reported(uow, command.message_id)
    if message.hidden_at is None:
        message.hidden_at, message.hidden_reason = uow.now, reason
        await _change(uow, actor, message, partnership, HIDDEN, reason)
    await _resolve(uow, actor, message, partnership, ReportOutcome.HIDDEN)
    return message


async def show(uow: UnitOfWork, actor: Actor, command: ReportMessage) -> Message:
    """Show a hidden message again. Repeating it does nothing. Raises NotFound."""
    reason = rules.check_reason(command.reason)
    message, partnership = await _reported(uow, command.message_id)
    if message.hidden_at is not None:
        message.hidden_at = message.hidden_reason = None
        await _change(uow, actor, message, partnership, SHOWN, reason)
    return message


async def dismiss(uow: UnitOfWork, actor: Actor, report_id: UUID, reason: str) -> Reported:
    """Close a report and leave its message as it is. Repeating it does nothing.

    Raises NotFound, or InvalidTransition where the message was hidden because of it.
    """
    text = rules.check_reason(reason)
    reported = await queries.lock(uow.session, report_id)
    if reported is None:
        raise NotFound("There is no MessageReport with this id.", path=("input", "id"))
    row, message, partnership = reported
    if row.outcome is ReportOutcome.HIDDEN:
        raise InvalidTransition("The message was hidden because of this report: show it again.")
    if row.resolved_at is None:
        row.resolved_at, row.outcome = uow.now, ReportOutcome.DISMISSED
        _record(uow, actor, row.id, message, partnership, "dismissed", text)
    return reported


async def page(session: AsyncSession, page: Moments, *, is_open: bool | None) -> list[Reported]:
    """Return a page of reports, newest first; None matches open and closed ones."""
    return await queries.page(session, queries.conditions(is_open=is_open), page)


async def count(session: AsyncSession, *, is_open: bool | None) -> int:
    """Count the reports."""
    return await queries.count(session, queries.conditions(is_open=is_open))


async def _locked(uow: UnitOfWork, message_id: UUID) -> tuple[Message, Partnership]:
    row = await message_queries.lock(uow.session, message_id)
    if row is None:
        raise _not_found()
    return row[0], row[1]


async def _reported(uow: UnitOfWork, message_id: UUID) -> tuple[Message, Partnership]:
    message, partnership = await _locked(uow, message_id)
    if not await queries.is_reported(uow.session, message_id):
        raise _not_found()
    return message, partnership


async def _change(
    uow: UnitOfWork,
    actor: Actor,
    message: Message,
    partnership: Partnership,
    action: str,
    reason: str,
) -> None:
    """Raise the revision of a message, by which streams find the change."""
    message.revision = await message_queries.next_revision(uow.session, partnership.id)
    messages.record(uow, actor, message, partnership, action, reason)


async def _resolve(
    uow: UnitOfWork,
    actor: Actor,
    message: Message,
    partnership: Partnership,
    outcome: ReportOutcome,
) -> None:
    for key in await queries.resolve_all(uow.session, message.id, outcome, uow.now):
        _record(uow, actor, key, message, partnership, outcome.value)


def _record(
    uow: UnitOfWork,
    actor: Actor,
    report_id: UUID,
    message: Message,
    partnership: Partnership,
    action: str,
    reason: str | None = None,
) -> None:
    event = MessageReportChanged(
        partnership_id=PartnershipId(partnership.id),
        supplier_id=SupplierId(partnership.supplier_id),
        couple_id=CoupleId(partnership.couple_id),
        report_id=MessageReportId(report_id),
        message_id=MessageId(message.id),
        action=action,
    )
    after: dict[str, object] = {"reportId": str(report_id), "messageId": str(message.id)}
    uow.record(actor, event, Audit(partnership.id, after=after, reason=reason))


def _not_found() -> NotFound:
    return NotFound("There is no Message with this id.", path=("input", "messageId"))
