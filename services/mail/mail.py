"""The outbox: e-mails are stored as rows, and a job sends them (S14).

An attempt claims the row, talks to the mail server without a database connection, and then stores
the outcome in the row (D10, F1).
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

import aiosmtplib
from aiosmtplib.errors import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException

from db.models.mail import Mail, MailAttempt
from db.queries import couple_invitations, invitations, sendings
from db.queries import mail as queries
from db.session import Database, UnitOfWork
from domain.actors import Actor, system_actor
from domain.errors import Invalid
from domain.events import MailQueued
from domain.events.marketplace import InvitationEmailChanged
from domain.ids import InvitationId, MailId
from domain.mail.email import Email
from domain.mail.outbox import FINAL, MAX_REASON, AttemptOutcome, next_attempt, retry_until
from services.mail import invitation_limits
from services.mail.email_addresses import parse_mailbox
from services.mail.mail_messages import MalformedMessage, Server, compose, server_of
from services.mail.mail_senders import Sender, sender_of
from settings import Settings

logger = logging.getLogger(__name__)

SEND_SECONDS = 30.0  # for a whole e-mail; the job may take longer than that
QUIT_SECONDS = 2.0  # for QUIT, after the e-mail was accepted
MAX_DUE = 200  # queued by one sweep
CLAIM = timedelta(seconds=2 * SEND_SECONDS)
POSTMAN = system_actor("mail")
BOUNCED, GIVEN_UP, ARRIVED = "came back", "was given up", "left after all"
PERMANENT = 500  # SMTP replies from here on are final (RFC 5321, 4.2.1)
SENT_BODY = ""  # a sent e-mail keeps no copy of its secret link


@dataclass(frozen=True, slots=True)
class Attempt:
    """The outcome of one attempt, as the row stores it."""

    outcome: AttemptOutcome
    took_ms: int
    error: str | None = None
    bounced: bool = False  # the recipient was refused for good


async def post(
    uow: UnitOfWork,
    actor: Actor,
    email: Email,
    *,
    invitation_id: UUID | None = None,
    couple_invitation_id: UUID | None = None,
    link_expires_at: datetime | None = None,
) -> MailId:
    """Put an e-mail into the outbox; the job that sends it follows from the event.

    `invitation_id` and `couple_invitation_id`: its subject; the e-mail is withdrawn with it.
    `link_expires_at`: when its link expires; the e-mail is not sent after that.
    """
    row = Mail(
        kind=email.kind,
        recipient=email.recipient,
        subject=email.subject,
        body=email.body,
        html=email.html,
        unsubscribe_url=email.unsubscribe,
        created_at=uow.now,
        attempts=0,
        invitation_id=invitation_id,
        couple_invitation_id=couple_invitation_id,
        link_expires_at=link_expires_at,
        retry_until=retry_until(uow.now, link_expires_at),
    )
    uow.session.add(row)
    await uow.session.flush()
    uow.record(actor, MailQueued(mail_id=MailId(row.id)))
    return MailId(row.id)


async def deliver(db: Database, settings: Settings, mail_id: UUID) -> None:
    """Try an e-mail once, if it is due; without an SMTP server it waits in the outbox."""
    if settings.smtp_url is None:
        return
    server = server_of(settings.smtp_url.get_secret_value())
    async with db.write() as uow:
        row = await queries.claim(uow.session, mail_id, uow.now, uow.now + CLAIM)
        if row is None or await _is_withdrawn(uow, row):
            return
        sender = await sender_of(uow.session, row, parse_mailbox(settings.mail_from))
    attempt = await _attempt(server, sender, row)
    async with db.write() as uow:
        locked = await queries.lock(uow.session, mail_id)
        if locked is not None:
            _note(uow, locked, attempt)


async def due(db: Database) -> Sequence[UUID]:
    """E-mails whose next attempt is due, or whose worker died; the longest overdue first."""
    async with db.read() as session:
        return await queries.due(session, db.clock(), MAX_DUE)


async def _is_withdrawn(uow: UnitOfWork, row: Mail) -> bool:
    """Withdraw an invitation that may not be sent any more.

    Its sender was disabled (SEC11), or its recipient has opted out of invitations (SEC5).
    """
    if row.invitation_id is None and row.couple_invitation_id is None:
        return False
    unwanted = await sendings.is_suppressed(uow.session, invitation_limits.key_of(row.recipient))
    if not unwanted and not await _is_sender_gone(uow, row):
        return False
    row.cancelled_at, row.claimed_until, row.next_attempt_at = uow.now, None, None
    row.body, row.html, row.unsubscribe_url = SENT_BODY, None, None
    return True


async def _is_sender_gone(uow: UnitOfWork, row: Mail) -> bool:
    if row.couple_invitation_id is not None:
        return await couple_invitations.is_sender_gone(uow.session, row.couple_invitation_id)
    assert row.invitation_id is not None
    return await invitations.is_sender_disabled(uow.session, row.invitation_id)


async def _attempt(server: Server, sender: Sender, row: Mail) -> Attempt:
    """Send the row; an unexpected exception counts as a failed attempt."""
    begin = monotonic()
    try:
        await _send(server, sender, row)
    except Exception as error:
        outcome = _outcome(error)
        logger.warning("mail %s: %s (%s)", row.id, outcome, type(error).__name__)
        text = f"{type(error).__name__}: {error}"[:MAX_REASON]
        refused = outcome is AttemptOutcome.REFUSED and isinstance(error, SMTPRecipientsRefused)
        return Attempt(outcome, _milliseconds(begin), text, bounced=refused)
    return Attempt(AttemptOutcome.DELIVERED, _milliseconds(begin))


async def _send(server: Server, sender: Sender, row: Mail) -> None:
    """Send the row within SEND_SECONDS; raises the error of the mail server or the network.

    `aiosmtplib.send` is not used: when cancelled, it sends QUIT and waits a minute for the reply.
    """
    content = compose(sender.mailbox, row, sender.reply_to)
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.username,
        password=server.password,
        use_tls=server.use_tls,
        timeout=None,
    )
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await client.connect()
            await client.sendmail(sender.mailbox.address, [row.recipient], content)
        await _part(client)
    finally:
        client.close()


async def _part(client: aiosmtplib.SMTP) -> None:
    """Close the connection; the e-mail was accepted, so errors here are ignored."""
    with suppress(aiosmtplib.SMTPException, OSError):  # a TimeoutError is one
        async with asyncio.timeout(QUIT_SECONDS):
            await client.quit()


def record_delivery(uow: UnitOfWork, actor: Actor, row: Mail, action: str) -> None:
    """Record an event about the e-mail of an invitation, which its sender sees live (X13)."""
    if row.invitation_id is not None:
        key = InvitationId(row.invitation_id)
        uow.record(actor, InvitationEmailChanged(invitation_id=key, action=action))


def _note(uow: UnitOfWork, row: Mail, attempt: Attempt) -> None:
    row.attempts += 1
    row.last_error = attempt.error
    row.claimed_until = row.next_attempt_at = None
    uow.session.add(
        MailAttempt(
            mail_id=row.id,
            at=uow.now,
            took_ms=attempt.took_ms,
            outcome=attempt.outcome,
            error=attempt.error,
        )
    )
    if attempt.outcome is AttemptOutcome.DELIVERED:
        row.sent_at = uow.now
        row.body, row.html, row.unsubscribe_url = SENT_BODY, None, None
        if row.attempts > 1:
            record_delivery(uow, POSTMAN, row, ARRIVED)
        return
    if attempt.outcome not in FINAL:
        row.next_attempt_at = next_attempt(row.attempts, uow.now, row.retry_until)
    if row.next_attempt_at is None:
        row.failed_at = uow.now
        row.bounced_at = uow.now if attempt.bounced else None
        record_delivery(uow, POSTMAN, row, BOUNCED if attempt.bounced else GIVEN_UP)


def _outcome(error: Exception) -> AttemptOutcome:
    """Return the outcome of an error; only errors about the recipient or the message are final.

    An operator can repair a wrong password, a sender that is not allowed or a server that greets
    with 5xx; the e-mail is sent then.
    """
    if isinstance(error, SMTPRecipientsRefused):
        refused = all(item.code >= PERMANENT for item in error.recipients)
        return AttemptOutcome.REFUSED if refused else AttemptOutcome.DEFERRED
    if isinstance(error, SMTPDataError) and error.code >= PERMANENT:
        return AttemptOutcome.REFUSED
    if isinstance(error, SMTPResponseException):
        return AttemptOutcome.DEFERRED
    malformed = isinstance(error, (MalformedMessage, Invalid))
    return AttemptOutcome.MALFORMED if malformed else AttemptOutcome.UNREACHABLE


def _milliseconds(begin: float) -> int:
    return round((monotonic() - begin) * 1000)
