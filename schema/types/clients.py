"""The clients of a supplier (S9, S35, S36)."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from db.models import suppliers as rows
from db.reads import marketplace as reads
from domain.errors import LaunchError
from schema.context import Info
from schema.conversation_enums import CommunicationStatus
from schema.marketplace_enums import ClientStatus
from schema.pagination import Connection
from schema.planned import TOTAL_COUNT, column, read_rows
from schema.scalars import EmailAddress
from schema.types.conversations import Conversation, load_conversation
from schema.types.couples import Couple, Partnership, load_partner
from schema.types.errors import Error
from schema.types.node import Node, node_id
from schema.types.provided import provided_fields, refuse_null
from services.marketplace import directory
from services.marketplace.clients import ClientDraft, ClientResult
from services.marketplace.communication import status_of
from services.marketplace.directory import ClientFilter

if TYPE_CHECKING:
    from schema.types.invitations import Invitation

NAMES = "The names of the couple as the supplier writes them: 1 to 200 characters."
NOTES = "Private notes of the supplier: at most 5000 characters."
DATE = "The wedding date; a date in the past causes a warning only."
WARNINGS = "Warnings, such as a wedding date in the past."


@strawberry.type(description="A client of a supplier. Only that supplier sees it.")
class Client(Node):
    """A client, before and after the couple joins WedMe."""

    couple_names: str = strawberry.field(
        description="The names of the couple as the supplier writes them.",
        metadata=column(rows.Client.couple_names),
    )
    email: EmailAddress | None = strawberry.field(
        description="The address for invitations.", metadata=column(reads.CLIENT_EMAIL)
    )
    wedding_date: date | None = strawberry.field(
        description="The wedding date, as the supplier knows it.",
        metadata=column(rows.Client.wedding_date),
    )
    status: ClientStatus = strawberry.field(
        description="Its progress.", metadata=column(rows.Client.status)
    )
    notes: str | None = strawberry.field(
        description="Private notes of the supplier.", metadata=column(rows.Client.notes)
    )
    row: strawberry.Private[rows.Client]

    @strawberry.field(
        description="The couple, once it has accepted and until the partnership ends.",
        metadata=read_rows(reads.COUPLE_OF_CLIENT),
    )
    async def couple(self, info: Info) -> Couple | None:
        """Load it only if it is selected."""
        return await load_partner(info, self.row.supplier_id, self.row.couple_id)

    @strawberry.field(description="The partnership with the couple, until it ends.")
    async def partnership(self, info: Info) -> Partnership | None:
        """Load the partnership, for endPartnership and blockPartner."""
        if self.row.couple_id is None:
            return None
        pair = (self.row.supplier_id, self.row.couple_id)
        row = await info.context.loaders.active_partnership.load(pair)
        return Partnership.of(row) if row else None

    @strawberry.field(
        description="The newest invitation.", metadata=read_rows(reads.INVITATION_OF_CLIENT)
    )
    async def invitation(
        self, info: Info
    ) -> Annotated["Invitation", strawberry.lazy("schema.types.invitations")] | None:
        """Load the newest invitation; at most one is pending."""
        from schema.types.invitations import Invitation  # noqa: PLC0415 - it imports this module

        row = await info.context.loaders.newest_invitation.load(self.row.id)
        return Invitation.of(row) if row else None

    @strawberry.field(description="The state of the contact with the client.")
    async def communication_status(self, info: Info) -> CommunicationStatus:
        """Derive the status from the newest invitation and the partnership."""
        communication = await info.context.loaders.messaging.communication.load(self.row.id)
        return status_of(self.row.status, communication, info.context.now)

    @strawberry.field(
        description="The time of the last activity: an invitation sent, opened or accepted, or a "
        "message; null without any."
    )
    async def last_activity_at(self, info: Info) -> datetime | None:
        """Return the last activity up to the end of the partnership."""
        communication = await info.context.loaders.messaging.communication.load(self.row.id)
        return communication.last_activity_at if communication else None

    @strawberry.field(
        description="The conversation with the couple, also after its end; null for other callers."
    )
    async def conversation(self, info: Info) -> Conversation | None:
        """Load the conversation; the supplier keeps it after the end of the partnership."""
        communication = await info.context.loaders.messaging.communication.load(self.row.id)
        if communication is None or communication.partnership_id is None:
            return None
        return await load_conversation(info, communication.partnership_id)

    @classmethod
    def of(cls, row: rows.Client) -> "Client":
        """Build the object from a database row."""
        return cls(
            id=node_id("Client", row.id),
            couple_names=row.couple_names,
            email=EmailAddress(row.email) if row.email else None,
            wedding_date=row.wedding_date,
            status=row.status,
            notes=row.notes,
            row=row,
        )


@strawberry.type(description="A page of clients.")
class ClientConnection(Connection[Client]):
    """A page whose total is counted only if it is selected."""

    filters: strawberry.Private[ClientFilter | None]

    @strawberry.field(
        description="The number of clients that match the filter.",
        metadata=TOTAL_COUNT,
    )
    async def total_count(self, info: Info) -> int:
        """Count with one additional statement."""
        if self.filters is None:
            return 0
        async with info.context.db.read() as session:
            return await directory.count_clients(session, self.filters)


@strawberry.input(description="A new client.")
class AddClientInput:
    """The input of `addClient`."""

    couple_names: str = strawberry.field(description=NAMES)
    email: EmailAddress | None = strawberry.field(
        description="The address for invitations.", default=None
    )
    wedding_date: date | None = strawberry.field(description=DATE, default=None)
    notes: str | None = strawberry.field(description=NOTES, default=None)
    supplier_id: strawberry.ID | None = strawberry.field(
        description="The supplier; required for callers who act for suppliers, and only for them.",
        default=None,
    )
    idempotency_key: str | None = strawberry.field(
        description="For 24 hours, repeating the request with the same key returns the original "
        "result.",
        default=None,
    )

    def command(self) -> ClientDraft:
        """Return the command for the service."""
        return ClientDraft(self.couple_names, self.email, self.wedding_date, self.notes)


@strawberry.input(description="Changes of a client; omitted fields stay unchanged.")
class UpdateClientInput:
    """The input of `updateClient`."""

    id: strawberry.ID = strawberry.field(description="The client.")
    couple_names: str | None = strawberry.field(description=NAMES, default=UNSET)
    email: EmailAddress | None = strawberry.field(
        description="The address for invitations; null clears it.", default=UNSET
    )
    wedding_date: date | None = strawberry.field(description=DATE, default=UNSET)
    notes: str | None = strawberry.field(description=NOTES, default=UNSET)
    archived: bool | None = strawberry.field(
        description="True revokes a pending invitation and ends the partnership; false brings "
        "the client back, to be invited anew.",
        default=UNSET,
    )

    def patch(self) -> dict[str, object]:
        """Return the fields that were provided."""
        names = ("couple_names", "email", "wedding_date", "notes")
        fields = provided_fields(self, {name: name for name in names})
        refuse_null({**fields, "archived": self.archived}, "couple_names", "archived")
        return fields


@strawberry.type(description="The client as it is now.")
class ClientPayload:
    """The payload of mutations that change a client."""

    client: Client | None = strawberry.field(default=None, description="The client.")
    warnings: list[str] = strawberry.field(default_factory=list, description=WARNINGS)
    errors: list[Error] = strawberry.field(default_factory=list, description="Expected failures.")

    @classmethod
    def of(cls, done: ClientResult) -> "ClientPayload":
        """Build the payload of a change."""
        return cls(client=Client.of(done.row), warnings=done.warnings)

    @classmethod
    def failed(cls, error: LaunchError) -> "ClientPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))
