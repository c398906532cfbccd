"""SQL about what a supplier is shown first: the next weddings, invitations that end soon (U12)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from db.models.invitations import Invitation
from db.models.suppliers import Client
from domain.marketplace.clients import ClientStatus
from domain.marketplace.invitations import PENDING

MAX_WEDDINGS = 3
MAX_INVITATIONS = 5
ENDS_SOON = timedelta(days=3)

Clock = Callable[[], datetime]
T = TypeVar("T", Client, Invitation)


async def next_weddings(
    session: AsyncSession, ids: Sequence[UUID], *, clock: Clock
) -> Mapping[UUID, Sequence[Client]]:
    """Return the clients whose wedding comes next, by supplier, the next one first.

    Archived clients are left out. Weddings of yesterday (UTC) count: somewhere it is still today.
    """
    since = clock().date() - timedelta(days=1)
    where = Client.wedding_date >= since, Client.status != ClientStatus.INACTIVE
    return await _first_of_each(session, Client, ids, where, Client.wedding_date, MAX_WEDDINGS)


async def ending_invitations(
    session: AsyncSession, ids: Sequence[UUID], *, clock: Clock
) -> Mapping[UUID, Sequence[Invitation]]:
    """Return the pending invitations that end within ENDS_SOON, by supplier, the next one first."""
    now, ends_at = clock(), Invitation.expires_at
    where = Invitation.status.in_(PENDING), ends_at > now, ends_at <= now + ENDS_SOON
    return await _first_of_each(session, Invitation, ids, where, ends_at, MAX_INVITATIONS)


async def _first_of_each(
    session: AsyncSession,
    model: type[T],
    supplier_ids: Sequence[UUID],
    where: Sequence[ColumnElement[bool]],
    order: InstrumentedAttribute[Any],
    limit: int,
) -> Mapping[UUID, Sequence[T]]:
    """Return the first rows of each supplier in this order."""
    place = func.row_number().over(partition_by=model.supplier_id, order_by=(order, model.id))
    ranked = (
        select(model.id, place.label("place"))
        .where(model.supplier_id.in_(supplier_ids), *where)
        .subquery()
    )
    query = select(model).join(ranked, ranked.c.id == model.id).where(ranked.c.place <= limit)
    by_supplier: dict[UUID, list[T]] = {}
    for row in await session.scalars(query.order_by(order, model.id)):
        by_supplier.setdefault(row.supplier_id, []).append(row)
    return by_supplier
