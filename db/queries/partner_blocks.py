"""SQL about blocks between partners, and whom to notify (M4)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.couples import PartnerBlock, Partnership
from db.models.suppliers import Client
from db.queries.couples import with_email
from domain.marketplace.partner_blocks import PartnerSide

MAX = 1_000


async def add(
    session: AsyncSession, partnership_id: UUID, side: PartnerSide, now: datetime
) -> bool:
    """Record a block; return False if that side has blocked the other already."""
    row = insert(PartnerBlock).values(partnership_id=partnership_id, side=side, created_at=now)
    inserted = row.on_conflict_do_nothing().returning(PartnerBlock.side)
    return (await session.execute(inserted)).scalar_one_or_none() is not None


async def remove(session: AsyncSession, partnership_id: UUID, side: PartnerSide) -> bool:
    """Remove a block; return False if there was none."""
    deletion = delete(PartnerBlock).where(
        PartnerBlock.partnership_id == partnership_id, PartnerBlock.side == side
    )
    deleted = await session.execute(deletion.returning(PartnerBlock.side))
    return deleted.scalar_one_or_none() is not None


async def sides_between(
    session: AsyncSession, supplier_id: UUID, couple_id: UUID | None, email: str | None = None
) -> frozenset[PartnerSide]:
    """Return who has blocked whom between a supplier and a couple, found by id or e-mail."""
    couple: list[ColumnElement[bool]] = []
    if couple_id is not None:
        couple.append(Partnership.couple_id == couple_id)
    if email is not None:
        couple.append(Partnership.couple_id.in_(with_email(email)))
    if not couple:
        return frozenset()
    query = (
        select(PartnerBlock.side)
        .join(Partnership, Partnership.id == PartnerBlock.partnership_id)
        .where(Partnership.supplier_id == supplier_id, or_(*couple))
    )
    return frozenset(await session.scalars(query))


async def lock_partnership(session: AsyncSession, partnership_id: UUID) -> Partnership | None:
    """Lock a partnership; its clients must be locked first."""
    query = select(Partnership).where(Partnership.id == partnership_id)
    locked = query.with_for_update(key_share=True)
    return await session.scalar(locked.execution_options(populate_existing=True))


def clients_between(row: Partnership) -> ColumnElement[bool]:
    """Match the clients with which a supplier records a couple."""
    return (Client.supplier_id == row.supplier_id) & (Client.couple_id == row.couple_id)


async def blocked_by(
    session: AsyncSession, side: PartnerSide, owner: UUID
) -> Sequence[tuple[PartnerBlock, Partnership]]:
    """Return whom a supplier or couple has blocked, newest first."""
    own_side = Partnership.supplier_id if side is PartnerSide.SUPPLIER else Partnership.couple_id
    query = (
        select(PartnerBlock, Partnership)
        .join(Partnership, Partnership.id == PartnerBlock.partnership_id)
        .where(PartnerBlock.side == side, own_side == owner)
        .order_by(PartnerBlock.created_at.desc(), Partnership.id)
        .limit(MAX)
    )
    return [(block, row) for block, row in await session.execute(query)]
