"""The outbox of admins: lists e-mails with their status, retries and cancels them (S14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.mail import Mail
from db.queries import health, pages
from db.queries import mail as queries
from db.queries.pages import Moments
from db.session import UnitOfWork
from domain.actors import Actor, Role
from domain.errors import Locked, NotFound
from domain.events import MailCancelled, MailQueued
from domain.health.health import CheckType
from domain.ids import MailId
from domain.mail.mail_health import NOT_CONFIGURED
from domain.mail.outbox import (
    MAX_REASON,
    MailStatus,
    Standing,
    check_bounce,
    check_cancel,
    check_link,
    check_retry,
    mail_of,
    retry_until,
)
from services.mail import mail
from services.mail.mail import BOUNCED
from settings import Settings


@dataclass(frozen=True, slots=True)
class MailFilter:
    """The filter of a list of e-mails; `has_server`: whether a mail server is set."""

    has_server: bool
    status: Sequence[MailStatus] | None = None
    recipient: str | None = None


def has_server(settings: Settings) -> bool:
    """Whether a mail server is set."""
    return settings.smtp_url is not None


async def workers_have_server(session: AsyncSession) -> bool:
    """Whether the latest e-mail check had a mail server; False before the first check."""
    states = {state.check: state for state in await health.states(session)}
    state = states.get(CheckType.EMAIL)
    return state is not None and state.checked_at is not None and state.error != NOT_CONFIGURED


def standing(row: Mail, *, has_server: bool) -> Standing:
    """Convert a row to the value that the rules use."""
    return Standing(
        has_server, row.attempts, row.sent_at, row.failed_at, row.cancelled_at, row.bounced_at
    )


def may_read_words(actor: Actor) -> bool:
    """Whether the actor may read bodies: they contain log-in links, so only an admin may."""
    return actor.user_id is not None and actor.role is Role.ADMIN


async def page(session: AsyncSession, filters: MailFilter, page: Moments) -> list[Mail]:
    """Return a page of e-mails, newest first."""
    return await queries.page(session, _where(filters), page)


async def count(session: AsyncSession, filters: MailFilter) -> int:
    """Count the e-mails that match a filter."""
    return await pages.count(session, Mail, _where(filters))


async def retry(uow: UnitOfWork, actor: Actor, mail_id: UUID, *, has_server: bool) -> Mail:
    """Retry an e-mail, also one that was given up; raises NotFound, InvalidTransition."""
    row = await _locked(uow, mail_id)
    check_retry(standing(row, has_server=has_server))
    check_link(row.link_expires_at, uow.now)
    row.failed_at = row.bounced_at = row.next_attempt_at = None
    row.retry_until = retry_until(uow.now, row.link_expires_at)
    uow.record(actor, MailQueued(mail_id=MailId(row.id)))
    return row


async def cancel(uow: UnitOfWork, actor: Actor, mail_id: UUID) -> Mail:
    """Cancel an e-mail and delete its text; repeating it does nothing.

    Raises NotFound, InvalidTransition for a sent e-mail, Locked while it is being sent.
    """
    row = await _locked(uow, mail_id)
    check_cancel(standing(row, has_server=True))
    if row.cancelled_at is None:
        row.cancelled_at, row.body, row.html, row.next_attempt_at = uow.now, "", None, None
        uow.record(actor, MailCancelled(mail_id=MailId(row.id)))
    return row


async def bounce(
    uow: UnitOfWork, actor: Actor, message_id: str, reason: str | None, *, has_server: bool
) -> Mail:
    """Record that a sent e-mail bounced; repeating it does nothing.

    Raises NotFound for an unknown Message-ID, InvalidTransition for an e-mail that was not sent.
    """
    key = mail_of(message_id)
    if key is None or not await queries.by_id(uow.session, [key]):
        raise NotFound("There is no Mail with this Message-ID.", path=("messageId",))
    row = await _locked(uow, key)
    check_bounce(standing(row, has_server=has_server))
    if row.bounced_at is None:
        row.bounced_at = uow.now
        row.last_error = (reason or "It came back.")[:MAX_REASON]
        mail.record_delivery(uow, actor, row, BOUNCED)
    return row


async def _locked(uow: UnitOfWork, mail_id: UUID) -> Mail:
    row = await queries.lock(uow.session, mail_id)
    if row is None:
        raise NotFound("There is no Mail with this id.", path=("id",))
    if row.claimed_until is not None and row.claimed_until > uow.now:
        raise Locked("This e-mail is being sent: try again in a moment.", path=("id",))
    return row


def _where(filters: MailFilter) -> list[ColumnElement[bool]]:
    return queries.conditions(filters.status, filters.recipient, has_server=filters.has_server)
