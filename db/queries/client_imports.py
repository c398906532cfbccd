"""SQL about imports of clients."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.client_imports import ClientImport
from db.models.suppliers import Client, Supplier
from domain.marketplace.import_rows import ImportedClient, KnownClient

_BATCH = 200  # rows per statement; binding parameters blocks the event loop


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, ClientImport]:
    """Load imports by id."""
    rows = await session.scalars(select(ClientImport).where(ClientImport.id.in_(ids)))
    return {row.id: row for row in rows}


async def lock_supplier(session: AsyncSession, supplier_id: UUID) -> Supplier | None:
    """Lock a supplier so that two imports at once cannot both add a client."""
    query = select(Supplier).where(Supplier.id == supplier_id).with_for_update(key_share=True)
    return await session.scalar(query.execution_options(populate_existing=True))


async def known_clients(session: AsyncSession, supplier_id: UUID) -> list[KnownClient]:
    """Return all clients of a supplier, archived ones too, to compare with imported rows."""
    query = select(Client.couple_names, Client.email, Client.wedding_date, Client.id)
    rows = await session.execute(query.where(Client.supplier_id == supplier_id))
    return [KnownClient(names, email, day, key) for names, email, day, key in rows]


async def add_clients(
    session: AsyncSession,
    import_: ClientImport,
    clients: Mapping[int, ImportedClient],
    now: datetime,
) -> list[int]:
    """Insert clients and return the numbers of the rows that were added.

    A client that was added in the meantime is kept.
    """
    added_rows: list[int] = []
    for batch in _batches(list(clients.items())):
        values = [_columns(client, import_, now) for _, client in batch]
        query = insert(Client).values(values).on_conflict_do_nothing()
        names = query.returning(Client.couple_names, Client.email, Client.wedding_date)
        added = {tuple(row) for row in await session.execute(names)}
        added_rows += [number for number, item in batch if _key(item) in added]
    return added_rows


def _key(client: ImportedClient) -> tuple[object, ...]:
    return client.couple_names, client.email, client.wedding_date


def _columns(client: ImportedClient, import_: ClientImport, now: datetime) -> dict[str, object]:
    return {
        "supplier_id": import_.supplier_id,
        "import_id": import_.id,
        "couple_names": client.couple_names,
        "email": client.email,
        "wedding_date": client.wedding_date,
        "notes": client.notes,
        "created_at": now,
        "updated_at": now,
    }


def _batches(
    items: Sequence[tuple[int, ImportedClient]],
) -> Iterator[Sequence[tuple[int, ImportedClient]]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
