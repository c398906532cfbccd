"""Hostile addresses and names, from the templates to a real mail server (SEC3, SEC4)."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email import policy
from email.parser import BytesParser

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr
from sqlalchemy import select

from db.models.mail import Mail
from db.session import Database
from domain.accounts import account_emails
from domain.actors import ANONYMOUS
from domain.errors import LaunchError
from domain.mail.email import Email, MailKind
from domain.marketplace.invitation_emails import Inviting, invitation
from domain.platform.platforms import Platform
from domain.platform.text import clean_line
from services.mail.email_addresses import parse_address
from services.mail.mail import deliver, post
from settings import Settings
from tests.support.servers import free_port

TRIED = 4_000
SENT = 120
UNSUBSCRIBE = "https://launch.wedsync.example/unsubscribe/invitations/" + "A" * 64
LINK = "https://launch.wedsync.example/x?token=" + "A" * 43
PIECES = [
    "anna",
    "Müller",
    "a",
    "b",
    ",",
    ";",
    ":",
    "<",
    ">",
    "(",
    ")",
    "[",
    "]",
    '"',
    "'",
    "\\",
    "@",
    "%",
    "!",
    " ",
    ".",
    "=?utf-8?q?admin=40corp.example=2C?=",
    "=?utf-8?q?X=0ABcc=3Aspy=40example.org?=",
    "=?",
    "?=",
    "=",
    "?",
    "\r\n",
    "\nBcc: spy@example.org",
    "\x00",
    "\x1b[31m",
    "\u200b",
    "\u202e",
    "é",
    "日本",
    "💐",
    "mailto:",
    "example.com",
    "victim@example.com",
    "x" * 40,
    "+tag",
    "-",
    "_",
]
TEMPLATE = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
]

ONE_CLICK = ["List-Unsubscribe", "List-Unsubscribe-Post"]  # of invitations


class Sink:
    """Keeps what a mail server is told and what it gets."""

    def __init__(self) -> None:
        self.taken: dict[str, tuple[str | None, list[str], bytes]] = {}

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = bytes(envelope.original_content or b"")
        key = BytesParser(policy=policy.SMTP).parsebytes(content)["Message-ID"]
        self.taken[str(key)] = (envelope.mail_from, list(envelope.rcpt_tos), content)
        return "250 OK"


@pytest.fixture
async def sink(settings: Settings) -> AsyncIterator[tuple[Sink, Settings]]:
    handler, port = Sink(), free_port()
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    update = {
        "smtp_url": SecretStr(f"smtp://127.0.0.1:{port}"),
        "mail_from": "WedSync, Launch <launch@wedsync.app>",
    }
    yield handler, settings.model_copy(update=update)
    server.stop()


def _text(source: random.Random) -> str:
    return "".join(source.choice(PIECES) for _ in range(source.randint(1, 6)))


def _email(source: random.Random, recipient: str, name: str) -> Email:
    inviting = Inviting(name, name, LINK, datetime.now(UTC) + timedelta(days=14), UNSUBSCRIBE)
    templates = [
        lambda: invitation(recipient, inviting),
        lambda: account_emails.confirm_email(Platform.WEDSYNC, recipient, LINK),
        lambda: account_emails.password_reset(Platform.WEDME, recipient, LINK),
        lambda: account_emails.log_in_link(Platform.WEDME, recipient, LINK),
        lambda: account_emails.staff_invitation(recipient, "operator", LINK),
        lambda: account_emails.partner_left(Platform.WEDME, recipient, name),
    ]
    return source.choice(templates)()


def _accepted(source: random.Random) -> list[Email]:
    """E-mails to every address, about every name, that the rules let in."""
    emails = []
    for _ in range(TRIED):
        try:
            address = parse_address(
                f"{_text(source)}@{source.choice(['example.com', 'münchen.de'])}"
            )
            emails.append(_email(source, address, clean_line(_text(source), 200)))
        except LaunchError:
            continue
    return emails


async def test_each_mail_reaches_exactly_its_recipient_with_the_headers_of_its_template(
    db: Database, sink: tuple[Sink, Settings]
) -> None:
    handler, smtp = sink
    source = random.Random(20261130)
    accepted = _accepted(source)
    assert len(accepted) > SENT, "most hostile addresses are refused, but not all"
    for email in source.sample(accepted, SENT):
        async with db.write() as uow:
            mail_id = await post(uow, ANONYMOUS, email)
        await deliver(db, smtp, mail_id)
    async with db.read() as session:
        rows = (await session.scalars(select(Mail))).all()
    assert [row.last_error for row in rows if row.sent_at is None] == []
    assert len(handler.taken) == SENT
    for row in rows:
        sender, recipients, content = handler.taken[f"<{row.id}@wedsync.app>"]
        message = BytesParser(policy=policy.SMTP).parsebytes(content)
        assert (sender, recipients) == ("launch@wedsync.app", [row.recipient])
        assert [item.addr_spec for item in message["To"].addresses] == [row.recipient]
        assert str(message["Subject"]) == row.subject
        more = ONE_CLICK if row.kind is MailKind.INVITATION else []
        assert sorted(message.keys()) == sorted(TEMPLATE + more)
