"""Couples, and their partnerships with suppliers (S8, S11, S40)."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from db.models import couples as rows
from domain.errors import Forbidden
from domain.platform.row_scope import PartnershipScope, readable
from schema.context import Info
from schema.marketplace_enums import ConnectionMethod
from schema.pagination import (
    After,
    Before,
    Connection,
    First,
    Last,
    Page,
    connection,
    encode_cursor,
)
from schema.planned import TOTAL_COUNT, column
from schema.types.conversations import Contact, Conversation, load_contacts, load_conversation
from schema.types.couple_members import CoupleInvitation, CoupleMember
from schema.types.node import Node, node_id
from schema.types.onboarding import Onboarding
from services.journeys.onboarding import NOBODYS
from services.marketplace import directory

if TYPE_CHECKING:
    from schema.types.suppliers import Supplier

USE_SETUP = (
    "Use setup, which is null where it may not be seen: an error here takes the whole object away; "
    "remove after 2027-06-30."
)


@strawberry.type(description="The connection of a supplier and a couple.")
class Partnership(Node):
    """A row of supplier_couple_connections."""

    method: ConnectionMethod = strawberry.field(description="How they were connected.")
    connected_at: datetime = strawberry.field(description="When they were last connected.")
    is_active: bool = strawberry.field(
        description="False: it has ended. Its couple still sees it, its supplier does not."
    )
    row: strawberry.Private[rows.Partnership]

    @strawberry.field(
        description="The people of both sides; empty once it has ended, and for other callers."
    )
    async def contacts(self, info: Info) -> list[Contact]:
        """Load both contacts, the supplier first."""
        return list(await load_contacts(info, self.row.id))

    @strawberry.field(description="Their conversation; null for other callers.")
    async def conversation(self, info: Info) -> Conversation | None:
        """Load the conversation; null for staff."""
        return await load_conversation(info, self.row.id)

    @strawberry.field(description="The supplier.")
    async def supplier(
        self, info: Info
    ) -> Annotated["Supplier", strawberry.lazy("schema.types.suppliers")]:
        """Load it; it is deleted only together with the partnership."""
        from schema.types.suppliers import Supplier  # noqa: PLC0415 - it imports this module

        row = await info.context.loaders.supplier.load(self.row.supplier_id)
        assert row is not None
        return Supplier.of(row)

    @strawberry.field(description="The couple.")
    async def couple(
        self, info: Info
    ) -> Annotated["Couple", strawberry.lazy("schema.types.couples")]:
        """Load it; it is deleted only together with the partnership."""
        row = await info.context.loaders.couple.load(self.row.couple_id)
        assert row is not None
        return Couple.of(row)

    @strawberry.field(description="Seconds from the first invitation to its acceptance.")
    async def seconds_to_connect(self, info: Info) -> int | None:
        """Return null if there was no invitation."""
        pair = (self.row.supplier_id, self.row.couple_id)
        return await info.context.loaders.seconds_to_connect.load(pair)

    @classmethod
    def of(cls, row: rows.Partnership) -> "Partnership":
        """Build the object from a database row."""
        return cls(
            id=node_id("Partnership", row.id),
            method=row.connection_method,
            connected_at=row.connected_at,
            is_active=row.is_active,
            row=row,
        )


@strawberry.type(description="A couple that is getting married. Their suppliers see only a part.")
class Couple(Node):
    """A couple on WedMe."""

    partner1_name: str | None = strawberry.field(
        description="The name of one partner.", metadata=column(rows.Couple.partner1_name)
    )
    partner2_name: str | None = strawberry.field(
        description="The name of the other partner.", metadata=column(rows.Couple.partner2_name)
    )
    wedding_date: date | None = strawberry.field(
        description="The wedding date; it may have passed.",
        metadata=column(rows.Couple.wedding_date),
    )
    row: strawberry.Private[rows.Couple]
    owner: strawberry.Private[UUID | None] = None

    @strawberry.field(
        description="The partners who have an account; none for others to see. Both see the same."
    )
    async def members(self, info: Info) -> list[CoupleMember]:
        """In the order in which they came."""
        if not self._is_owner_or_staff(info):
            return []
        members = await info.context.loaders.members.of_couple.load(self.row.id)
        return [CoupleMember.of(member, info) for member in members or ()]

    @strawberry.field(
        description="The newest invitation from one partner to the other; null for others to see."
    )
    async def partner_invitation(self, info: Info) -> CoupleInvitation | None:
        """Shows without its link, which only the answer that sent it holds."""
        if not self._is_owner_or_staff(info):
            return None
        row = await info.context.loaders.members.partner_invitation.load(self.row.id)
        return CoupleInvitation.of(row) if row else None

    @strawberry.field(
        description="Their own telephone number; null for others, who find it in the contacts of a "
        "partnership."
    )
    def phone(self, info: Info) -> str | None:
        """Return the number to the couple and the staff."""
        return self.row.phone if self._is_owner_or_staff(info) else None

    @strawberry.field(description="Their guided setup; null for other callers.")
    async def setup(self, info: Info) -> Onboarding | None:
        """That of the caller, where both partners have an account."""
        return (
            await load_onboarding(info, self._whose(info))
            if self._is_owner_or_staff(info)
            else None
        )

    @strawberry.field(
        description="Their guided setup; only visible to themselves and the staff.",
        deprecation_reason=USE_SETUP,
    )
    async def onboarding(self, info: Info) -> Onboarding:
        """That of the caller, where both partners have an account."""
        if not self._is_owner_or_staff(info):
            raise Forbidden("The onboarding of a couple is its own.")
        return await load_onboarding(info, self._whose(info))

    @strawberry.field(
        description="When they were first connected; null for other callers.",
        metadata=column(rows.Couple.first_connection_at),
    )
    def first_connection_at(self, info: Info) -> datetime | None:
        """Return it to the couple and the staff."""
        return self.row.first_connection_at if self._is_owner_or_staff(info) else None

    @strawberry.field(description="Their partnerships; a supplier sees only its own.")
    async def partnerships(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Partnership]:
        """Return one page, newest first."""
        scope = readable(info.context.actor).partnerships_of_couple(self.row.id)
        shown = PartnershipScope(None, self.row.id) if self.owner else scope
        return await page_of_partnerships(info, shown, Page.of(first, after, last, before))

    def _is_owner_or_staff(self, info: Info) -> bool:
        return self.owner is not None or readable(info.context.actor).reaches_couple(self.row.id)

    def _whose(self, info: Info) -> UUID:
        """The caller; to the staff, a partner who has been there all along."""
        actor = info.context.actor
        viewer_id = actor.user_id if actor.couple_id == self.row.id else None
        return self.owner or viewer_id or self.row.user_id

    @classmethod
    def of(cls, row: rows.Couple, *, owner: UUID | None = None) -> "Couple":
        """A row as the graph shows it; `owner`: whom the answer that holds it logs in."""
        return cls(
            id=node_id("Couple", row.id),
            partner1_name=row.partner1_name,
            partner2_name=row.partner2_name,
            wedding_date=row.wedding_date,
            row=row,
            owner=owner,
        )


@strawberry.type(description="A page of couples.")
class CoupleConnection(Connection[Couple]):
    """A page whose total is counted only if it is selected."""

    search: strawberry.Private[str | None]

    @strawberry.field(
        description="The number of couples that match the search.", metadata=TOTAL_COUNT
    )
    async def total_count(self, info: Info) -> int:
        """Count with one additional statement."""
        async with info.context.db.read() as session:
            return await directory.count_couples(session, self.search)


async def load_onboarding(info: Info, user_id: UUID) -> Onboarding:
    """The onboarding of a supplier or a couple, made in the transaction that made them."""
    row = await info.context.loaders.onboarding_of_user.load(user_id)
    if row is None:
        raise Forbidden(NOBODYS)
    return Onboarding.of(row)


async def load_partner(info: Info, supplier_id: UUID, couple_id: UUID | None) -> Couple | None:
    """The couple of a client or an invitation, as its supplier and the staff may see it.

    The row keeps the couple's id when a partnership ends; the supplier sees the couple no more,
    nor what it has done since (SEC11).
    """
    if couple_id is None:
        return None
    loaders = info.context.loaders
    if readable(info.context.actor).reaches_all:
        row = await loaders.couple.load(couple_id)
    else:
        row = await loaders.partner_couple.load((supplier_id, couple_id))
    return Couple.of(row) if row else None


async def visible_couple(info: Info, key: UUID) -> Couple | None:
    """Load a couple: the caller's own, that of an active partnership, or any for staff."""
    row_scope = readable(info.context.actor)
    if row_scope.reaches_couple(key):
        row = await info.context.loaders.couple.load(key)
        return Couple.of(row) if row else None
    return await load_partner(info, row_scope.supplier_id, key) if row_scope.supplier_id else None


async def page_of_partnerships(
    info: Info, scope: PartnershipScope | None, page: Page
) -> Connection[Partnership]:
    """Return a page of partnerships in a scope; None is an empty page."""
    rows_found: list[rows.Partnership] = []
    if scope is not None:
        async with info.context.db.read() as session:
            rows_found = await directory.page_of_partnerships(session, scope, page.moments())
    return connection(
        Connection[Partnership],
        rows_found,
        page,
        cursor=lambda row: encode_cursor(row.connected_at, row.id),
        wrap=Partnership.of,
    )
