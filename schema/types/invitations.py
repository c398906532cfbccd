"""Invitations (S10, S37, S41)."""

from datetime import date, datetime

import strawberry

from db.models import invitations as rows
from db.reads import marketplace as reads
from domain.accounts.accounts import Profile
from domain.errors import LaunchError
from domain.marketplace.invitations import status_at
from schema.context import Info
from schema.enums import VendorType
from schema.marketplace_enums import (
    InvitationChannel,
    InvitationStatus,
)
from schema.pagination import Connection
from schema.planned import column, computed, read_rows
from schema.scalars import EmailAddress
from schema.types.accounts import Session
from schema.types.clients import WARNINGS, Client
from schema.types.couples import Couple, Partnership, load_partner
from schema.types.errors import Error
from schema.types.invitation_hints import InvitationHint
from schema.types.legal import ACCEPTED, AcceptedDocumentInput, accepted_in
from schema.types.node import Node, node_id
from services.mail import outbox
from services.marketplace import directory, invitation_hints
from services.marketplace.directory import InvitationFilter
from services.marketplace.invitation_acceptance import Acceptance, Accepted
from services.marketplace.invitation_codes import Preview
from services.marketplace.invitations import Invited


@strawberry.type(description="An invitation, as its supplier sees it.")
class Invitation(Node):
    """An invitation to WedMe; a client has at most one that is pending."""

    channel: InvitationChannel = strawberry.field(
        description="How the couple gets the link.", metadata=column(rows.Invitation.channel)
    )
    email: EmailAddress | None = strawberry.field(
        description="The address that the e-mail was sent to.",
        metadata=column(reads.INVITATION_EMAIL),
    )
    expires_at: datetime = strawberry.field(
        description="When the link stops working.", metadata=column(rows.Invitation.expires_at)
    )
    sent_at: datetime = strawberry.field(
        description="When it was last sent.", metadata=column(rows.Invitation.sent_at)
    )
    opened_at: datetime | None = strawberry.field(
        description="When a person opened the link.", metadata=column(rows.Invitation.opened_at)
    )
    accepted_at: datetime | None = strawberry.field(
        description="When the couple accepted.", metadata=column(rows.Invitation.accepted_at)
    )
    resend_count: int = strawberry.field(
        description="How often it was sent again.", metadata=column(rows.Invitation.resend_count)
    )
    accept_url: str | None = strawberry.field(
        description="The link to hand over: in the response of the mutation that sent it and, while"
        " it works, of repeats with the same idempotency key; else null. Resending "
        "creates another.",
        metadata=column(reads.NO_ACCEPT_URL),
    )
    row: strawberry.Private[rows.Invitation]

    @strawberry.field(
        description="Its current status.",
        metadata=computed(
            status_at, rows.Invitation.status, rows.Invitation.expires_at, timed=True
        ),
    )
    def status(self, info: Info) -> InvitationStatus:
        """Return EXPIRED for a pending invitation past its end, before the sweep too."""
        return status_at(self.row.status, self.row.expires_at, info.context.now)

    @strawberry.field(description="Who is invited.", metadata=read_rows(reads.CLIENT_OF_INVITATION))
    async def client(self, info: Info) -> Client:
        """Load the client, which is deleted only together with the invitation."""
        row = await info.context.loaders.client.load(self.row.client_id)
        assert row is not None
        return Client.of(row)

    @strawberry.field(description="The problem and the next step; null: none.")
    async def hint(self, info: Info) -> InvitationHint | None:
        """Compute the hint; the e-mail is loaded only while it matters."""
        loaders, has_server = info.context.loaders, outbox.has_server(info.context.runtime.settings)
        client = await loaders.client.load(self.row.client_id)
        assert client is not None
        asks = invitation_hints.needs_email(self.row)
        mail = await loaders.email_of_invitation.load(self.row.id) if asks else None
        now = info.context.now
        hint = invitation_hints.hint(self.row, client, mail, now, has_server=has_server)
        return InvitationHint.of(hint) if hint else None

    @strawberry.field(
        description="The couple that accepted, until the partnership ends.",
        metadata=read_rows(reads.COUPLE_OF_INVITATION),
    )
    async def couple(self, info: Info) -> Couple | None:
        """Load it only if it is selected."""
        return await load_partner(info, self.row.supplier_id, self.row.couple_id)

    @classmethod
    def of(cls, row: rows.Invitation, accept_url: str | None = None) -> "Invitation":
        """Build the object from a database row."""
        return cls(
            id=node_id("Invitation", row.id),
            channel=row.channel,
            email=EmailAddress(row.email) if row.email else None,
            expires_at=row.expires_at,
            sent_at=row.sent_at,
            opened_at=row.opened_at,
            accepted_at=row.accepted_at,
            resend_count=row.resend_count,
            accept_url=accept_url,
            row=row,
        )


@strawberry.type(description="A page of invitations.")
class InvitationConnection(Connection[Invitation]):
    """A page whose total is counted only if it is selected."""

    filters: strawberry.Private[InvitationFilter]

    @strawberry.field(description="The number of invitations that match the filter.")
    async def total_count(self, info: Info) -> int:
        """Count with one additional statement."""
        async with info.context.db.read() as session:
            return await directory.count_invitations(session, self.filters)


