"""Invitations by e-mail that are neither answered nor forgotten."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from db.models.mail import Mail
from db.session import Database
from domain.actors import ANONYMOUS
from domain.ids import parse_global_id
from domain.mail.email import MailKind
from jobs.link_requests import send_new_link
from jobs.routing import apply_consequences
from services.flags import flags
from services.flags.flags import FlagDraft
from services.mail import invitation_limits
from services.marketplace.invitation_reminders import remind_due
from settings import Settings
from tests.factories.mail import emails_of_kind
from tests.factories.marketplace import (
    DECLINE,
    INVITE,
    REVOKE,
    UPDATE,
    SentInvitation,
    accept_invitation,
    add_client,
    code_in,
)
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

EMMA = "emma@example.com"
NAMES = {"partner1Name": "Emma", "partner2Name": "James"}
ENDINGS = ("accept", "decline", "revoke", "archive")
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


async def invite_with_code(supplier: GraphQLClient, db: Database) -> tuple[Any, str]:
    """Invite by e-mail, as the first; the invitation as JSON, and the code of its link."""
    invitation = await invite(supplier)
    (code,) = await mailed_codes(db)
    return invitation, code


async def archive(supplier: GraphQLClient, invitation: Any) -> None:  # noqa: ANN401 - JSON
    """Archive the client of an invitation."""
    await supplier.data(UPDATE, input={"id": invitation["client"]["id"], "archived": True})


async def end_invitation(
    ending: str,
    supplier: GraphQLClient,
    visitor: GraphQLClient,
    invitation: Any,  # noqa: ANN401 - JSON
    code: str,
) -> None:
    """Let the couple or the supplier end an invitation; `ending` is one of `ENDINGS`."""
    if ending == "accept":
        await accept_invitation(visitor, SentInvitation("", "", code), **NAMES)
    elif ending == "decline":
        await visitor.data(DECLINE, code=code)
    elif ending == "revoke":
        await supplier.data(REVOKE, id=invitation["id"])
    else:
        await archive(supplier, invitation)


async def forbid_invitations(db: Database, reason: str) -> None:
    """Let a suppressed address, a disabled supplier or a flag forbid invitations."""
    async with db.write() as uow:
        if reason == "suppressed":
            await invitation_limits.suppress(uow, EMMA)
        elif reason == "disabled":
            await uow.session.execute(text("UPDATE users SET disabled_at = now()"))
        else:
            draft = FlagDraft("mvp_client_invitations", "Invitations")
            await flags.create(uow, ANONYMOUS, draft)


async def sent(db: Database) -> list[Mail]:
    """The e-mails of invitations, their reminders included."""
    return await emails_of_kind(db, MailKind.INVITATION)


async def mailed_codes(db: Database) -> list[str]:
    """The codes in the e-mails of invitations, in their order; withdrawn e-mails have none."""
    lines = (line for mail in await sent(db) for line in mail.body.splitlines())
    return [code_in(line) for line in lines if "/accept/" in line]


@dataclass(frozen=True)
class ReminderWorker:
    """The part of a worker that reminds invited couples."""

    db: Database
    settings: Settings
    clock: Clock

    async def remind(self) -> int:
        """Do what the worker does every half a minute, with the jobs that follow from it."""
        routed = Database(self.db.url, clock=self.db.clock, enqueue_jobs=apply_consequences)
        try:
            return await remind_due(routed, self.settings)
        finally:
            await routed.dispose()

    async def remind_after(self, seconds: float) -> int:
        """Remind after some time."""
        self.clock.advance(seconds)
        return await self.remind()

    async def subjects(self) -> list[str]:
        """Return the subjects of all e-mails after the first, which is the invitation."""
        return [mail.subject for mail in await sent(self.db)][1:]


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
