"""The outbox: letters are rows first, and a job sends them (SPEC S14)."""

import asyncio
import logging
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib
from aiosmtplib.errors import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from sqlalchemy import select

from db.models.accounts import Mail
from db.session import Database, UnitOfWork
from domain.actors import Actor
from domain.errors import DependencyDown
from domain.events import MailQueued
from domain.ids import MailId
from domain.letters import Letter
from settings import Settings

logger = logging.getLogger(__name__)

SEND_SECONDS = 30.0  # for a whole letter; the job may take longer than that
MOST_ATTEMPTS = 8
SENT_BODY = ""  # a letter that is out needs no copy of the secret link that it may hold


class MailNotSent(DependencyDown):
    """The mail server did not take the letter. It will be tried again."""


@dataclass(frozen=True, slots=True)
class _Server:
    host: str
    port: int | None
    username: str | None
    password: str | None
    use_tls: bool


async def post(uow: UnitOfWork, actor: Actor, letter: Letter) -> MailId:
    """Put a letter into the outbox; the job that sends it follows from the event."""
    row = Mail(
        recipient=letter.recipient,
        subject=letter.subject,
        body=letter.body,
        html=letter.html,
        created_at=uow.now,
        attempts=0,
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
    server = _server(settings.smtp_url.get_secret_value())
    async with db.write() as uow:
        row = await _claim(uow, mail_id)
        if row is None:
            return
        error = await _send(server, settings.mail_from, row)
        _note(uow, row, error)
    if error is not None and not _hopeless(error) and row.attempts < MOST_ATTEMPTS:
        raise MailNotSent from error


async def _claim(uow: UnitOfWork, mail_id: UUID) -> Mail | None:
    """An unsent letter; None where it is sent or another worker is sending it just now."""
    query = select(Mail).where(Mail.id == mail_id, Mail.sent_at.is_(None))
    return await uow.session.scalar(query.with_for_update(skip_locked=True))


async def _send(server: _Server, sender: str, row: Mail) -> Exception | None:
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await aiosmtplib.send(
                _message(sender, row),
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


def _note(uow: UnitOfWork, row: Mail, error: Exception | None) -> None:
    row.attempts += 1
    row.last_error = None if error is None else f"{type(error).__name__}: {error}"[:500]
    if error is None:
        row.sent_at = uow.now
        row.body, row.html = SENT_BODY, None


def _hopeless(error: Exception) -> bool:
    """True where the server has said no for good, or the letter itself is broken."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(item.code >= 500 for item in error.recipients)
    if isinstance(error, SMTPResponseException):
        return error.code >= 500
    return isinstance(error, ValueError)


def _message(sender: str, row: Mail) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = row.recipient
    message["Subject"] = row.subject
    message["Date"] = row.created_at
    # The same for every attempt, so that a letter sent twice can be told as one.
    message["Message-ID"] = f"<{row.id}@{sender.rpartition('@')[2].rstrip('>')}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(row.body)
    if row.html is not None:
        message.add_alternative(row.html, subtype="html")
    return message


def _server(url: str) -> _Server:
    parts = urlsplit(url)
    return _Server(
        host=parts.hostname or "localhost",
        port=parts.port,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=parts.scheme == "smtps",
    )
