"""Ends partnerships and blocks partners, for either side (M4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.couples import Partnership
from db.queries import couples, suppliers
from db.queries import partner_blocks as queries
from db.session import UnitOfWork
from domain.actors import Actor
from domain.errors import LaunchError, NotFound
from domain.marketplace import partner_blocks as rules
from domain.marketplace.clients import ClientStatus
from domain.marketplace.partner_blocks import PartnerSide
from services.marketplace import clients, partnerships
from services.marketplace.invitation_changes import end_pending


@dataclass(frozen=True, slots=True)
class BlockedPartner:
    """A blocked partner, by the name that the caller knows."""

    partnership_id: UUID
    name: str
    since: datetime


async def end(uow: UnitOfWork, actor: Actor, partnership_id: UUID) -> Partnership:
    """End a partnership; repeating it does nothing. Raises NotFound for that of others.

    The supplier's clients of this couple are archived and their pending invitations revoked.
    """
    row, _ = await _lock(uow, actor, partnership_id)
    await _end(uow, actor, row)
    return row


async def block(uow: UnitOfWork, actor: Actor, partnership_id: UUID) -> Partnership:
    """End a partnership, and prevent another one until the block is lifted."""
    row, side = await _lock(uow, actor, partnership_id)
    await _end(uow, actor, row)
    if await queries.add(uow.session, row.id, side, uow.now):
        partnerships.record(uow, actor, row, "blocked")
    return row


async def unblock(uow: UnitOfWork, actor: Actor, partnership_id: UUID) -> Partnership:
    """Lift a block. The two are not connected by that, but may connect again."""
    row, side = await _lock(uow, actor, partnership_id)
    if await queries.remove(uow.session, row.id, side):
        partnerships.record(uow, actor, row, "unblocked")
    return row


async def blocked(session: AsyncSession, actor: Actor) -> Sequence[BlockedPartner]:
    """Return the partners that the caller has blocked, newest first, at most a thousand."""
    if actor.supplier_id is not None:
        side = PartnerSide.SUPPLIER
        blocked_rows = await queries.blocked_by(session, side, actor.supplier_id)
    elif actor.couple_id is not None:
        side = PartnerSide.COUPLE
        blocked_rows = await queries.blocked_by(session, side, actor.couple_id)
    else:
        return []
    names = await _names(session, side, [row for _, row in blocked_rows])
    return [BlockedPartner(row.id, names[row.id], item.created_at) for item, row in blocked_rows]


async def _names(
    session: AsyncSession, side: PartnerSide, rows: Sequence[Partnership]
) -> dict[UUID, str]:
    """Return the name that the caller knows: its own of a client, or the name of a supplier."""
    if side is PartnerSide.COUPLE:
        by_id = await suppliers.by_id(session, [row.supplier_id for row in rows])
        return {row.id: by_id[row.supplier_id].business_name or "A supplier" for row in rows}
    people = await couples.by_id(session, [row.couple_id for row in rows])
    both = {row.id: people[row.couple_id] for row in rows}
    return {
        key: " & ".join(filter(None, (couple.partner1_name, couple.partner2_name))) or "A couple"
        for key, couple in both.items()
    }


async def _lock(
    uow: UnitOfWork, actor: Actor, partnership_id: UUID
) -> tuple[Partnership, PartnerSide]:
    """Lock a partnership of the caller; its clients are locked first, as everywhere."""
    seen = (await couples.partnerships_by_id(uow.session, [partnership_id])).get(partnership_id)
    side = rules.side_of(actor, seen.supplier_id, seen.couple_id) if seen is not None else None
    if seen is None or side is None:
        raise _not_found()
    await suppliers.lock_clients(uow.session, queries.clients_between(seen))
    row = await queries.lock_partnership(uow.session, partnership_id)
    if row is None:
        raise _not_found()
    return row, side


async def _end(uow: UnitOfWork, actor: Actor, row: Partnership) -> None:
    if not row.is_active:
        return
    partnerships.part(uow, actor, row)
    await _archive(uow, actor, row)


async def _archive(uow: UnitOfWork, actor: Actor, row: Partnership) -> None:
    for client in await suppliers.lock_clients(uow.session, queries.clients_between(row)):
        before = client.status
        if before is ClientStatus.INACTIVE:
            continue
        await end_pending(uow, actor, client)
        client.status = ClientStatus.INACTIVE
        clients.record(uow, actor, client, "archived", before)


def _not_found() -> LaunchError:
    return NotFound("There is no Partnership with this id.", path=("id",))
