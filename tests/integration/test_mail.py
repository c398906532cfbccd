"""The outbox and a real SMTP server (SPEC S14)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr
from sqlalchemy import select

from db import event_log
from db.models.mail import Mail, MailAttempt
from db.session import Database
from domain.actors import ANONYMOUS
from domain.events import MailQueued
from domain.ids import MailId
from domain.letters import Letter
from domain.outbox import MOST_ATTEMPTS
from jobs.mail import send_mail
from services.mail import MailNotSent, post
from settings import Settings
from tests.servers import dead_port, free_port

LETTER = Letter("sarah@example.com", "Hällo", "Open https://wedsync.app/x?token=secret\n")


class Inbox:
    """Takes letters, or answers as it is told."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.answer = "250 OK"
        self.delay = 0.0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.delay)
        if self.answer.startswith("250"):
            self.taken.append(envelope)
        return self.answer


@pytest.fixture
async def inbox() -> AsyncIterator[tuple[Inbox, int]]:
    handler, port = Inbox(), free_port()
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    yield handler, port
    server.stop()


def with_smtp(settings: Settings, port: int) -> Settings:
    return settings.model_copy(update={"smtp_url": SecretStr(f"smtp://127.0.0.1:{port}")})


async def posted(db: Database, letter: Letter = LETTER) -> MailId:
    async with db.write() as uow:
        return await post(uow, ANONYMOUS, letter)


async def stored(db: Database) -> Mail:
    async with db.read() as session:
        return (await session.scalars(select(Mail))).one()


async def attempts(db: Database) -> list[str | None]:
    async with db.read() as session:
        rows = await session.scalars(select(MailAttempt).order_by(MailAttempt.at))
        return [row.error for row in rows]


async def test_posting_asks_for_the_job_that_sends(db: Database) -> None:
    mail_id = await posted(db)
    async with db.read() as session:
        (row,) = await event_log.read_after(session, 0, 10)
    assert row.event == MailQueued(mail_id=mail_id)
    assert "secret" not in str(event_log.encode(row.event)) + repr(LETTER)


async def test_letter_arrives_and_its_body_is_forgotten(
    db: Database, settings: Settings, inbox: tuple[Inbox, int]
) -> None:
    handler, port = inbox
    await send_mail(db, with_smtp(settings, port), await posted(db))
    (envelope,) = handler.taken
    row = await stored(db)
    assert envelope.rcpt_tos == ["sarah@example.com"]
    assert envelope.mail_from == "launch@wedsync.app"
    assert b"?token=secret" in bytes(envelope.original_content or b"")
    assert (row.attempts, row.last_error, row.body) == (1, None, "")
    assert row.sent_at is not None
    assert await attempts(db) == [None]


async def test_letter_is_sent_once(
    db: Database, settings: Settings, inbox: tuple[Inbox, int]
) -> None:
    handler, port = inbox
    handler.delay = 0.1
    mail_id = await posted(db)
    await asyncio.gather(*(send_mail(db, with_smtp(settings, port), mail_id) for _ in range(3)))
    await send_mail(db, with_smtp(settings, port), mail_id)
    assert len(handler.taken) == 1


async def test_letter_waits_where_no_server_is_set(db: Database, settings: Settings) -> None:
    await send_mail(db, settings, await posted(db))
    row = await stored(db)
    assert (row.sent_at, row.attempts, row.body) == (None, 0, LETTER.body)


async def test_dead_server_is_tried_again(db: Database, settings: Settings) -> None:
    with pytest.raises(MailNotSent):
        await send_mail(db, with_smtp(settings, dead_port()), await posted(db))
    row = await stored(db)
    assert (row.sent_at, row.attempts) == (None, 1)
    assert "SMTPConnectError" in str(row.last_error)


async def test_refusal_for_now_is_tried_again_until_the_last_attempt(
    db: Database, settings: Settings, inbox: tuple[Inbox, int]
) -> None:
    handler, port = inbox
    handler.answer = "451 Try again later"
    mail_id = await posted(db)
    for _ in range(MOST_ATTEMPTS - 1):
        with pytest.raises(MailNotSent):
            await send_mail(db, with_smtp(settings, port), mail_id)
    await send_mail(db, with_smtp(settings, port), mail_id)
    row = await stored(db)
    assert row.attempts == MOST_ATTEMPTS
    assert row.failed_at is not None
    await send_mail(db, with_smtp(settings, port), mail_id)
    assert len(await attempts(db)) == MOST_ATTEMPTS


async def test_refusal_for_good_is_kept_and_not_tried_again(
    db: Database, settings: Settings, inbox: tuple[Inbox, int]
) -> None:
    handler, port = inbox
    handler.answer = "550 No such person"
    await send_mail(db, with_smtp(settings, port), await posted(db))
    row = await stored(db)
    assert (row.sent_at, row.attempts) == (None, 1)
    assert "No such person" in str(row.last_error)
    assert row.failed_at is not None


async def test_letter_with_a_broken_address_is_not_tried_again(
    db: Database, settings: Settings, inbox: tuple[Inbox, int]
) -> None:
    handler, port = inbox
    broken = Letter("sarah@example.com\r\nBcc: all@example.com", "x", "y")
    await send_mail(db, with_smtp(settings, port), await posted(db, broken))
    assert handler.taken == []
    assert (await stored(db)).attempts == 1
