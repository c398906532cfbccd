"""Connects suppliers and couples, and ends their partnerships (S11)."""

from datetime import datetime
from uuid import UUID

from db.drafts import Audit
from db.models.couples import Partnership
from db.models.suppliers import Client
from db.queries import accounts, couples
from db.session import UnitOfWork
from domain.actors import Actor
from domain.events.marketplace import PartnershipChanged
from domain.ids import CoupleId, PartnershipId, SupplierId
from domain.platform.platforms import Platform


async def connect(
    uow: UnitOfWork, actor: Actor, pair: tuple[UUID, UUID], invited_at: datetime
) -> Partnership:
    """Connect a supplier and a couple, also after an end; it counts for the live phase."""
    row, fresh = await couples.connect(uow.session, pair, uow.now)
    if not fresh:
        return row
    took = round((uow.now - invited_at).total_seconds())
    phase_id = await accounts.active_phase_id(uow.session, Platform.WEDME)
    event = PartnershipChanged(
        phase_id=phase_id,
        partnership_id=PartnershipId(row.id),
        supplier_id=SupplierId(row.supplier_id),
        couple_id=CoupleId(row.couple_id),
        method=row.connection_method,
        action="connected",
        is_active=True,
        seconds_to_connect=took,
    )
    uow.record(actor, event, Audit(row.id, after={"isActive": True}))
    return row


async def end(uow: UnitOfWork, actor: Actor, client: Client) -> None:
    """End the partnership of an archived client; the couple is notified and still sees it."""
    if client.couple_id is None:
        return
    row = await couples.partnership_of(uow.session, (client.supplier_id, client.couple_id))
    if row is None or not row.is_active:
        return
    part(uow, actor, row)


def part(uow: UnitOfWork, actor: Actor, row: Partnership) -> None:
    """End an active partnership; the other side is notified through the event."""
    row.is_active = False
    record(uow, actor, row, "parted", was_active=True)


def record(
    uow: UnitOfWork, actor: Actor, row: Partnership, action: str, *, was_active: bool = False
) -> None:
    """Record event and audit row of a change other than a connection."""
    event = PartnershipChanged(
        partnership_id=PartnershipId(row.id),
        supplier_id=SupplierId(row.supplier_id),
        couple_id=CoupleId(row.couple_id),
        method=row.connection_method,
        action=action,
        is_active=row.is_active,
    )
    after = {"isActive": row.is_active, "action": action}
    uow.record(actor, event, Audit(row.id, before={"isActive": was_active}, after=after))
