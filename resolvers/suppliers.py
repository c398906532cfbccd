"""Fields about suppliers and their clients (S33 to S36)."""

from functools import partial
from typing import Annotated

import strawberry

from domain.platform.search import check_search
from schema.context import Info
from schema.enums import VendorType
from schema.pagination import After, Before, First, Last, Page, connection, moment_cursor
from schema.types.accounts import ProfileInput, ProfilePayload
from schema.types.clients import AddClientInput, ClientPayload, UpdateClientInput
from schema.types.node import decode_id, decode_optional_id
from schema.types.suppliers import Search, Supplier, SupplierConnection
from services.marketplace import clients, directory, profiles
from services.marketplace.directory import SupplierFilter

VendorTypeFilter = Annotated[
    VendorType | None, strawberry.argument(description="Only suppliers of this vendor type.")
]
ProfileArgument = Annotated[ProfileInput, strawberry.argument(description="The fields to change.")]
NewClientArgument = Annotated[AddClientInput, strawberry.argument(description="The client.")]
ClientChangesArgument = Annotated[
    UpdateClientInput, strawberry.argument(description="The changes.")
]


async def suppliers(
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    search: Search = None,
    vendor_type: VendorTypeFilter = None,
) -> SupplierConnection:
    """Suppliers, newest first; a search matches the beginnings of words."""
    page = Page.of(first, after, last, before)
    supplier_filter = SupplierFilter(check_search(search), vendor_type)
    async with info.context.db.read() as session:
        rows = await directory.page_of_suppliers(session, supplier_filter, page.moments())
    return connection(
        partial(SupplierConnection, filters=supplier_filter),
        rows,
        page,
        cursor=moment_cursor,
        wrap=Supplier.of,
    )


async def update_profile(info: Info, input: ProfileArgument) -> ProfilePayload:
    """Change the caller's profile; omitted fields stay unchanged, null clears one."""
    async with info.context.db.write() as uow:
        updated = await profiles.update(uow, info.context.actor, input.provided())
    return ProfilePayload.of(updated)


async def add_client(info: Info, input: NewClientArgument) -> ClientPayload:
    """Add a client: the caller's own, or with directory:write one of a named supplier."""
    owner = input.supplier_id
    key = decode_optional_id(owner, "Supplier", "input", "supplierId")
    async with info.context.db.write() as uow:
        added = await clients.add(
            uow, info.context.actor, input.command(), key, input.idempotency_key
        )
    return ClientPayload.of(added)


async def update_client(info: Info, input: ClientChangesArgument) -> ClientPayload:
    """Change, archive or restore a client."""
    key, archived = decode_id(input.id, "Client", "input", "id"), input.archived
    async with info.context.db.write() as uow:
        updated = await clients.update(
            uow,
            info.context.actor,
            key,
            input.patch(),
            None if archived is strawberry.UNSET else archived,
        )
    return ClientPayload.of(updated)
