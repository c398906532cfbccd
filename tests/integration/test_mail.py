"""The outbox and a real SMTP server (S14)."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr
from sqlalchemy import select, text

from db import event_log, event_rows
from db.models.mail import Mail, MailAttempt
from db.queries import mail as queries
from db.session import Database
from domain.actors import ANONYMOUS
from domain.events import MailQueued
from domain.ids import MailId
from domain.mail.email import Email
from jobs.mail import retry_mail, send_mail
from services.mail.mail import CLAIM, due, post
from settings import Settings
from tests.support.clock import Clock
from tests.support.servers import dead_port, free_port

HELLO = Email("sarah@example.com", "Hällo", "Open https://wedsync.app/x?token=secret\n")


class Inbox:
    """Takes e-mails, or answers as it is told."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.answer = "250 OK"
        self.delay = 0.0
        self._waiting = threading.Semaphore(0)
        self._released: asyncio.Event | None = None

    def hold(self) -> None:
        """Answer nothing until `release`."""
        self._released = asyncio.Event()

    def release(self, server: Controller) -> None:
        """Answer those who wait; the server has a loop of its own."""
        assert self._released is not None
        server.loop.call_soon_threadsafe(self._released.set)

    async def waiting_for(self, count: int) -> None:
        """Return when so many senders wait for an answer."""
        for _ in range(count):
            await asyncio.to_thread(self._waiting.acquire)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.delay)
        if self._released is not None:
            self._waiting.release()
            await self._released.wait()
        if self.answer.startswith("250"):
            self.taken.append(envelope)
        return self.answer


@pytest.fixture
async def inbox() -> AsyncIterator[tuple[Inbox, int, Controller]]:
    handler, port = Inbox(), free_port()
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    yield handler, port, server
    server.stop()


def with_smtp(settings: Settings, port: int) -> Settings:
    return settings.model_copy(update={"smtp_url": SecretStr(f"smtp://127.0.0.1:{port}")})


async def posted(db: Database, email: Email = HELLO) -> MailId:
    async with db.write() as uow:
        return await post(uow, ANONYMOUS, email)


async def stored(db: Database) -> Mail:
    async with db.read() as session:
        return (await session.scalars(select(Mail))).one()


async def attempts(db: Database) -> list[str | None]:
    async with db.read() as session:
        rows = await session.scalars(select(MailAttempt).order_by(MailAttempt.at))
        return [row.error for row in rows]


async def test_queueing_an_email_enqueues_its_job(db: Database) -> None:
    mail_id = await posted(db)
    async with db.read() as session:
        (row,) = await event_log.read_after(session, 0, 10)
    assert row.event == MailQueued(mail_id=mail_id)
    assert "secret" not in str(event_rows.encode(row.event)) + repr(HELLO)


async def test_a_delivered_email_loses_its_content(
    db: Database, settings: Settings, inbox: tuple[Inbox, int, Controller]
) -> None:
    handler, port, _ = inbox
    await send_mail(db, with_smtp(settings, port), await posted(db))
    (envelope,) = handler.taken
    row = await stored(db)
    assert envelope.rcpt_tos == ["sarah@example.com"]
    assert envelope.mail_from == "launch@wedsync.app"
    assert b"?token=secret" in bytes(envelope.original_content or b"")
    assert (row.attempts, row.last_error, row.body) == (1, None, "")
    assert row.sent_at is not None
    assert await attempts(db) == [None]


async def test_an_email_is_sent_once(
    db: Database, settings: Settings, inbox: tuple[Inbox, int, Controller]
) -> None:
    handler, port, _ = inbox
    handler.delay = 0.1
    mail_id = await posted(db)
    await asyncio.gather(*(send_mail(db, with_smtp(settings, port), mail_id) for _ in range(3)))
    await send_mail(db, with_smtp(settings, port), mail_id)
    assert len(handler.taken) == 1


async def test_without_a_mail_server_emails_wait(db: Database, settings: Settings) -> None:
    await send_mail(db, settings, await posted(db))
    row = await stored(db)
    assert (row.sent_at, row.attempts, row.body) == (None, 0, HELLO.body)


async def test_an_unreachable_mail_server_is_retried_when_due(
    db: Database, settings: Settings, clock: Clock
) -> None:
    mail_id, dead = await posted(db), with_smtp(settings, dead_port())
    await send_mail(db, dead, mail_id)
    row = await stored(db)
    assert (row.sent_at, row.attempts) == (None, 1)
    assert "SMTPConnectError" in str(row.last_error)
    assert row.next_attempt_at is not None
    assert timedelta(seconds=20) < row.next_attempt_at - clock() <= timedelta(seconds=30)
    await send_mail(db, dead, mail_id)
    assert (await stored(db)).attempts == 1, "it is not due yet"
    clock.advance(30)
    await send_mail(db, dead, mail_id)
    assert (await stored(db)).attempts == 2


