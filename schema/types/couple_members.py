"""The accounts of a couple, and the invitation from one partner to the other (M9)."""

from datetime import datetime

import strawberry

from db.models import invitations as rows
from domain.marketplace.couple_members import Member
from domain.marketplace.invitations import status_at
from schema.context import Info
from schema.marketplace_enums import InvitationChannel, InvitationStatus
from schema.scalars import EmailAddress
from schema.types.node import node_id


@strawberry.type(description="One of a couple who has an account.")
class CoupleMember:
    """Only the two and the staff see it."""

    id: strawberry.ID = strawberry.field(description="For removeCoupleMember.")
    email: EmailAddress = strawberry.field(description="What they log in with.")
    joined_at: datetime = strawberry.field(description="Since when they see this couple.")
    is_viewer: bool = strawberry.field(description="Whether this is the caller.")

    @classmethod
    def of(cls, member: Member, info: Info) -> "CoupleMember":
        """A row as the graph shows it."""
        return cls(
            id=node_id("CoupleMember", member.user_id),
            email=EmailAddress(member.email),
            joined_at=member.joined_at,
            is_viewer=member.user_id == info.context.actor.user_id,
        )


@strawberry.type(description="An invitation from one partner to the other.")
class CoupleInvitation:
    """One is pending for each couple."""

    id: strawberry.ID = strawberry.field(description="For revokeCoupleInvitation.")
    channel: InvitationChannel = strawberry.field(description="How the partner gets the link.")
    email: EmailAddress | None = strawberry.field(description="Where the e-mail went.")
    created_at: datetime = strawberry.field(description="When it was sent.")
    expires_at: datetime = strawberry.field(description="When the link stops working.")
    accept_url: str | None = strawberry.field(
        description="The link to hand over: in the answer that sent the invitation and, while it "
        "works, in those of repeats with the same idempotency key; null elsewhere. To get "
        "another, invite again."
    )
    row: strawberry.Private[rows.CoupleInvitation]

    @strawberry.field(description="Where it stands now.")
    def status(self, info: Info) -> InvitationStatus:
        """A pending one past its end has expired."""
        return status_at(self.row.status, self.row.expires_at, info.context.now)

    @classmethod
    def of(cls, row: rows.CoupleInvitation, accept_url: str | None = None) -> "CoupleInvitation":
        """A row as the graph shows it."""
        return cls(
            id=node_id("CoupleInvitation", row.id),
            channel=row.channel,
            email=EmailAddress(row.email) if row.email else None,
            created_at=row.created_at,
            expires_at=row.expires_at,
            accept_url=accept_url,
            row=row,
        )
