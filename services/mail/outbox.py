"""The outbox as admins see it: what waits and why, another try, taking an e-mail back (S14)."""

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
    """Which e-mails a list shows; `has_server`: whether a mail server is set."""

    has_server: bool
    status: Sequence[MailStatus] | None = None
    recipient: str | None = None


def has_server(settings: Settings) -> bool:
    """Whether e-mails leave this system at all."""
    return settings.smtp_url is not None


async def workers_have_server(session: AsyncSession) -> bool:
    """Whether the newest check of e-mail found a mail server set; False before the first."""
    states = {state.check: state for state in await health.states(session)}
    state = states.get(CheckType.EMAIL)
    return state is not None and state.checked_at is not None and state.error != NOT_CONFIGURED


def standing(row: Mail, *, has_server: bool) -> Standing:
    """A row as the rules see it."""
    return Standing(
        has_server, row.attempts, row.sent_at, row.failed_at, row.cancelled_at, row.bounced_at
    )


def may_read_words(actor: Actor) -> bool:
    """E-mails hold links that let their reader in: no tool sees them, only a person."""
    return actor.user_id is not None and actor.role is Role.ADMIN


async def page(session: AsyncSession, filters: MailFilter, page: Moments) -> list[Mail]:
    """E-mails, newest first."""
    return await queries.page(session, _where(filters), page)


async def count(session: AsyncSession, filters: MailFilter) -> int:
    """How many e-mails a filter finds."""
    return await pages.count(session, Mail, _where(filters))


async def retry(uow: UnitOfWork, actor: Actor, mail_id: UUID, *, has_server: bool) -> Mail:
    """Try an e-mail again, also one that was given up; raises NotFound, InvalidTransition."""
    row = await _locked(uow, mail_id)
    check_retry(standing(row, has_server=has_server))
    check_link(row.link_expires_at, uow.now)
    row.failed_at = row.bounced_at = row.next_attempt_at = None
    row.retry_until = retry_until(uow.now, row.link_expires_at)
    uow.record(actor, MailQueued(mail_id=MailId(row.id)))
    return row


async def cancel(uow: UnitOfWork, actor: Actor, mail_id: UUID) -> Mail:
    """Take an e-mail back and forget its words; again does nothing.

    Raises NotFound, InvalidTransition for what is sent, Locked for what is being sent.
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
    """Note that an e-mail came back after it was sent; again does nothing.

    Raises NotFound for a Message-ID that is none of ours, InvalidTransition for what is not out.
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