async def test_greylisting_and_a_relay_away_for_days_lose_no_mail(
    db: Database, settings: Settings, inbox: tuple[Inbox, int, Controller], clock: Clock
) -> None:
    """F2: deferred for four days, delivered on the fifth."""
    handler, port, _ = inbox
    handler.answer = "451 Greylisted, try again later"
    mail_id, start, smtp = await posted(db), clock(), with_smtp(settings, port)
    while clock() - start < timedelta(days=4):
        await send_mail(db, smtp, mail_id)
        due_at = (await stored(db)).next_attempt_at
        assert due_at is not None
        clock.advance((due_at - clock()).total_seconds())
    handler.answer = "250 OK"
    await send_mail(db, smtp, mail_id)
    row = await stored(db)
    assert row.sent_at is not None
    assert (len(handler.taken), row.next_attempt_at) == (1, None)


async def test_an_email_is_given_up_when_its_link_expires(
    db: Database, settings: Settings, inbox: tuple[Inbox, int, Controller], clock: Clock
) -> None:
    handler, port, _ = inbox
    handler.answer = "451 Try again later"
    async with db.write() as uow:
        mail_id = await post(uow, ANONYMOUS, HELLO, link_expires_at=clock() + timedelta(minutes=5))
    for seconds in (0, 30, 60, 120):
        clock.advance(seconds)
        await send_mail(db, with_smtp(settings, port), mail_id)
    row = await stored(db)
    assert row.failed_at is not None
    assert (row.attempts, row.bounced_at) == (4, None)


async def test_permanent_refusals_are_recorded_and_not_retried(
    db: Database, settings: Settings, inbox: tuple[Inbox, int, Controller]
) -> None:
    handler, port, _ = inbox
    handler.answer = "550 No such person"
    await send_mail(db, with_smtp(settings, port), await posted(db))
    row = await stored(db)
    assert (row.sent_at, row.attempts) == (None, 1)
    assert "No such person" in str(row.last_error)
    assert row.failed_at is not None


async def test_emails_to_malformed_addresses_are_not_retried(
    db: Database, settings: Settings, inbox: tuple[Inbox, int, Controller]
) -> None:
    """SEC3: a row of an older release whose recipient is read as two."""
    handler, port, _ = inbox
    broken = Email("a,victim@example.com", "x", "y")
    await send_mail(db, with_smtp(settings, port), await posted(db, broken))
    row = await stored(db)
    assert (handler.taken, row.attempts, row.bounced_at) == ([], 1, None)
    assert row.failed_at is not None


async def test_no_connection_is_held_while_the_mail_server_stalls(
    db: Database, settings: Settings, inbox: tuple[Inbox, int, Controller]
) -> None:
    """F1: 30 e-mails wait for a mail server; no session is in a transaction meanwhile."""
    handler, port, _ = inbox
    handler.hold()
    keys = [await posted(db) for _ in range(30)]
    sending = [asyncio.create_task(send_mail(db, with_smtp(settings, port), key)) for key in keys]
    await handler.waiting_for(len(keys))
    async with db.engine.connect() as connection:
        idle = await connection.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"
            )
        )
    assert idle == 0
    handler.release(inbox[2])
    await asyncio.gather(*sending)
    assert len(handler.taken) == len(keys)


async def test_emails_of_a_dead_worker_become_due_again(
    db: Database, settings: Settings, inbox: tuple[Inbox, int, Controller], clock: Clock
) -> None:
    handler, port, _ = inbox
    mail_id = await posted(db)
    async with db.write() as uow:
        assert await queries.claim(uow.session, mail_id, uow.now, uow.now + CLAIM)
    await send_mail(db, with_smtp(settings, port), mail_id)
    assert (handler.taken, await due(db)) == ([], [])
    clock.advance(CLAIM.total_seconds())
    assert await due(db) == [mail_id]
    await send_mail(db, with_smtp(settings, port), mail_id)
    assert len(handler.taken) == 1


async def test_the_sweep_queues_each_email_once(
    db: Database, settings: Settings, clock: Clock
) -> None:
    smtp, mail_id = with_smtp(settings, dead_port()), await posted(db)
    await send_mail(db, smtp, mail_id)
    clock.advance(30)
    await retry_mail(db, smtp)
    await retry_mail(db, smtp)
    async with db.read() as session:
        queued = await session.scalar(
            text("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'mail.send'")
        )
    assert queued == 1
