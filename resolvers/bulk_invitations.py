"""Fields with which suppliers invite many clients at once (M10)."""

from typing import Annotated

import strawberry

from resolvers.invitations import site_of
from schema.context import Info
from schema.types.bulk_invitations import BulkInvitation, BulkInvitationPayload, InviteClientsInput
from schema.types.node import decode_id
from services.marketplace import bulk_invitations

InviteClientsArgument = Annotated[
    InviteClientsInput, strawberry.argument(description="The clients to invite.")
]
Id = Annotated[strawberry.ID, strawberry.argument(description="The bulk invitation.")]


async def invite_clients(info: Info, input: InviteClientsArgument) -> BulkInvitationPayload:
    """Queue invitations by e-mail, which are sent within the limits, over days if necessary.

    Clients are added to a bulk invitation that is running.
    """
    async with info.context.db.write() as uow:
        row = await bulk_invitations.start(
            uow, info.context.actor, site_of(info), input.command(), input.idempotency_key
        )
    return BulkInvitationPayload(bulk_invitation=BulkInvitation.of(row))


async def stop_bulk_invitation(info: Info, id: Id) -> BulkInvitationPayload:
    """Stop sending: waiting invitations are not sent; sent ones stay valid."""
    key = decode_id(id, "BulkInvitation")
    async with info.context.db.write() as uow:
        row = await bulk_invitations.stop(uow, info.context.actor, key)
    return BulkInvitationPayload(bulk_invitation=BulkInvitation.of(row))
