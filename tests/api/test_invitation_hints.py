"""A supplier hears of what is in the way of an invitation, and so does the staff (X13)."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr
from sqlalchemy import text
from starlette.applications import Starlette

from app import create_app, running
from db.session import Database
from domain.actors import Role
from domain.mail.email import MailKind
from jobs.mail import send_mail
from settings import Settings
from tests.factories import user_sessions
from tests.factories.health import PROBES
from tests.factories.mail import emails_of_kind
from tests.factories.marketplace import OPEN, RESEND, REVOKE, UPDATE, SentInvitation, add_and_invite
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient
from tests.support.servers import free_port
from tests.support.sockets import serving, socket

DAY = 86_400
EMMA, WRONG = "emma@example.com", "ema@example.com"
HINT = "hint { kind nextStep message since }"
ONE = f"query ($id: ID!) {{ node(id: $id) {{ ... on Invitation {{ {HINT} }} }} }}"
ALL = f"{{ invitations {{ nodes {{ id {HINT} }} }} }}"
BOUNCE = """mutation ($id: String!, $reason: String) {
  reportBounce(messageId: $id, reason: $reason) {
    mail { status bouncedAt lastError } errors { code path message } } }"""


@dataclass
class Postbox:
    """A mail server that knows some addresses not, and takes the rest."""

    settings: Settings
    unknown: set[str] = field(default_factory=set)
    ids: list[str] = field(default_factory=list)

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        if address in self.unknown:
            return "550 No such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        lines = bytes(envelope.original_content or b"").decode().splitlines()
        self.ids += [line[12:] for line in lines if line.startswith("Message-ID: ")]
        return "250 OK"

    async def deliver(self, db: Database) -> None:
        """What the worker does with the newest e-mail."""
        await send_mail(db, self.settings, (await emails_of_kind(db, MailKind.INVITATION))[-1].id)


@pytest.fixture
def postbox(settings: Settings) -> Iterator[Postbox]:
    port = free_port()
    url = SecretStr(f"smtp://127.0.0.1:{port}")
    postbox = Postbox(settings.model_copy(update={"smtp_url": url}))
    server = Controller(postbox, hostname="127.0.0.1", port=port)
    server.start()
    yield postbox
    server.stop()


@pytest.fixture
async def mailing(db: Database, postbox: Postbox, clock: Clock) -> AsyncIterator[Starlette]:
    """An app with that mail server."""
    app = create_app(postbox.settings, clock, PROBES)
    async with running(app.state.runtime):
        yield app


async def new_supplier_client(client: GraphQLClient, db: Database) -> GraphQLClient:
    """A supplier with a confirmed e-mail, whose session outlives an invitation."""
    supplier = client.as_(await user_sessions.create_session(db, Role.SUPPLIER))
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE sessions SET expires_at = now() + '90 days'"))
        await uow.session.execute(text("UPDATE users SET email_verified_at = now()"))
    return supplier


@pytest.fixture
async def sarah(mailing: Starlette, db: Database) -> GraphQLClient:
    return await new_supplier_client(GraphQLClient(mailing), db)


async def hint(client: GraphQLClient, sent: SentInvitation) -> Any:  # noqa: ANN401 - JSON
    return (await client.data(ONE, id=sent.id))["node"]["hint"]


async def kind_and_step(client: GraphQLClient, sent: SentInvitation) -> tuple[str, str] | None:
    shown = await hint(client, sent)
    return (shown["kind"], shown["nextStep"]) if shown else None


async def test_a_bounce_is_shown_until_the_corrected_invitation_is_sent(
    sarah: GraphQLClient, postbox: Postbox, db: Database
) -> None:
    postbox.unknown.add(WRONG)
    sent = await add_and_invite(sarah, email=WRONG)
    assert await kind_and_step(sarah, sent) is None
    await postbox.deliver(db)
    assert await kind_and_step(sarah, sent) == ("BOUNCED", "CORRECT_ADDRESS")
    await sarah.data(UPDATE, input={"id": sent.client_id, "email": EMMA})
    shown = await hint(sarah, sent)
    assert (shown["nextStep"], EMMA in shown["message"]) == ("SEND_AGAIN", True)
    await sarah.data(RESEND, id=sent.id)
    await postbox.deliver(db)
    assert await kind_and_step(sarah, sent) is None


async def test_late_bounces_are_reported(
    sarah: GraphQLClient, admin: GraphQLClient, postbox: Postbox, db: Database
) -> None:
    sent = await add_and_invite(sarah, email=WRONG)
    await postbox.deliver(db)
    (message_id,) = postbox.ids
    for _ in range(2):
        answer = (await admin.data(BOUNCE, id=message_id, reason="No such box"))["reportBounce"]
        assert answer["errors"] == []
        assert (answer["mail"]["status"], answer["mail"]["lastError"]) == ("FAILED", "No such box")
    assert await kind_and_step(sarah, sent) == ("BOUNCED", "CORRECT_ADDRESS")
    failed = "{ mails(status: [FAILED]) { totalCount } sent: mails(status: [SENT]) { totalCount } }"
    assert await admin.data(failed) == {"mails": {"totalCount": 1}, "sent": {"totalCount": 0}}


async def test_only_admins_report_bounces_and_only_of_sent_emails(
    sarah: GraphQLClient, admin: GraphQLClient, operator: GraphQLClient, db: Database
) -> None:
    sent = await add_and_invite(sarah, email=EMMA)
    (row,) = await emails_of_kind(db, MailKind.INVITATION)
    for client in (sarah, operator):
        assert (await client.execute(BOUNCE, id=f"<{row.id}@wedsync.app>")).codes == ["FORBIDDEN"]
    for message_id, code in ((f"<{row.id}@x.test>", "INVALID_TRANSITION"), ("<x@y>", "NOT_FOUND")):
        answer = (await admin.data(BOUNCE, id=message_id))["reportBounce"]
        assert [error["code"] for error in answer["errors"]] == [code]
    assert await kind_and_step(sarah, sent) is None


async def test_suppliers_see_bounces_live(
    mailing: Starlette, sarah: GraphQLClient, postbox: Postbox, db: Database
) -> None:
    postbox.unknown.add(WRONG)
    sent = await add_and_invite(sarah, email=WRONG)
    document = f"subscription ($id: ID!) {{ invitation(id: $id) {{ {HINT} }} }}"
    async with serving(mailing) as address, socket(address, sarah.token) as live:
        stream = await live.subscribe(document, id=sent.id)
        assert (await stream.next())["invitation"] == {"hint": None}
        await postbox.deliver(db)
        shown = (await stream.next())["invitation"]["hint"]
    assert (shown["kind"], shown["nextStep"]) == ("BOUNCED", "CORRECT_ADDRESS")


async def test_unopened_invitations_show_a_hint_until_opened(
    sarah: GraphQLClient, visitor: GraphQLClient, postbox: Postbox, db: Database, clock: Clock
) -> None:
    sent = await add_and_invite(sarah, email=EMMA)
    await postbox.deliver(db)
    clock.advance(3 * DAY + 60)
    assert await kind_and_step(sarah, sent) == ("UNOPENED", "USE_LINK")
    await visitor.data(OPEN, code=sent.code)
    assert await kind_and_step(sarah, sent) is None


async def test_a_missing_mail_server_is_shown_to_the_supplier_at_once(
    visitor: GraphQLClient, db: Database
) -> None:
    """Sent by hand it has no e-mail to wait for."""
    supplier = await new_supplier_client(visitor, db)
    by_mail, by_link = await add_and_invite(supplier, email=EMMA), await add_and_invite(supplier)
    assert await kind_and_step(supplier, by_mail) == ("NOT_SENT", "USE_LINK")
    assert await kind_and_step(supplier, by_link) is None


async def test_expired_invitations_show_a_hint_to_supplier_and_staff(
    visitor: GraphQLClient, db: Database, admin: GraphQLClient, clock: Clock
) -> None:
    supplier = await new_supplier_client(visitor, db)
    ran_out, revoked = await add_and_invite(supplier), await add_and_invite(supplier)
    await supplier.data(REVOKE, id=revoked.id)
    clock.advance(14 * DAY + 60)
    shown = await hint(supplier, ran_out)
    assert (shown["kind"], shown["nextStep"]) == ("EXPIRED", "SEND_AGAIN")
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE sessions SET expires_at = now() + '90 days'"))
    nodes = (await admin.data(ALL))["invitations"]["nodes"]
    assert {node["id"]: node["hint"] for node in nodes} == {ran_out.id: shown, revoked.id: None}
