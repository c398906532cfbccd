"""Suppliers (S7, S33)."""

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from db.models import suppliers as rows
from db.reads import marketplace as reads
from domain.errors import Forbidden
from domain.platform.row_scope import PartnershipScope, readable
from domain.platform.search import check_search
from schema.context import Info
from schema.enums import VendorType
from schema.marketplace_enums import ClientStatus
from schema.pagination import (
    After,
    Before,
    Connection,
    First,
    Last,
    Page,
    connection,
    moment_cursor,
)
from schema.planned import TOTAL_COUNT, column, read_rows
from schema.scalars import EmailAddress
from schema.types.bulk_invitations import BulkInvitation
from schema.types.clients import Client, ClientConnection
from schema.types.couples import USE_SETUP, Partnership, load_onboarding, page_of_partnerships
from schema.types.node import Node, node_id
from schema.types.onboarding import Onboarding
from services.marketplace import directory
from services.marketplace.directory import ClientFilter, SupplierFilter

if TYPE_CHECKING:
    from schema.types.invitations import Invitation

Status = Annotated[
    ClientStatus | None, strawberry.argument(description="Only clients with this status.")
]
Search = Annotated[
    str | None,
    strawberry.argument(description="Only those whose names or e-mail address contain this text."),
]


@strawberry.type(description="A supplier on WedSync. Its couples see only a part.")
class Supplier(Node):
    """A supplier, as itself, its couples or the staff see it."""

    email: EmailAddress = strawberry.field(
        description="The e-mail address for its clients.", metadata=column(rows.Supplier.email)
    )
    business_name: str | None = strawberry.field(
        description="The business name.", metadata=column(rows.Supplier.business_name)
    )
    vendor_type: VendorType | None = strawberry.field(
        description="The vendor type.", metadata=column(rows.Supplier.vendor_type)
    )
    row: strawberry.Private[rows.Supplier]
    own: strawberry.Private[bool] = False

    @strawberry.field(
        description="Its own telephone number; null for others, who find it in the contacts of a "
        "partnership."
    )
    def phone(self, info: Info) -> str | None:
        """Return the number to the supplier and the staff."""
        return self.row.phone if self._is_owner_or_staff(info) else None

    @strawberry.field(description="Its guided setup; null for other callers.")
    async def setup(self, info: Info) -> Onboarding | None:
        """It is created together with the supplier."""
        return (
            await load_onboarding(info, self.row.user_id) if self._is_owner_or_staff(info) else None
        )

    @strawberry.field(
        description="Its guided setup; only visible to itself and the staff.",
        deprecation_reason=USE_SETUP,
    )
    async def onboarding(self, info: Info) -> Onboarding:
        """It is created together with the supplier."""
        if not self._is_owner_or_staff(info):
            raise Forbidden("The onboarding of a supplier is its own.")
        return await load_onboarding(info, self.row.user_id)

    @strawberry.field(
        description="When it sent its first invitation; null for other callers.",
        metadata=column(rows.Supplier.first_value_at),
    )
    def first_value_at(self, info: Info) -> datetime | None:
        """Return when the supplier reached the success that the launch counts (S86)."""
        return self.row.first_value_at if self._is_owner_or_staff(info) else None

    @strawberry.field(
        description="Its clients; empty for other callers.",
        metadata=read_rows(reads.CLIENTS),
    )
    async def clients(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        status: Status = None,
        search: Search = None,
    ) -> ClientConnection:
        """Return one page, newest first."""
        page, rows = Page.of(first, after, last, before), []
        text = check_search(search)
        filters = ClientFilter(self.row.id, status, text) if self._is_owner_or_staff(info) else None
        if filters is not None:
            async with info.context.db.read() as session:
                rows = await directory.page_of_clients(session, filters, page.moments())
        return connection(
            partial(ClientConnection, filters=filters),
            rows,
            page,
            cursor=moment_cursor,
            wrap=Client.of,
        )

    @strawberry.field(
        description="Its clients whose wedding comes next, the first one first, at most three; "
        "none for other callers."
    )
    async def next_weddings(self, info: Info) -> list[Client]:
        """Archived clients are left out."""
        if not self._is_owner_or_staff(info):
            return []
        rows = await info.context.loaders.start_page.next_weddings.load(self.row.id)
        return [Client.of(row) for row in rows or ()]

    @strawberry.field(
        description="Its pending invitations that end within three days, the first one first, at "
        "most five; none for other callers."
    )
    async def ending_invitations(
        self, info: Info
    ) -> list[Annotated["Invitation", strawberry.lazy("schema.types.invitations")]]:
        """Time to remind the couple, or to send it again."""
        from schema.types.invitations import Invitation  # noqa: PLC0415 - it imports this module

        if not self._is_owner_or_staff(info):
            return []
        rows = await info.context.loaders.start_page.ending_invitations.load(self.row.id)
        return [Invitation.of(row) for row in rows or ()]

    @strawberry.field(description="Its newest bulk invitation; null for other callers.")
    async def bulk_invitation(self, info: Info) -> BulkInvitation | None:
        """At most one is under way."""
        if not self._is_owner_or_staff(info):
            return None
        row = await info.context.loaders.newest_bulk_invitation.load(self.row.id)
        return BulkInvitation.of(row) if row else None

    @strawberry.field(description="Its partnerships; a couple sees only its own.")
    async def partnerships(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Partnership]:
        """Return one page, newest first."""
        scope = readable(info.context.actor).partnerships_of_supplier(self.row.id)
        shown = PartnershipScope(self.row.id, None, True) if self.own else scope
        return await page_of_partnerships(info, shown, Page.of(first, after, last, before))

    def _is_owner_or_staff(self, info: Info) -> bool:
        return self.own or readable(info.context.actor).reaches_supplier(self.row.id)

    @classmethod
    def of(cls, row: rows.Supplier, *, own: bool = False) -> "Supplier":
        """Build the object from a row; `own`: the response logs its owner in."""
        return cls(
            id=node_id("Supplier", row.id),
            email=EmailAddress(row.email),
            business_name=row.business_name,
            vendor_type=row.vendor_type,
            row=row,
            own=own,
        )


@strawberry.type(description="A page of suppliers.")
class SupplierConnection(Connection[Supplier]):
    """A page whose total is counted only if it is selected."""

    filters: strawberry.Private[SupplierFilter]

    @strawberry.field(
        description="How many suppliers the filter finds.",
        metadata=TOTAL_COUNT,
    )
    async def total_count(self, info: Info) -> int:
        """Count with one additional statement."""
        async with info.context.db.read() as session:
            return await directory.count_suppliers(session, self.filters)


async def visible_supplier(info: Info, key: UUID) -> Supplier | None:
    """Load a supplier: the caller's own, that of any partnership, or any for staff."""
    row_scope, loaders = readable(info.context.actor), info.context.loaders
    if row_scope.reaches_supplier(key):
        row = await loaders.supplier.load(key)
    elif row_scope.couple_id is not None:
        row = await loaders.partner_supplier.load((key, row_scope.couple_id))
    else:
        row = None
    return Supplier.of(row) if row else None
