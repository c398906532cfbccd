"""Bulk invitations: progress, forecast, and reasons for failures (M10)."""

from datetime import datetime
from typing import Annotated

import strawberry

from db.models import bulk_invitations as rows
from domain.errors import LaunchError
from schema.context import Info
from schema.list_arguments import DistinctLists
from schema.pagination import check_first
from schema.types.clients import Client
from schema.types.errors import Error
from schema.types.import_enums import BulkInvitationStatus, BulkItemStatus
from schema.types.invitations import Invitation
from schema.types.node import Node, decode_id, decode_optional_id, node_id
from services.marketplace import bulk_invitations as inviting
from services.marketplace import bulk_reads
from services.marketplace.bulk_invitations import InviteClients, Progress

Statuses = Annotated[
    list[BulkItemStatus] | None, strawberry.argument(description="Only these; all by default.")
]
FirstItems = Annotated[
    int, strawberry.argument(description="How many to return: 0 to 100, 50 by default.")
]
AfterItem = Annotated[int, strawberry.argument(description="Only those after this position.")]


@strawberry.type(description="One invitation of a bulk invitation.")
class BulkInvitationItem:
    """One item, for the supplier and for the staff who help it."""

    position: int = strawberry.field(description="Its position in the order of sending.")
    status: BulkItemStatus = strawberry.field(description="Its outcome.")
    reason: str | None = strawberry.field(
        description="Why it was not sent, or not yet; null if nothing delays it."
    )
    not_before: datetime | None = strawberry.field(
        description="When it is retried, if a limit of its recipient delays it."
    )
    decided_at: datetime | None = strawberry.field(
        description="When it was sent, refused or stopped."
    )
    row: strawberry.Private[rows.BulkInvitationItem]

    @strawberry.field(description="Who is invited.")
    async def client(self, info: Info) -> Client:
        """Load the client, which is deleted only together with the item."""
        row = await info.context.loaders.client.load(self.row.client_id)
        assert row is not None
        return Client.of(row)

    @strawberry.field(description="The invitation that was sent.")
    async def invitation(self, info: Info) -> Invitation | None:
        """Load it only if it is selected."""
        key = self.row.invitation_id
        row = await info.context.loaders.invitation.load(key) if key else None
        return Invitation.of(row) if row else None

    @classmethod
    def of(cls, row: rows.BulkInvitationItem) -> "BulkInvitationItem":
        """Build the object from a database row."""
        return cls(
            position=row.position,
            status=row.status,
            reason=row.reason,
            not_before=row.not_before,
            decided_at=row.decided_at,
            row=row,
        )


@strawberry.type(description="The progress of a bulk invitation.")
class BulkInvitationProgress:
    """Counts that are read when they are selected."""

    total: int = strawberry.field(description="The number of its invitations.")
    sent: int = strawberry.field(description="How many were sent.")
    waiting: int = strawberry.field(description="How many are waiting.")
    not_sent: int = strawberry.field(description="How many cannot be sent; `reason` says why.")
    stopped: int = strawberry.field(description="How many were waiting when it was stopped.")
    within_a_day: int = strawberry.field(
        description="How many of those will be sent within 24 hours, by the limit of the account."
    )
    last_at: datetime | None = strawberry.field(
        description="When the last one will be sent, by the limit of the account; null if none is "
        "waiting."
    )

    @classmethod
    def of(cls, progress: Progress) -> "BulkInvitationProgress":
        """Build the object from the counts."""
        count = progress.counts.of
        return cls(
            total=count(*BulkItemStatus),
            sent=count(BulkItemStatus.SENT),
            waiting=count(BulkItemStatus.WAITING),
            not_sent=count(BulkItemStatus.NOT_SENT),
            stopped=count(BulkItemStatus.STOPPED),
            within_a_day=progress.forecast.within_a_day,
            last_at=progress.forecast.last_at,
        )


@strawberry.type(description="Invitations by e-mail to many clients, sent within the limits.")
class BulkInvitation(Node):
    """A bulk invitation; a supplier has at most one in progress."""

    created_at: datetime = strawberry.field(description="When it was requested.")
    status: BulkInvitationStatus = strawberry.field(description="Its status.")
    held_by: str | None = strawberry.field(
        description="Why nothing is sent at present, such as an unconfirmed e-mail address."
    )
    stopped_at: datetime | None = strawberry.field(description="When it was stopped.")
    finished_at: datetime | None = strawberry.field(
        description="When the last invitation was sent or failed."
    )
    row: strawberry.Private[rows.BulkInvitation]

    @strawberry.field(description="Its progress.")
    async def progress(self, info: Info) -> BulkInvitationProgress:
        """Load the progress of several in one statement."""
        counts = await info.context.loaders.bulk_progress.load(self.row.id)
        assert counts is not None
        return BulkInvitationProgress.of(counts)

    @strawberry.field(
        description="Its invitations in the order of sending.",
        extensions=[DistinctLists()],
    )
    async def items(
        self, info: Info, first: FirstItems = 50, after: AfterItem = 0, status: Statuses = None
    ) -> list[BulkInvitationItem]:
        """Return at most 100 items."""
        check_first(first)
        async with info.context.db.read() as session:
            rows = await bulk_reads.items(session, self.row.id, status, after, first)
        return [BulkInvitationItem.of(row) for row in rows]

    @classmethod
    def of(cls, row: rows.BulkInvitation) -> "BulkInvitation":
        """Build the object from a database row."""
        return cls(
            id=node_id("BulkInvitation", row.id),
            created_at=row.created_at,
            status=inviting.status(row),
            held_by=row.held_by,
            stopped_at=row.stopped_at,
            finished_at=row.finished_at,
            row=row,
        )


@strawberry.input(
    description="The clients to invite by e-mail; by default all who were never invited."
)
class InviteClientsInput:
    """Clients that are named, or those of an import."""

    client_ids: list[strawberry.ID] | None = strawberry.field(
        description="These clients, at most 1000.", default=None
    )
    import_id: strawberry.ID | None = strawberry.field(
        description="The clients that this import has added and nobody has invited yet.",
        default=None,
    )
    expires_in_days: int | None = strawberry.field(
        description="The validity of each invitation: 1 to 30 days, 14 by default.", default=None
    )
    supplier_id: strawberry.ID | None = strawberry.field(
        description="The supplier; required for callers who act for suppliers, and only for them.",
        default=None,
    )
    idempotency_key: str | None = strawberry.field(
        description="For 24 hours, repeating the request with the same key returns the original "
        "result. Required for API tokens.",
        default=None,
    )

    def command(self) -> InviteClients:
        """Return the command for the service."""
        clients = self.client_ids
        return InviteClients(
            None
            if clients is None
            else tuple(decode_id(key, "Client", "input", "clientIds") for key in clients),
            decode_optional_id(self.import_id, "ClientImport", "input", "importId"),
            self.expires_in_days,
            decode_optional_id(self.supplier_id, "Supplier", "input", "supplierId"),
        )


@strawberry.type(description="The bulk invitation as it is now.")
class BulkInvitationPayload:
    """The payload of starting and stopping."""

    bulk_invitation: BulkInvitation | None = strawberry.field(
        default=None, description="The bulk invitation."
    )
    errors: list[Error] = strawberry.field(default_factory=list, description="Expected failures.")

    @classmethod
    def failed(cls, error: LaunchError) -> "BulkInvitationPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))
