"""SQL about what a supplier is shown first: the next weddings, invitations that end soon (U12)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.invitations import Invitation
from db.models.suppliers import Client
from domain.marketplace.clients import ClientStatus
from domain.marketplace.invitations import PENDING

MAX_WEDDINGS = 3
MAX_INVITATIONS = 5
ENDS_SOON = timedelta(days=3)

Clock = Callable[[], datetime]


async def next_weddings(
    session: AsyncSession, ids: Sequence[UUID], *, clock: Clock
) -> Mapping[UUID, Sequence[Client]]:
    """Clients whose wedding comes next, by supplier, the first one first; archived ones left out.

    Of yesterday (UTC) too: there are places where it is still today.
    """
    since = clock().date() - timedelta(days=1)
    order = (Client.wedding_date, Client.id)
    place = func.row_number().over(partition_by=Client.supplier_id, order_by=order)
    known = (
        select(Client.id, place.label("place"))
        .where(
            Client.supplier_id.in_(ids),
            Client.wedding_date >= since,
            Client.status != ClientStatus.INACTIVE,
        )
        .subquery()
    )
    query = select(Client).join(known, known.c.id == Client.id)
    rows = await session.scalars(query.where(known.c.place <= MAX_WEDDINGS).order_by(*order))
    found: dict[UUID, list[Client]] = {}
    for row in rows:
        found.setdefault(row.supplier_id, []).append(row)
    return found


async def ending_invitations(
    session: AsyncSession, ids: Sequence[UUID], *, clock: Clock
) -> Mapping[UUID, Sequence[Invitation]]:
    """Pending invitations that end within three days, by supplier, the first one first."""
    now = clock()
    order = (Invitation.expires_at, Invitation.id)
    place = func.row_number().over(partition_by=Invitation.supplier_id, order_by=order)
    known = (
        select(Invitation.id, place.label("place"))
        .where(
            Invitation.supplier_id.in_(ids),
            Invitation.status.in_(PENDING),
            Invitation.expires_at > now,
            Invitation.expires_at <= now + ENDS_SOON,
        )
        .subquery()
    )
    query = select(Invitation).join(known, known.c.id == Invitation.id)
    rows = await session.scalars(query.where(known.c.place <= MAX_INVITATIONS).order_by(*order))
    found: dict[UUID, list[Invitation]] = {}
    for row in rows:
        found.setdefault(row.supplier_id, []).append(row)
    return found
