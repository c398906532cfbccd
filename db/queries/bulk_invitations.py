"""SQL about bulk invitations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.models.bulk_invitations import BulkInvitation, BulkInvitationItem
from db.models.sendings import InvitationSending, SendingKind
from db.models.suppliers import Client, Supplier
from domain.marketplace.bulk_invitations import BulkItemStatus, SendingPace
from domain.marketplace.clients import ClientStatus

Bulk, Item, Sending = BulkInvitation, BulkInvitationItem, InvitationSending
WAITING = Item.status == BulkItemStatus.WAITING
_ACTIVE = Bulk.stopped_at.is_(None) & Bulk.finished_at.is_(None)


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of invitations of a bulk invitation by status."""

    by_status: Mapping[BulkItemStatus, int] = field(default_factory=dict)

    def of(self, *statuses: BulkItemStatus) -> int:
        """Return how many have one of these statuses."""
        return sum(self.by_status.get(status, 0) for status in statuses)


async def by_id(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, BulkInvitation]:
    """Load bulk invitations by id."""
    rows = await session.scalars(select(Bulk).where(Bulk.id.in_(ids)))
    return {row.id: row for row in rows}


async def newest_by_supplier(
    session: AsyncSession, suppliers: Sequence[UUID]
) -> Mapping[UUID, BulkInvitation]:
    """Return the newest bulk invitation of each supplier."""
    query = (
        select(Bulk)
        .where(Bulk.supplier_id.in_(suppliers))
        .ext(distinct_on(Bulk.supplier_id))
        .order_by(Bulk.supplier_id, Bulk.created_at.desc(), Bulk.id.desc())
    )
    return {row.supplier_id: row for row in await session.scalars(query)}


async def lock(session: AsyncSession, key: UUID, supplier_id: UUID | None) -> BulkInvitation | None:
    """Lock a bulk invitation; with `supplier_id`, only if it belongs to that supplier."""
    query = select(Bulk).where(Bulk.id == key)
    if supplier_id is not None:
        query = query.where(Bulk.supplier_id == supplier_id)
    locked = query.with_for_update(key_share=True)
    return await session.scalar(locked.execution_options(populate_existing=True))


async def lock_active_of(session: AsyncSession, supplier_id: UUID) -> BulkInvitation | None:
    """Lock the bulk invitation of a supplier that is still running."""
    query = select(Bulk).where(Bulk.supplier_id == supplier_id, _ACTIVE)
    locked = query.with_for_update(key_share=True)
    return await session.scalar(locked.execution_options(populate_existing=True))


async def due(session: AsyncSession, now: datetime, limit: int) -> Sequence[UUID]:
    """Return bulk invitations that have something to send, longest overdue first."""
    query = select(Bulk.id).where(_ACTIVE, Bulk.next_at <= now).order_by(Bulk.next_at)
    return (await session.scalars(query.limit(limit))).all()


async def clients_to_invite(
    session: AsyncSession, supplier_id: UUID, ids: Sequence[UUID] | None, import_id: UUID | None
) -> list[UUID]:
    """Return the named clients, or all that were never invited, sorted by name."""
    query = select(Client.id).where(Client.supplier_id == supplier_id)
    if ids is not None:
        query = query.where(Client.id.in_(ids))
    else:
        query = query.where(Client.status == ClientStatus.ADDED)
    if import_id is not None:
        query = query.where(Client.import_id == import_id)
    return list(await session.scalars(query.order_by(Client.couple_names, Client.id)))


async def add_items(session: AsyncSession, bulk_id: UUID, clients: Sequence[UUID]) -> int:
    """Append clients and return how many were added or will be tried again."""
    last = select(func.coalesce(func.max(Item.position), 0)).where(Item.bulk_id == bulk_id)
    start = (await session.execute(last)).scalar_one()
    values = [
        {"bulk_id": bulk_id, "client_id": key, "position": start + place}
        for place, key in enumerate(clients, start=1)
    ]
    insertion = insert(Item).values(values)
    query = insertion.on_conflict_do_update(
        index_elements=[Item.bulk_id, Item.client_id],
        set_={"status": BulkItemStatus.WAITING, "reason": None, "not_before": None},
        where=Item.status == BulkItemStatus.NOT_SENT,
    )
    return len((await session.scalars(query.returning(Item.client_id))).all())


async def next_item(
    session: AsyncSession, bulk_id: UUID, now: datetime
) -> BulkInvitationItem | None:
    """Return the first waiting item that may be sent now."""
    may = or_(Item.not_before.is_(None), Item.not_before <= now)
    query = select(Item).where(Item.bulk_id == bulk_id, WAITING, may)
    return await session.scalar(query.order_by(Item.position).limit(1))


async def lock_item(
    session: AsyncSession, bulk_id: UUID, client_id: UUID
) -> BulkInvitationItem | None:
    """Lock an item that still waits; its bulk invitation must be locked first."""
    query = select(Item).where(Item.bulk_id == bulk_id, Item.client_id == client_id, WAITING)
    locked = query.with_for_update(key_share=True)
    return await session.scalar(locked.execution_options(populate_existing=True))


async def earliest_wait(session: AsyncSession, bulk_id: UUID) -> datetime | None:
    """Return when the first waiting item may be sent; None if none waits."""
    query = select(func.min(Item.not_before)).where(Item.bulk_id == bulk_id, WAITING)
    return (await session.execute(query)).scalar_one_or_none()


async def stop_items(session: AsyncSession, bulk_id: UUID, now: datetime) -> None:
    """Stop all waiting items."""
    where = update(Item).where(Item.bulk_id == bulk_id, WAITING)
    await session.execute(where.values(status=BulkItemStatus.STOPPED, decided_at=now))


async def counts(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Counts]:
    """Count the items of each bulk invitation by status."""
    query = select(Item.bulk_id, Item.status, func.count()).where(Item.bulk_id.in_(ids))
    by_status: dict[UUID, dict[BulkItemStatus, int]] = {}
    for key, status, count in await session.execute(query.group_by(Item.bulk_id, Item.status)):
        by_status.setdefault(key, {})[status] = count
    return {key: Counts(by_status.get(key, {})) for key in ids}


async def paces(
    session: AsyncSession, suppliers: Sequence[UUID], since: datetime, declined_since: datetime
) -> Mapping[UUID, SendingPace]:
    """Return what limits the sending rate of each supplier, in one statement."""
    email = (Sending.kind == SendingKind.EMAIL) & (Sending.at > since)
    decline = (Sending.kind == SendingKind.DECLINED) & (Sending.at > declined_since)
    of_supplier: ColumnElement[bool] = Sending.supplier_id == Supplier.id
    sent = select(func.array_agg(Sending.at)).where(of_supplier, email).scalar_subquery()
    declines = (
        select(func.count()).select_from(Sending).where(of_supplier, decline).scalar_subquery()
    )
    query = (
        select(Supplier.id, User.created_at, declines, sent)
        .join(User, User.id == Supplier.user_id)
        .where(Supplier.id.in_(suppliers))
    )
    rows = await session.execute(query)
    return {key: SendingPace(created, count, tuple(at or ())) for key, created, count, at in rows}


async def items(
    session: AsyncSession,
    bulk_id: UUID,
    statuses: Sequence[BulkItemStatus] | None,
    after: int,
    limit: int,
) -> list[BulkInvitationItem]:
    """Return items by position, after a position."""
    query = select(Item).where(Item.bulk_id == bulk_id, Item.position > after)
    if statuses is not None:
        query = query.where(Item.status.in_(statuses))
    return list(await session.scalars(query.order_by(Item.position).limit(limit)))
