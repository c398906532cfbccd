"""Fields about invitations: sent by suppliers, read and accepted by couples (S37, S41)."""

from typing import Annotated

import strawberry

from domain.marketplace.invitation_limits import block_of
from schema.context import Info
from schema.marketplace_enums import InvitationChannel, InvitationStatus
from schema.pagination import After, Before, First, Last, Page, connection, moment_cursor
from schema.scalars import EmailAddress
from schema.sign_in import check_known, login_throttle, remember
from schema.types.invitations import (
    AcceptInvitationInput,
    AcceptInvitationPayload,
    Invitation,
    InvitationConnection,
    InvitationPayload,
    InvitationPreview,
    InvitationPreviewPayload,
)
from schema.types.node import decode_id
from services.mail import outbox
from services.marketplace import directory, invitation_acceptance, invitation_codes
from services.marketplace import invitations as inviting
from services.marketplace.directory import InvitationFilter
from services.marketplace.invitations import InviteClient, Site

Code = Annotated[str, strawberry.argument(description="From the link.")]
Id = Annotated[strawberry.ID, strawberry.argument(description="The invitation.")]
ClientId = Annotated[strawberry.ID, strawberry.argument(description="Who is invited.")]
Statuses = Annotated[
    list[InvitationStatus] | None, strawberry.argument(description="Only these; left out: all.")
]
To = Annotated[
    EmailAddress | None, strawberry.argument(description="Only those that went to this address.")
]
Email = Annotated[
    EmailAddress | None,
    strawberry.argument(description="Where the letter goes; becomes the client's e-mail."),
]
Channel = Annotated[
    InvitationChannel | None,
    strawberry.argument(description="Left out: EMAIL where the client has an e-mail, else LINK."),
]
Days = Annotated[
    int | None, strawberry.argument(description="How long it lives: 1 to 30 days, 14 if left out.")
]
Key = Annotated[
    str | None,
    strawberry.argument(
        description="A repeat with the same key sends nothing again, for 24 hours, and shows the "
        "same link while it works. API tokens must send one."
    ),
]
Form = Annotated[AcceptInvitationInput, strawberry.argument(description="Who accepts what.")]


async def invitation(info: Info, code: Code) -> InvitationPreview | None:
    """What a link is about. Consumes nothing; null for a code that is none."""
    await login_throttle(info.context).check_code_rate()
    shown = await invitation_codes.preview(info.context.db, code)
    return InvitationPreview.of(shown) if shown else None


async def invitations(
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    status: Statuses = None,
    email: To = None,
) -> InvitationConnection:
    """Invitations of all suppliers, newest first."""
    page = Page.of(first, after, last, before)
    wanted = InvitationFilter(status, info.context.now, email)
    async with info.context.db.read() as session:
        rows = await directory.page_of_invitations(session, wanted, page.moments())
    return connection(
        InvitationConnection,
        rows,
        page,
        cursor=moment_cursor,
        wrap=Invitation.of,
        wanted=wanted,
    )


async def invite_client(
    info: Info,
    client_id: ClientId,
    email: Email = None,
    idempotency_key: Key = None,
    channel: Channel = None,
    expires_in_days: Days = None,
) -> InvitationPayload:
    """Invite a client by e-mail or by a link to hand over, which is `acceptUrl`."""
    key, site = decode_id(client_id, "Client", "clientId"), _site(info)
    command = InviteClient(email, channel, expires_in_days)
    async with info.context.db.write() as uow:
        done = await inviting.invite(uow, info.context.actor, site, key, command, idempotency_key)
    return InvitationPayload.of(done)


async def resend_invitation(info: Info, id: Id) -> InvitationPayload:
    """Send it again with a new link; the old one is dead. At most five times a day."""
    key, site = decode_id(id, "Invitation"), _site(info)
    async with info.context.db.write() as uow:
        done = await inviting.resend(uow, info.context.actor, site, key)
    return InvitationPayload.of(done)


async def revoke_invitation(info: Info, id: Id) -> InvitationPayload:
    """Take it back: its link stops working at once."""
    key = decode_id(id, "Invitation")
    async with info.context.db.write() as uow:
        row = await inviting.revoke(uow, info.context.actor, key)
    return InvitationPayload(invitation=Invitation.of(row))


async def open_invitation(info: Info, code: Code) -> InvitationPreviewPayload:
    """Say that a person, not a scanner, has opened the link; again does nothing."""
    await login_throttle(info.context).check_code_rate()
    async with info.context.db.write() as uow:
        shown = await invitation_codes.open_by_code(uow, info.context.actor, code)
    return InvitationPreviewPayload(invitation=InvitationPreview.of(shown))


async def decline_invitation(info: Info, code: Code) -> InvitationPreviewPayload:
    """Say no; the supplier sees it."""
    await login_throttle(info.context).check_code_rate()
    async with info.context.db.write() as uow:
        shown = await invitation_codes.decline(uow, info.context.actor, code)
    return InvitationPreviewPayload(invitation=InvitationPreview.of(shown))


async def accept_invitation(info: Info, input: Form) -> AcceptInvitationPayload:
    """Connect with the supplier who invites: with one's account, or with a new one."""
    check_known(info.context)
    done = await invitation_acceptance.accept(
        login_throttle(info.context), info.context.actor, input.command()
    )
    if done.session is not None:
        remember(info.context, done.session.token, done.session.expires_at)
    return AcceptInvitationPayload.of(done)


def _site(info: Info) -> Site:
    settings, block = info.context.runtime.settings, block_of(info.context.client_ip)
    sends = outbox.has_server(settings)
    return Site(settings.base_url, sends, info.context.runtime.secret, block)