@strawberry.type(description="An invitation, as the holder of its code sees it.")
class InvitationPreview:
    """The preview of an invitation; it consumes nothing, because mail scanners follow links."""

    status: InvitationStatus = strawberry.field(description="Its current status.")
    supplier_name: str = strawberry.field(description="The name of the supplier.")
    vendor_type: VendorType | None = strawberry.field(description="The vendor type.")
    masked_email: str | None = strawberry.field(description="The masked address of the e-mail.")
    needs_email: bool = strawberry.field(description="Whether an e-mail address is required.")
    expires_at: datetime = strawberry.field(description="When the link stops working.")
    partner1_name: str | None = strawberry.field(
        description="One partner's name, for the form; null once it is not pending."
    )
    partner2_name: str | None = strawberry.field(
        description="The name of the other partner; null if the supplier entered one name."
    )
    wedding_date: date | None = strawberry.field(
        description="The wedding date, for the form; null once it is not pending."
    )

    @classmethod
    def of(cls, shown: Preview) -> "InvitationPreview":
        """Build the preview of a code."""
        return cls(
            status=shown.status,
            supplier_name=shown.supplier_name,
            vendor_type=shown.vendor_type,
            masked_email=shown.masked_email,
            needs_email=shown.needs_email,
            expires_at=shown.expires_at,
            partner1_name=shown.partner1_name,
            partner2_name=shown.partner2_name,
            wedding_date=shown.wedding_date,
        )


@strawberry.type(description="The invitation as it is now.")
class InvitationPayload:
    """The payload of a supplier's mutations of an invitation."""

    invitation: Invitation | None = strawberry.field(default=None, description="The invitation.")
    errors: list[Error] = strawberry.field(default_factory=list, description="Expected failures.")

    @classmethod
    def of(cls, done: Invited) -> "InvitationPayload":
        """Build the payload of an invitation that was sent."""
        return cls(invitation=Invitation.of(done.row, done.accept_url))

    @classmethod
    def failed(cls, error: LaunchError) -> "InvitationPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))


@strawberry.type(description="The invitation of the code.")
class InvitationPreviewPayload:
    """The payload of opening or declining."""

    invitation: InvitationPreview | None = strawberry.field(
        default=None, description="The invitation."
    )
    errors: list[Error] = strawberry.field(default_factory=list, description="Expected failures.")

    @classmethod
    def failed(cls, error: LaunchError) -> "InvitationPreviewPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))


@strawberry.input(description="The form with which a couple accepts an invitation.")
class AcceptInvitationInput:
    """The input of `acceptInvitation`; an invitation by e-mail needs only the code."""

    code: str = strawberry.field(description="The code from the link.")
    partner1_name: str | None = strawberry.field(
        description="The name of one partner: 1 to 200 characters.", default=None
    )
    partner2_name: str | None = strawberry.field(
        description="The name of the other partner: 1 to 200 characters.", default=None
    )
    wedding_date: date | None = strawberry.field(
        description="The wedding date; a date in the past causes a warning only.", default=None
    )
    email: EmailAddress | None = strawberry.field(
        description="The e-mail address of the account; required if `needsEmail` is true.",
        default=None,
    )
    password: str | None = strawberry.field(
        description="10 to 1024 characters; it can be set later.", default=None
    )
    confirm_email_mismatch: bool | None = strawberry.field(
        description="Confirms that the caller is meant, after an EMAIL_MISMATCH error.",
        default=False,
    )
    idempotency_key: str | None = strawberry.field(
        description="22 to 200 random characters. For 24 hours a repeat with the same code and "
        "key opens a new session for the account that the first call made, in case its answer got "
        "lost: keep it as secret as a password. Those who are logged in need none.",
        default=None,
    )

    accepted_documents: list[AcceptedDocumentInput] | None = strawberry.field(
        default=None, description=ACCEPTED
    )

    def command(self) -> Acceptance:
        """Return the command for the service."""
        profile = Profile(
            partner1_name=self.partner1_name,
            partner2_name=self.partner2_name,
            wedding_date=self.wedding_date,
        )
        confirms = bool(self.confirm_email_mismatch)
        key = self.idempotency_key
        accepted = accepted_in(self.accepted_documents)
        return Acceptance(self.code, self.email, self.password, confirms, key, accepted, profile)


@strawberry.type(description="The partnership, and a session if an account was created.")
class AcceptInvitationPayload:
    """The payload of accepting."""

    partnership: Partnership | None = strawberry.field(
        default=None, description="The couple and the supplier."
    )
    couple: Couple | None = strawberry.field(default=None, description="The couple.")
    session: Session | None = strawberry.field(
        default=None,
        description="The session of a new account, also when the request is repeated; null for "
        "callers who are logged in.",
    )
    already_accepted: bool = strawberry.field(
        default=False, description="True if the same couple had accepted it before."
    )
    warnings: list[str] = strawberry.field(default_factory=list, description=WARNINGS)
    errors: list[Error] = strawberry.field(default_factory=list, description="Expected failures.")

    @classmethod
    def of(cls, done: Accepted) -> "AcceptInvitationPayload":
        """Build the payload of an acceptance."""
        return cls(
            partnership=Partnership.of(done.partnership),
            couple=Couple.of(done.couple, owner=done.user_id),
            session=Session.of(done.session) if done.session else None,
            already_accepted=done.already,
            warnings=done.warnings,
        )

    @classmethod
    def failed(cls, error: LaunchError) -> "AcceptInvitationPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))
