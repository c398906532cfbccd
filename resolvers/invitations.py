"""Fields about invitations: sent by suppliers, read and accepted by couples (S37, S41)."""

from functools import partial
from typing import Annotated

import strawberry

from domain.platform.networks import public_block
from schema.context import Info
from schema.marketplace_enums import InvitationChannel, InvitationStatus
from schema.pagination import After, Before, First, Last, Page, connection, moment_cursor
from schema.scalars import EmailAddress
from schema.sign_in import check_authenticated, login_throttle, set_session_cookie
from schema.types.invitations import (
    AcceptInvitationInput,
    AcceptInvitationPayload,
    Invitation,
    InvitationConnection,
    InvitationPayload,
    InvitationPreview,
    InvitationPreviewPayload,
)
from schema.types.new_links import NewLinkPayload
from schema.types.node import decode_id
from services.mail import outbox
from services.marketplace import (
    directory,
    invitation_acceptance,
    invitation_codes,
    link_requests,
)
from services.marketplace import invitations as inviting
from services.marketplace.directory import InvitationFilter
from services.marketplace.invitations import InviteClient, Site

Code = Annotated[str, strawberry.argument(description="The code from the link.")]
Id = Annotated[strawberry.ID, strawberry.argument(description="The invitation.")]
ClientId = Annotated[strawberry.ID, strawberry.argument(description="Who is invited.")]
Statuses = Annotated[
    list[InvitationStatus] | None, strawberry.argument(description="Only these; all by default.")
]
RecipientFilter = Annotated[
    EmailAddress | None, strawberry.argument(description="Only those sent to this address.")
]
Email = Annotated[
    EmailAddress | None,
    strawberry.argument(description="The address; it becomes the client's e-mail address."),
]
Channel = Annotated[
    InvitationChannel | None,
    strawberry.argument(
        description="By default EMAIL if the client has an e-mail address, else LINK."
    ),
]
ExpiryDays = Annotated[
    int | None, strawberry.argument(description="The validity: 1 to 30 days, 14 by default.")
]
IdempotencyKey = Annotated[
    str | None,
    strawberry.argument(
        description="For 24 hours, repeating the request with the same key sends nothing again and "
        "returns the same link while it works. Required for API tokens."
    ),
]
AcceptanceArgument = Annotated[AcceptInvitationInput, strawberry.argument(description="The form.")]


async def invitation(info: Info, code: Code) -> InvitationPreview | None:
    """The invitation of a code. Reading it consumes nothing; null for an unknown code."""
    await login_throttle(info.context).check_code_rate()
    preview = await invitation_codes.preview(info.context.db, code)
    return InvitationPreview.of(preview) if preview else None


async def invitations(
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    status: Statuses = None,
    email: RecipientFilter = None,
) -> InvitationConnection:
    """Invitations of all suppliers, newest first."""
    page = Page.of(first, after, last, before)
    invitation_filter = InvitationFilter(status, info.context.now, email)
    async with info.context.db.read() as session:
        rows = await directory.page_of_invitations(session, invitation_filter, page.moments())
    return connection(
        partial(InvitationConnection, filters=invitation_filter),
        rows,
        page,
        cursor=moment_cursor,
        wrap=Invitation.of,
    )


async def invite_client(
    info: Info,
    client_id: ClientId,
    email: Email = None,
    idempotency_key: IdempotencyKey = None,
    channel: Channel = None,
    expires_in_days: ExpiryDays = None,
) -> InvitationPayload:
    """Invite a client by e-mail, or by the link in `acceptUrl`."""
    key, site = decode_id(client_id, "Client", "clientId"), site_of(info)
    command = InviteClient(email, channel, expires_in_days)
    async with info.context.db.write() as uow:
        invited = await inviting.invite(
            uow, info.context.actor, site, key, command, idempotency_key
        )
    return InvitationPayload.of(invited)


async def resend_invitation(info: Info, id: Id) -> InvitationPayload:
    """Send an invitation again with a new link; the old link ends. At most five times a day."""
    key, site = decode_id(id, "Invitation"), site_of(info)
    async with info.context.db.write() as uow:
        invited = await inviting.resend(uow, info.context.actor, site, key)
    return InvitationPayload.of(invited)


async def revoke_invitation(info: Info, id: Id) -> InvitationPayload:
    """Revoke an invitation: its link stops working at once."""
    key = decode_id(id, "Invitation")
    async with info.context.db.write() as uow:
        row = await inviting.revoke(uow, info.context.actor, key)
    return InvitationPayload(invitation=Invitation.of(row))


async def open_invitation(info: Info, code: Code) -> InvitationPreviewPayload:
    """Record that a person, not a scanner, opened the link. Repeating changes nothing."""
    await login_throttle(info.context).check_code_rate()
    async with info.context.db.write() as uow:
        preview = await invitation_codes.open_by_code(uow, info.context.actor, code)
    return InvitationPreviewPayload(invitation=InvitationPreview.of(preview))


async def decline_invitation(info: Info, code: Code) -> InvitationPreviewPayload:
    """Decline an invitation; the supplier sees it."""
    await login_throttle(info.context).check_code_rate()
    async with info.context.db.write() as uow:
        preview = await invitation_codes.decline(uow, info.context.actor, code)
    return InvitationPreviewPayload(invitation=InvitationPreview.of(preview))


async def request_new_link(info: Info, code: Code) -> NewLinkPayload:
    """Ask for a new link where the invitation has expired, once a day.

    The supplier is notified. Where the invitation went by e-mail and may still be sent, a new link
    goes to that address. The answer is the same for every code.
    """
    await login_throttle(info.context).check_code_rate()
    async with info.context.db.write() as uow:
        await link_requests.request(uow, info.context.actor, code)
    return NewLinkPayload(received=True)


async def accept_invitation(info: Info, input: AcceptanceArgument) -> AcceptInvitationPayload:
    """Accept an invitation with the caller's account, or with a new one."""
    check_authenticated(info.context)
    accepted = await invitation_acceptance.accept(
        login_throttle(info.context), info.context.actor, input.command()
    )
    if accepted.session is not None:
        set_session_cookie(info.context, accepted.session.token, accepted.session.expires_at)
    return AcceptInvitationPayload.of(accepted)


def site_of(info: Info) -> Site:
    """The base URL of links, and what limits count, for the caller."""
    settings, block = info.context.runtime.settings, public_block(info.context.client_ip)
    can_send = outbox.has_server(settings)
    return Site(settings.base_url, can_send, info.context.runtime.secret, block)
