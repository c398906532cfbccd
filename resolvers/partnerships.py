"""Fields that end partnerships and block partners (M4)."""

from typing import Annotated

import strawberry

from schema.context import Info
from schema.types.couples import Partnership
from schema.types.node import decode_id
from schema.types.partnerships import (
    BlockedPartner,
    InvitationEmailsPayload,
    PartnershipPayload,
)
from services.marketplace import invitation_emails, partner_endings

Id = Annotated[strawberry.ID, strawberry.argument(description="The partnership.")]
Enabled = Annotated[
    bool, strawberry.argument(description="False: no supplier can invite by e-mail.")
]


async def blocked_partners(info: Info) -> list[BlockedPartner]:
    """The partners whom the caller has blocked, latest first; at most a thousand."""
    async with info.context.db.read() as session:
        blocks = await partner_endings.blocked(session, info.context.actor)
    return [BlockedPartner.of(block) for block in blocks]


async def invitation_emails_enabled(info: Info) -> bool:
    """Whether suppliers can invite the caller by e-mail."""
    async with info.context.db.read() as session:
        return await invitation_emails.is_enabled(session, info.context.actor)


async def end_partnership(info: Info, id: Id) -> PartnershipPayload:
    """End a partnership of the caller; the other side is notified. Repeating changes nothing."""
    key = decode_id(id, "Partnership")
    async with info.context.db.write() as uow:
        row = await partner_endings.end(uow, info.context.actor, key)
    return PartnershipPayload(partnership=Partnership.of(row))


async def block_partner(info: Info, id: Id) -> PartnershipPayload:
    """End a partnership and block the other side, which learns only of the end."""
    key = decode_id(id, "Partnership")
    async with info.context.db.write() as uow:
        row = await partner_endings.block(uow, info.context.actor, key)
    return PartnershipPayload(partnership=Partnership.of(row))


async def unblock_partner(info: Info, id: Id) -> PartnershipPayload:
    """Unblock a partner; only a new acceptance connects them again."""
    key = decode_id(id, "Partnership")
    async with info.context.db.write() as uow:
        row = await partner_endings.unblock(uow, info.context.actor, key)
    return PartnershipPayload(partnership=Partnership.of(row))


async def set_invitation_emails(info: Info, enabled: Enabled) -> InvitationEmailsPayload:
    """Allow or stop invitations by e-mail from all suppliers."""
    async with info.context.db.write() as uow:
        await invitation_emails.allow(uow, info.context.actor, enabled=enabled)
    return InvitationEmailsPayload(enabled=enabled)
