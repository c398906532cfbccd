"""SQL about suppliers and their clients."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.models.suppliers import Client, Supplier
from db.queries.pages import Key, Moments, has_words, newest_first, search_page
from domain.actors import VendorType
from domain.marketplace.clients import ClientStatus


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Supplier]:
    """Load suppliers by id."""
    rows = await session.scalars(select(Supplier).where(Supplier.id.in_(ids)))
    return {row.id: row for row in rows}


async def by_user(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Supplier]:
    """Load suppliers by the id of their user."""
    rows = await session.scalars(select(Supplier).where(Supplier.user_id.in_(ids)))
    return {row.user_id: row for row in rows}


async def lock_of_user(session: AsyncSession, user_id: UUID) -> Supplier | None:
    """Lock the supplier of a user until the end of the transaction."""
    query = select(Supplier).where(Supplier.user_id == user_id).with_for_update(key_share=True)
    return await session.scalar(query.execution_options(populate_existing=True))


def directory(
    search: str | None, vendor_type: VendorType | ColumnElement[Any] | None
) -> list[ColumnElement[bool]]:
    """Build the WHERE clause of the directory of suppliers."""
    clauses: list[ColumnElement[bool]] = []
    if search is not None:
        clauses.append(_matches_search(search))
    if vendor_type is not None:
        clauses.append(Supplier.vendor_type == vendor_type)
    return clauses


def _matches_search(search: str) -> ColumnElement[bool]:
    """Match words of the name or business e-mail, or the full e-mail of the account."""
    words = has_words(Supplier.business_name, Supplier.email, search)
    if "@" not in search:
        return words
    owner = select(User.id).where(func.lower(User.email) == func.lower(search))
    return or_(words, Supplier.user_id.in_(owner))


def paged(search: str | None, vendor_type: VendorType | None, page: Moments) -> Select[Supplier]:
    """Select a page of the directory, newest first."""
    where = directory(search, vendor_type)
    if search is not None:
        return search_page(Supplier, where, page)
    query = select(Supplier).where(*where)
    return newest_first(query, Supplier.created_at, Supplier.id, page)


async def clients_by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Client]:
    """Load clients by id."""
    rows = await session.scalars(select(Client).where(Client.id.in_(ids)))
    return {row.id: row for row in rows}


async def lock_client(
    session: AsyncSession, client_id: UUID, supplier_id: UUID | None
) -> Client | None:
    """Lock a client; with `supplier_id`, only if it belongs to that supplier.

    Transactions that also change an invitation lock its client first; otherwise two of them could
    deadlock.
    """
    query = select(Client).where(Client.id == client_id)
    if supplier_id is not None:
        query = query.where(Client.supplier_id == supplier_id)
    locked = query.with_for_update(key_share=True)
    return await session.scalar(locked.execution_options(populate_existing=True))


def clients_of(
    supplier_id: UUID | Key,
    status: ClientStatus | ColumnElement[Any] | None,
    search: str | None,
) -> list[ColumnElement[bool]]:
    """Build the WHERE clause of a supplier's list of clients."""
    clauses: list[ColumnElement[bool]] = [Client.supplier_id == supplier_id]
    if status is not None:
        clauses.append(Client.status == status)
    if search is not None:
        texts = (Client.couple_names, Client.email)
        clauses.append(or_(*(text.icontains(search, autoescape=True) for text in texts)))
    return clauses


async def page_of_clients(
    session: AsyncSession, where: Sequence[ColumnElement[bool]], page: Moments
) -> list[Client]:
    """Return a page of clients, newest first."""
    query = select(Client).where(*where)
    paged = newest_first(query, Client.created_at, Client.id, page)
    return list(await session.scalars(paged))


async def other_connected_client(session: AsyncSession, client: Client) -> bool:
    """Tell whether the same couple is connected through another client of the supplier."""
    query = select(func.count()).where(
        Client.supplier_id == client.supplier_id,
        Client.couple_id == client.couple_id,
        Client.id != client.id,
        Client.status == ClientStatus.CONNECTED,
    )
    return (await session.execute(query)).scalar_one() > 0


async def lock_clients(session: AsyncSession, where: ColumnElement[bool]) -> list[Client]:
    """Lock several clients in one order."""
    query = select(Client).where(where).order_by(Client.id)
    return list(await session.scalars(query.with_for_update(key_share=True)))
