"""What is asked and answered when a couple gets its second account (M9)."""

from datetime import date, datetime

import strawberry

from domain.errors import LaunchError
from schema.marketplace_enums import InvitationStatus
from schema.scalars import EmailAddress
from schema.types.accounts import Session
from schema.types.couple_members import CoupleInvitation
from schema.types.couples import Couple
from schema.types.errors import Error
from schema.types.legal import ACCEPTED, AcceptedDocumentInput, accepted_in
from services.marketplace.couple_invitations import InvitedPartner, InvitePartner
from services.marketplace.couple_joining import CouplePreview, Joined
from services.marketplace.invited_accounts import AcceptanceForm


@strawberry.type(description="An invitation from a partner, as whoever holds its code sees it.")
class CoupleInvitationPreview:
    """Looking at it consumes nothing: mail scanners follow every link."""

    status: InvitationStatus = strawberry.field(description="Where it stands now.")
    inviter: str = strawberry.field(description="Who invites: their e-mail, masked.")
    masked_email: str | None = strawberry.field(description="Where the e-mail went, masked.")
    needs_email: bool = strawberry.field(description="Accepting it takes an e-mail address.")
    expires_at: datetime = strawberry.field(description="When the link stops working.")
    partner1_name: str | None = strawberry.field(
        description="One of the two; null once the invitation is not pending."
    )
    partner2_name: str | None = strawberry.field(
        description="The other; null once the invitation is not pending."
    )
    wedding_date: date | None = strawberry.field(
        description="Their day; null once the invitation is not pending."
    )

    @classmethod
    def of(cls, shown: CouplePreview) -> "CoupleInvitationPreview":
        """What a code shows."""
        return cls(
            status=shown.status,
            inviter=shown.inviter,
            masked_email=shown.masked_email,
            needs_email=shown.needs_email,
            expires_at=shown.expires_at,
            partner1_name=shown.partner1_name,
            partner2_name=shown.partner2_name,
            wedding_date=shown.wedding_date,
        )


@strawberry.input(description="How one partner invites the other.")
class InviteToCoupleInput:
    """An invitation that is pending is taken back by that."""

    email: EmailAddress | None = strawberry.field(
        description="Where the e-mail goes; without one, the answer holds a link to hand over.",
        default=None,
    )
    idempotency_key: str | None = strawberry.field(
        description="A repeat with the same key sends nothing again, for 24 hours, and shows the "
        "same link while it works.",
        default=None,
    )

    def command(self) -> InvitePartner:
        """What the service takes."""
        return InvitePartner(self.email, self.idempotency_key)


@strawberry.input(description="What the second partner fills in to join the first.")
class AcceptCoupleInvitationInput:
    """All but the code may be left out where the invitation went by e-mail."""

    code: str = strawberry.field(description="From the link.")
    email: EmailAddress | None = strawberry.field(
        description="What they will log in with; needed where `needsEmail` says so.", default=None
    )
    password: str | None = strawberry.field(
        description="10 to 1024 characters; it can be set later.", default=None
    )
    confirm_email_mismatch: bool | None = strawberry.field(
        description="True: it is meant for me, although the e-mail went to another address. "
        "Send it after the answer EMAIL_MISMATCH.",
        default=False,
    )
    idempotency_key: str | None = strawberry.field(
        description="22 to 200 random characters, as for acceptInvitation: for 24 hours a repeat "
        "opens a new session for the account that the first call made. Keep it secret.",
        default=None,
    )

    accepted_documents: list[AcceptedDocumentInput] | None = strawberry.field(
        default=None, description=ACCEPTED
    )

    def command(self) -> AcceptanceForm:
        """What the service takes."""
        confirms = bool(self.confirm_email_mismatch)
        key, accepted = self.idempotency_key, accepted_in(self.accepted_documents)
        return AcceptanceForm(self.code, self.email, self.password, confirms, key, accepted)


@strawberry.type(description="The invitation as it is now.")
class CoupleInvitationPayload:
    """The answer of everything that a couple does to its invitation."""

    invitation: CoupleInvitation | None = strawberry.field(
        default=None, description="The invitation."
    )
    errors: list[Error] = strawberry.field(default_factory=list, description="What was wrong.")

    @classmethod
    def of(cls, done: InvitedPartner) -> "CoupleInvitationPayload":
        """The answer to an invitation that was sent."""
        return cls(invitation=CoupleInvitation.of(done.row, done.accept_url))

    @classmethod
    def failed(cls, error: LaunchError) -> "CoupleInvitationPayload":
        """The answer to an expected failure."""
        return cls(errors=Error.every(error))


@strawberry.type(description="What the code shows now.")
class CoupleInvitationPreviewPayload:
    """The answer to declining."""

    invitation: CoupleInvitationPreview | None = strawberry.field(
        default=None, description="The invitation."
    )
    errors: list[Error] = strawberry.field(default_factory=list, description="What was wrong.")

    @classmethod
    def failed(cls, error: LaunchError) -> "CoupleInvitationPreviewPayload":
        """The answer to an expected failure."""
        return cls(errors=Error.every(error))


@strawberry.type(description="The couple, and a log-in where an account was made.")
class AcceptCoupleInvitationPayload:
    """The answer to joining."""

    couple: Couple | None = strawberry.field(default=None, description="The couple.")
    session: Session | None = strawberry.field(
        default=None,
        description="The log-in of a new account, also in a repeat; null for those logged in.",
    )
    already_accepted: bool = strawberry.field(
        default=False, description="The same person had accepted it before."
    )
    errors: list[Error] = strawberry.field(default_factory=list, description="What was wrong.")

    @classmethod
    def of(cls, done: Joined) -> "AcceptCoupleInvitationPayload":
        """The answer to joining."""
        return cls(
            couple=Couple.of(done.couple, owner=done.user.id),
            session=Session.of(done.session) if done.session else None,
            already_accepted=done.already,
        )

    @classmethod
    def failed(cls, error: LaunchError) -> "AcceptCoupleInvitationPayload":
        """The answer to an expected failure."""
        return cls(errors=Error.every(error))


@strawberry.type(description="The couple as it is now.")
class CoupleMemberPayload:
    """The answer of removeCoupleMember."""

    couple: Couple | None = strawberry.field(
        default=None, description="The couple; null for whoever has left it."
    )
    errors: list[Error] = strawberry.field(default_factory=list, description="What was wrong.")

    @classmethod
    def failed(cls, error: LaunchError) -> "CoupleMemberPayload":
        """The answer to an expected failure."""
        return cls(errors=Error.every(error))
