"""Ended partnerships and blocked partners (M4)."""

from datetime import datetime

import strawberry

from domain.errors import LaunchError
from schema.types.couples import Partnership
from schema.types.errors import Error
from schema.types.node import node_id
from services.marketplace import partner_endings


@strawberry.type(description="A partner whom the caller has blocked.")
class BlockedPartner:
    """The other side of a partnership that has ended."""

    partnership_id: strawberry.ID = strawberry.field(description="For unblockPartner.")
    name: str = strawberry.field(description="The business, or the names of the couple.")
    since: datetime = strawberry.field(description="When it was blocked.")

    @classmethod
    def of(cls, item: partner_endings.BlockedPartner) -> "BlockedPartner":
        """Build the object from a blocked partner."""
        key = node_id("Partnership", item.partnership_id)
        return cls(partnership_id=key, name=item.name, since=item.since)


@strawberry.type(description="The partnership as it is now.")
class PartnershipPayload:
    """The payload of mutations that change a partnership."""

    partnership: Partnership | None = strawberry.field(default=None, description="The partnership.")
    errors: list[Error] = strawberry.field(default_factory=list, description="Expected failures.")

    @classmethod
    def failed(cls, error: LaunchError) -> "PartnershipPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))


@strawberry.type(description="Whether invitations come by e-mail.")
class InvitationEmailsPayload:
    """The payload of `setInvitationEmails`."""

    enabled: bool | None = strawberry.field(default=None, description="As it is now.")
    errors: list[Error] = strawberry.field(default_factory=list, description="Expected failures.")

    @classmethod
    def failed(cls, error: LaunchError) -> "InvitationEmailsPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))
