"""The outbox: letters are rows first, and a job sends them (SPEC S14)."""

import asyncio
import logging
from time import monotonic
from uuid import UUID

import aiosmtplib
from aiosmtplib.errors import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from db.models.mail import Mail, MailAttempt
from db.queries import mail as queries
from db.session import Database, UnitOfWork
from domain.actors import Actor, system_actor
from domain.errors import DependencyDown
from domain.events import MailQueued
from domain.ids import InvitationId, MailId
from domain.letters import Letter
from domain.marketplace_events import InvitationLetterChanged
from domain.outbox import MOST_REASON, gives_up
from services.mail_messages import Server, message_of, server_of
from settings import Settings

logger = logging.getLogger(__name__)

SEND_SECONDS = 30.0  # for a whole letter; the job may take longer than that
POSTMAN = system_actor("mail")
BOUNCED, GIVEN_UP, ARRIVED = "came back", "was given up", "left after all"
SENT_BODY = ""  # a letter that is out needs no copy of the secret link that it may hold


class MailNotSent(DependencyDown):
    """The mail server did not take the letter. It will be tried again."""


async def post(
    uow: UnitOfWork, actor: Actor, letter: Letter, *, invitation_id: UUID | None = None
) -> MailId:
    """Put a letter into the outbox; the job that sends it follows from the event.

    `invitation_id`: what it is about, so that it ends with it.
    """
    row = Mail(
        kind=letter.kind,
        recipient=letter.recipient,
        subject=letter.subject,
        body=letter.body,
        html=letter.html,
        unsubscribe_url=letter.unsubscribe,
        created_at=uow.now,
        attempts=0,
        invitation_id=invitation_id,
    )
    uow.session.add(row)
    await uow.session.flush()
    uow.record(actor, MailQueued(mail_id=MailId(row.id)))
    return MailId(row.id)


async def deliver(db: Database, settings: Settings, mail_id: UUID) -> None:
    """Send a letter once; without an SMTP server it waits in the outbox.

    Raises MailNotSent, with the attempt kept, where another try may help.
    """
    if settings.smtp_url is None:
        return
    server = server_of(settings.smtp_url.get_secret_value())
    async with db.write() as uow:
        row = await queries.lock_free(uow.session, mail_id)
        if row is None or row.sent_at or row.cancelled_at or row.failed_at:
            return
        begin = monotonic()
        error = await _send(server, settings.mail_from, row)
        _note(uow, row, error, round((monotonic() - begin) * 1000))
        failed = row.failed_at
    if error is not None and failed is None:
        raise MailNotSent from error


async def _send(server: Server, sender: str, row: Mail) -> Exception | None:
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await aiosmtplib.send(
                message_of(sender, row),
                hostname=server.host,
                port=server.port,
                username=server.username,
                password=server.password,
                use_tls=server.use_tls,
            )
    except (SMTPException, OSError, ValueError) as error:
        logger.warning("mail %s was not sent: %s", row.id, type(error).__name__)
        return error
    return None


def record_letter(uow: UnitOfWork, actor: Actor, row: Mail, action: str) -> None:
    """Who sent the invitation sees live what became of its letter (SPEC X13)."""
    if row.invitation_id is not None:
        key = InvitationId(row.invitation_id)
        uow.record(actor, InvitationLetterChanged(invitation_id=key, action=action))


def _note(uow: UnitOfWork, row: Mail, error: Exception | None, took_ms: int) -> None:
    row.attempts += 1
    text = None if error is None else f"{type(error).__name__}: {error}"
    row.last_error = text and text[:MOST_REASON]
    attempt = MailAttempt(mail_id=row.id, at=uow.now, took_ms=took_ms, error=row.last_error)
    uow.session.add(attempt)
    if error is None:
        row.sent_at = uow.now
        row.body, row.html, row.unsubscribe_url = SENT_BODY, None, None
        if row.attempts > 1:
            record_letter(uow, POSTMAN, row, ARRIVED)
    elif _hopeless(error) or gives_up(row.attempts):
        row.failed_at = uow.now
        bounced = _hopeless(error) and isinstance(error, SMTPRecipientsRefused)
        row.bounced_at = uow.now if bounced else None
        record_letter(uow, POSTMAN, row, BOUNCED if bounced else GIVEN_UP)


def _hopeless(error: Exception) -> bool:
    """True where the server has said no for good, or the letter itself is broken."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(item.code >= 500 for item in error.recipients)
    if isinstance(error, SMTPResponseException):
        return error.code >= 500
    return isinstance(error, ValueError)
