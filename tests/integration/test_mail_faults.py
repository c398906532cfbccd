"""Mail servers that drop, stall, defer and refuse at every point of a conversation (item 9)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from db.models.mail import Mail, MailAttempt
from db.session import Database
from domain.actors import ANONYMOUS
from domain.mail.email import Email
from domain.mail.outbox import AttemptOutcome
from jobs.mail import send_mail
from services.mail import mail
from settings import Settings
from tests.support.clock import Clock
from tests.support.tcp_servers import TcpServer

HELLO = Email("sarah@example.com", "Hello", "Some words.\n")
STAGES = ("greeting", "EHLO", "MAIL", "RCPT", "DATA", ".")
TAKEN = {"greeting": b"220 here", "DATA": b"354 go on", ".": b"250 taken", "QUIT": b"221 bye"}


class RudeServer(TcpServer):
    """Speaks SMTP up to a stage; what it does there is told: a reply, or '' to hang up.

    None: it says nothing, and keeps the connection.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stage, self.says = "", b""
        self.stalls = False
        self.taken = 0
        self._silent: list[asyncio.StreamWriter] = []

    async def stop(self) -> None:
        await super().stop()
        for writer in self._silent:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not self._reply(writer, "greeting"):
                return
            in_data = False
            async for line in reader:
                word = line.split()[0].decode().upper() if line.strip() else ""
                if in_data and line != b".\r\n":
                    continue
                stage = "." if in_data else word
                if not self._reply(writer, stage):
                    return
                self.taken += stage == "." != self.stage
                in_data = word == "DATA" != self.stage
        finally:
            if self.stalls:
                self._silent.append(writer)
            else:
                writer.close()

    def _reply(self, writer: asyncio.StreamWriter, stage: str) -> bool:
        if stage != self.stage:
            writer.write(TAKEN.get(stage, b"250 OK") + b"\r\n")
            return True
        if self.says:
            writer.write(self.says + b"\r\n")
        return bool(self.says) and not self.says.startswith(b"421")


@pytest.fixture
async def server() -> AsyncIterator[RudeServer]:
    server = RudeServer()
    await server.start()
    yield server
    await server.stop()


async def attempt(db: Database, settings: Settings, server: RudeServer) -> Mail:
    """The e-mail after one more attempt."""
    url = SecretStr(f"smtp://127.0.0.1:{server.port}")
    async with db.read() as session:
        row = await session.scalar(select(Mail))
    if row is None:
        async with db.write() as uow:
            await mail.post(uow, ANONYMOUS, HELLO)
        async with db.read() as session:
            row = await session.scalar(select(Mail))
    assert row is not None
    await send_mail(db, settings.model_copy(update={"smtp_url": url}), row.id)
    async with db.read() as session:
        return (await session.scalars(select(Mail))).one()


async def outcomes(db: Database) -> list[AttemptOutcome]:
    async with db.read() as session:
        return list(await session.scalars(select(MailAttempt.outcome).order_by(MailAttempt.at)))


async def arrives_later(
    db: Database, settings: Settings, server: RudeServer, clock: Clock, row: Mail
) -> None:
    """The server is mended: the same e-mail leaves with its next attempt."""
    assert (row.sent_at, row.failed_at, row.body) == (None, None, HELLO.body)
    assert row.next_attempt_at is not None
    assert row.next_attempt_at - clock() <= timedelta(seconds=30)
    server.stage, server.stalls = "", False
    clock.advance(30)
    row = await attempt(db, settings, server)
    assert row.sent_at is not None
    assert server.taken == 1


@pytest.mark.parametrize("stage", STAGES)
async def test_dropped_connections_lose_no_email(
    db: Database, settings: Settings, clock: Clock, server: RudeServer, stage: str
) -> None:
    server.stage = stage
    row = await attempt(db, settings, server)
    assert await outcomes(db) == [AttemptOutcome.UNREACHABLE]
    await arrives_later(db, settings, server, clock, row)


@pytest.mark.parametrize("stage", STAGES)
async def test_a_stalled_mail_server_times_out(
    db: Database,
    settings: Settings,
    clock: Clock,
    server: RudeServer,
    stage: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mail, "SEND_SECONDS", 0.5)
    server.stage, server.stalls = stage, True
    row = await attempt(db, settings, server)
    assert await outcomes(db) == [AttemptOutcome.UNREACHABLE]
    monkeypatch.undo()
    await arrives_later(db, settings, server, clock, row)


@pytest.mark.parametrize("stalls", [False, True])
async def test_an_accepted_email_is_not_resent_after_a_failed_quit(
    db: Database, settings: Settings, clock: Clock, server: RudeServer, stalls: bool
) -> None:
    """It waited a minute for the goodbye, was cut off half-way, and sent the e-mail again."""
    server.stage, server.stalls = "QUIT", stalls
    row = await attempt(db, settings, server)
    assert row.sent_at is not None
    clock.advance(3_600)
    await attempt(db, settings, server)
    assert (server.taken, await outcomes(db)) == (1, [AttemptOutcome.DELIVERED])


@pytest.mark.parametrize(
    ("stage", "says"),
    [
        ("greeting", b"421 too busy"),
        ("greeting", b"554 no service here"),
        ("MAIL", b"451 try again"),
        ("MAIL", b"550 this sender is not allowed"),
        ("RCPT", b"450 greylisted"),
        ("RCPT", b"452 mailbox full"),
        ("DATA", b"451 local error"),
        (".", b"452 no room"),
    ],
)
async def test_deferred_emails_are_retried(
    db: Database, settings: Settings, clock: Clock, server: RudeServer, stage: str, says: bytes
) -> None:
    """Also 5xx that are about the server or our sender: an operator mends those."""
    server.stage, server.says = stage, says
    row = await attempt(db, settings, server)
    assert set(await outcomes(db)) <= {AttemptOutcome.DEFERRED, AttemptOutcome.UNREACHABLE}
    await arrives_later(db, settings, server, clock, row)


@pytest.mark.parametrize(("stage", "says"), [("RCPT", b"550 nobody"), (".", b"554 spam")])
async def test_permanently_refused_emails_are_not_resent(
    db: Database, settings: Settings, clock: Clock, server: RudeServer, stage: str, says: bytes
) -> None:
    server.stage, server.says = stage, says
    row = await attempt(db, settings, server)
    assert await outcomes(db) == [AttemptOutcome.REFUSED]
    assert row.failed_at is not None
    server.stage = ""
    clock.advance(86_400)
    await attempt(db, settings, server)
    assert server.taken == 0
