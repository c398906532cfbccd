"""`launch mail` as an operator types it (S14, S116)."""

import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from db.queries import health
from db.session import Database
from domain.accounts.account_emails import password_reset
from domain.actors import ANONYMOUS
from domain.health.health import CheckState, CheckType, HealthStatus
from domain.platform.platforms import Platform
from services.mail.mail import post
from settings import Settings
from tests.support.command import Launch

LINK = "https://launch.test/reset-password?token=secret"


@pytest.fixture
async def launch(db: Database, settings: Settings) -> AsyncIterator[Launch]:
    """One e-mail that waits, because no mail server is set."""
    async with db.write() as uow:
        await post(uow, ANONYMOUS, password_reset(Platform.WEDME, "emma@example.com", LINK))
    with tempfile.TemporaryDirectory(prefix="launch-") as name:
        yield Launch(Path(name), {"DATABASE_URL": str(settings.database_url)})


async def test_waiting_emails_are_shown_and_exported(launch: Launch) -> None:
    (mail,) = launch.json("mail", "list", "--status", "waiting")
    assert (mail["recipient"], "secret" in str(mail)) == ("emma@example.com", False)
    shown, repeated = launch.run_concurrently(
        ("mail", "show", mail["id"]), ("mail", "retry", "--status", "waiting")
    )
    assert LINK in shown.out
    assert (repeated.code, "No mail server" in repeated.err) == (1, True)

    launch("mail", "export", "letters")
    (file,) = (launch.folder / "letters").iterdir()
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["To"] == "emma@example.com"
    assert file.stat().st_mode & 0o777 == 0o600

    launch("mail", "cancel", mail["id"], "--yes")
    assert [item["status"] for item in launch.json("mail", "list")] == ["cancelled"]


async def test_the_mail_server_of_the_workers_decides(launch: Launch, db: Database) -> None:
    """M15: SMTP_URL is set for the workers, not for who looks into the outbox."""
    assert "No mail server is configured" in launch.run_unchecked("mail", "list").err
    state = CheckState(CheckType.EMAIL, HealthStatus.HEALTHY, checked_at=datetime.now(UTC))
    async with db.write() as uow:
        await health.save_states(uow.session, [state], uow.now)
    listed = launch.run_unchecked("mail", "list")
    assert "No mail server is configured" not in listed.out + listed.err
    (mail,) = launch.json("mail", "list")
    assert mail["status"] == "queued"
