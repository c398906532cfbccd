"""Fields with which suppliers invite many clients at once (M10)."""

from typing import Annotated

import strawberry

from domain.marketplace.invitation_limits import block_of
from schema.context import Info
from schema.types.bulk_invitations import BulkInvitation, BulkInvitationPayload, InviteClientsInput
from schema.types.node import decode_id
from services.mail import outbox
from services.marketplace import bulk_invitations
from services.marketplace.invitations import Site

Whom = Annotated[InviteClientsInput, strawberry.argument(description="Whom to invite.")]
Id = Annotated[strawberry.ID, strawberry.argument(description="The bulk invitation.")]


async def invite_clients(info: Info, input: Whom) -> BulkInvitationPayload:
    """Queue invitations by e-mail, which leave within the limits, over days if need be.

    Clients of one that is under way are added to it.
    """
    settings, block = info.context.runtime.settings, block_of(info.context.client_ip)
    sends = outbox.has_server(settings)
    site = Site(settings.base_url, sends, info.context.runtime.secret, block)
    async with info.context.db.write() as uow:
        row = await bulk_invitations.start(
            uow, info.context.actor, site, input.command(), input.idempotency_key
        )
    return BulkInvitationPayload(bulk_invitation=BulkInvitation.of(row))


async def stop_bulk_invitation(info: Info, id: Id) -> BulkInvitationPayload:
    """Send none of the invitations that wait. Those that were sent stay."""
    key = decode_id(id, "BulkInvitation")
    async with info.context.db.write() as uow:
        row = await bulk_invitations.stop(uow, info.context.actor, key)
    return BulkInvitationPayload(bulk_invitation=BulkInvitation.of(row))
