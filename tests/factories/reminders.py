"""Invitations by e-mail that are neither answered nor forgotten."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from db.models.mail import Mail
from db.session import Database
from domain.ids import parse_global_id
from domain.mail.email import MailKind
from jobs.link_requests import send_new_link
from jobs.routing import enqueue_for
from services.marketplace.invitation_reminders import remind_due
from settings import Settings
from tests.factories.mail import emails_of_kind
from tests.factories.marketplace import INVITE, add_client, code_in
from tests.support.graphql import GraphQLClient

EMMA = "emma@example.com"
REQUEST = """mutation ($code: String!) {
  requestNewLink(code: $code) { received errors { code message path } } }"""


async def outlive(db: Database) -> None:
    """Let the sessions of suppliers outlive an invitation."""
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE sessions SET expires_at = now() + '365 days'"))


async def invite(supplier: GraphQLClient, email: str = EMMA, names: str = "Emma & James") -> Any:  # noqa: ANN401 - JSON
    """An invitation by e-mail, as JSON."""
    client = await add_client(supplier, names)
    payload = (await supplier.data(INVITE, clientId=client["id"], email=email))["inviteClient"]
    assert payload["errors"] == []
    return payload["invitation"]


async def sent(db: Database) -> list[Mail]:
    """The e-mails of invitations, their reminders included."""
    return await emails_of_kind(db, MailKind.INVITATION)


async def mailed_codes(db: Database) -> list[str]:
    """The codes in the e-mails of invitations, in their order; withdrawn e-mails have none."""
    lines = (line for mail in await sent(db) for line in mail.body.splitlines())
    return [code_in(line) for line in lines if "/accept/" in line]


async def remind(db: Database, settings: Settings) -> int:
    """What the worker does every half a minute, with what follows from it."""
    routed = Database(db.url, clock=db.clock, enqueue_jobs=enqueue_for)
    try:
        return await remind_due(routed, settings)
    finally:
        await routed.dispose()


async def ask_for_link(visitor: GraphQLClient, code: str) -> Any:  # noqa: ANN401 - JSON
    """Ask for a new link; the whole payload."""
    return (await visitor.data(REQUEST, code=code))["requestNewLink"]


async def link_jobs(db: Database) -> int:
    """How many jobs wait to send a new link."""
    query = text("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'invitations.new_link'")
    async with db.read() as session:
        return int((await session.execute(query)).scalar_one())


async def answer_requests(db: Database, settings: Settings, invitation: Any) -> None:  # noqa: ANN401 - JSON
    """What the worker does after a request."""
    parts = parse_global_id(invitation["id"])
    assert parts is not None
    await send_new_link(db, settings, UUID(parts[1]))
