"""The outbox in the graph: who sees which e-mails, another try, taking one back (S14)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from app import create_app, running
from db.session import Database
from domain.actors import ANONYMOUS, Role, Scope
from domain.mail.email import Email
from jobs.mail import send_mail
from services.accounts.api_tokens import create_token
from services.mail.mail import post
from settings import Settings
from tests.factories import user_sessions
from tests.factories.accounts import actor_of, add_user
from tests.factories.health import PROBES
from tests.factories.marketplace import REVOKE, add_and_invite
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient
from tests.support.servers import dead_port

MAILS = """
query ($status: [MailStatus!], $recipient: EmailAddress, $first: Int) {
  mails(status: $status, recipient: $recipient, first: $first) {
    totalCount
    nodes { id recipient subject status attempts lastError body html deliveries { error } }
  }
}
"""
RETRY = "mutation ($id: ID!) { retryMail(id: $id) { mail { status } errors { code } } }"
CANCEL = """
mutation ($id: ID!) { cancelMail(id: $id) { mail { status body } errors { code } } }
"""
SECRET = "https://launch.test/reset-password?token=secret"


@pytest.fixture
def smtp(settings: Settings) -> Settings:
    """A mail server is set, but nobody answers there."""
    url = SecretStr(f"smtp://127.0.0.1:{dead_port()}")
    return settings.model_copy(update={"smtp_url": url})


@pytest.fixture
async def mailing(db: Database, smtp: Settings, clock: Clock) -> AsyncIterator[GraphQLClient]:
    """An admin of an app with a mail server."""
    app = create_app(smtp, clock, PROBES)
    async with running(app.state.runtime):
        yield GraphQLClient(app, await user_sessions.create_session(db, Role.ADMIN))


async def posted(db: Database, recipient: str = "emma@example.com") -> None:
    async with db.write() as uow:
        await post(uow, ANONYMOUS, Email(recipient, "Hello", SECRET))


async def outbox(client: GraphQLClient, **more: object) -> list[Any]:
    mails = (await client.data(MAILS, **more))["mails"]
    assert mails["totalCount"] == len(mails["nodes"])
    return list(mails["nodes"])


async def test_admins_can_read_the_outbox(admin: GraphQLClient, db: Database) -> None:
    await posted(db)
    await posted(db, "james@example.com")
    james, emma = await outbox(admin)
    assert [mail["recipient"] for mail in (james, emma)] == [
        "james@example.com",
        "emma@example.com",
    ]
    assert (emma["status"], emma["body"], emma["attempts"]) == ("WAITING", SECRET, 0)
    assert await outbox(admin, recipient="EMMA@example.com") == [emma]
    assert await outbox(admin, status=["SENT", "FAILED", "QUEUED"]) == []


async def test_tokens_cannot_read_log_in_links(visitor: GraphQLClient, db: Database) -> None:
    await posted(db)
    async with db.write() as uow:
        maker = actor_of(await add_user(db, Role.ADMIN))
        made = await create_token(uow, maker, "ci", [Scope.LAUNCH_ADMIN])
    (mail,) = await outbox(visitor.as_(made.secret))
    assert (mail["recipient"], mail["body"], mail["html"]) == ("(hidden)", None, None)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.VIEWER, Role.SUPPLIER])
async def test_the_outbox_requires_its_scope(
    visitor: GraphQLClient, db: Database, role: Role
) -> None:
    client = visitor.as_(await user_sessions.create_session(db, role))
    assert (await client.execute(MAILS)).codes == ["FORBIDDEN"]


async def test_retrying_without_a_mail_server_is_refused(
    admin: GraphQLClient, db: Database
) -> None:
    await posted(db)
    (mail,) = await outbox(admin)
    answer = (await admin.data(RETRY, id=mail["id"]))["retryMail"]
    assert answer["errors"] == [{"code": "INVALID_TRANSITION"}]


async def test_failed_emails_can_be_retried(
    mailing: GraphQLClient, db: Database, smtp: Settings
) -> None:
    async with db.write() as uow:
        broken = Email("emma@example.com\r\nBcc: all@example.com", "Hello", SECRET)
        key = await post(uow, ANONYMOUS, broken)
    await send_mail(db, smtp, key)
    (mail,) = await outbox(mailing, status=["FAILED"])
    assert (mail["attempts"], len(mail["deliveries"]), mail["body"]) == (1, 1, SECRET)
    assert (await mailing.data(RETRY, id=mail["id"]))["retryMail"]["errors"] == []
    assert [m["id"] for m in await outbox(mailing, status=["RETRYING"])] == [mail["id"]]


async def test_cancelled_emails_lose_their_content(admin: GraphQLClient, db: Database) -> None:
    await posted(db)
    (mail,) = await outbox(admin)
    for _ in range(2):
        answer = (await admin.data(CANCEL, id=mail["id"]))["cancelMail"]
        assert answer == {"mail": {"status": "CANCELLED", "body": None}, "errors": []}
    (mail,) = await outbox(admin, status=["CANCELLED"])
    answer = (await admin.data(RETRY, id=mail["id"]))["retryMail"]
    assert answer["errors"] == [{"code": "INVALID_TRANSITION"}]


async def test_revoking_an_invitation_cancels_its_email(
    admin: GraphQLClient, supplier: GraphQLClient
) -> None:
    sent = await add_and_invite(supplier, email="emma@example.com")
    (mail,) = await outbox(admin, status=["WAITING"])
    assert "/accept/" in mail["body"]
    await supplier.data(REVOKE, id=sent.id)
    (mail,) = await outbox(admin)
    assert (mail["status"], mail["body"]) == ("CANCELLED", None)
