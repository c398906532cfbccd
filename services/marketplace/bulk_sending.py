"""Sends the invitations of a bulk invitation, one transaction each, as the limits allow (M10).

A job continues at `next_at`, in any worker and after a crash: an invitation and its item are
committed together.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from db.models.accounts import User
from db.models.bulk_invitations import BulkInvitation, BulkInvitationItem
from db.queries import bulk_invitations as queries
from db.queries import suppliers
from db.session import Database, UnitOfWork
from domain.actors import ROLE_SCOPES, Actor, ActorKind, Role, system_actor
from domain.errors import DependencyDown, Forbidden, LaunchError, RateLimited
from domain.flags.guarded_operations import BULK_INVITATIONS
from domain.ids import SupplierId
from domain.marketplace import bulk_invitations as rules
from domain.marketplace.bulk_invitations import BulkInvitationStatus, BulkItemStatus
from domain.marketplace.invitation_limits import DAY, DECLINED_FOR, AccountLimited
from domain.marketplace.invitations import InvitationChannel
from services.flags import feature_gates
from services.mail import outbox
from services.marketplace import bulk_invitations, invitations
from services.marketplace.invitations import InviteClient, Site
from settings import Settings

MAX_DUE = 100  # jobs of one sweep
SENDER = system_actor("bulk-invitations")


async def due(db: Database) -> Sequence[UUID]:
    """Return the bulk invitations with something to send now."""
    async with db.read() as session:
        return await queries.due(session, db.clock(), MAX_DUE)


async def send_due(db: Database, settings: Settings, bulk_id: UUID) -> None:
    """Send the invitations that the limits allow now. Safe to run twice or to interrupt."""
    while await _send_next(db, settings, bulk_id):
        continue


async def _send_next(db: Database, settings: Settings, bulk_id: UUID) -> bool:
    """Process one invitation; returns False where nothing can be done now."""
    async with db.write() as uow:
        bulk = await _lock_due(uow, bulk_id)
        item = await queries.next_item(uow.session, bulk_id, uow.now) if bulk else None
        if bulk is None:
            return False
        if item is None:
            await _rest(uow, bulk)
            return False
        client_id = item.client_id
    try:
        async with db.write() as uow:
            await _send(uow, settings, bulk_id, client_id)
    except DependencyDown:
        raise
    except LaunchError as error:
        async with db.write() as uow:
            return await _hold(uow, bulk_id, client_id, error)
    return True


async def _send(uow: UnitOfWork, settings: Settings, bulk_id: UUID, client_id: UUID) -> None:
    bulk = await _lock_due(uow, bulk_id)
    item = await queries.lock_item(uow.session, bulk_id, client_id) if bulk else None
    if bulk is None or item is None:
        return
    sends = outbox.has_server(settings)
    site = Site(settings.base_url, sends, settings.signing_key, bulk.block)
    command = InviteClient(channel=InvitationChannel.EMAIL, days=bulk.expires_in_days)
    actor = await _supplier(uow, bulk)
    assert actor.id is not None
    if not await feature_gates.is_open_now(uow.session, BULK_INVITATIONS, actor.id, settings):
        raise Forbidden(f"{BULK_INVITATIONS.title} is paused for now.")
    done = await invitations.invite(uow, actor, site, client_id, command)
    _decide(item, BulkItemStatus.SENT, uow.now)
    item.invitation_id = done.row.id
    bulk.held_by = None


async def _hold(uow: UnitOfWork, bulk_id: UUID, client_id: UUID, error: LaunchError) -> bool:
    """Skip an invitation with its reason, or wait; returns True where others may be tried."""
    bulk = await _lock_due(uow, bulk_id)
    item = await queries.lock_item(uow.session, bulk_id, client_id) if bulk else None
    if bulk is None or item is None:
        return bulk is not None
    await bulk_invitations.record_delay(uow, SENDER, bulk)
    if isinstance(error, AccountLimited):
        bulk.next_at = await _next_departure(uow, bulk)
        return False
    if isinstance(error, Forbidden):  # concerns the account or its flag, so every item
        bulk.held_by, bulk.next_at = error.message, uow.now + rules.DEFER_FOR
        return False
    item.reason = error.message
    if isinstance(error, RateLimited) and not rules.is_given_up(bulk.created_at, uow.now):
        item.not_before = uow.now + rules.DEFER_FOR
    else:
        _decide(item, BulkItemStatus.NOT_SENT, uow.now, error.message)
    return True


async def _rest(uow: UnitOfWork, bulk: BulkInvitation) -> None:
    """Schedule the next attempt, or finish the bulk invitation."""
    at = await queries.earliest_wait(uow.session, bulk.id)
    if at is not None:
        bulk.next_at = at
        return
    bulk.finished_at = uow.now
    await bulk_invitations.record(uow, SENDER, bulk, "finished")


async def _lock_due(uow: UnitOfWork, bulk_id: UUID) -> BulkInvitation | None:
    """Lock a bulk invitation; None where it is cancelled, finished or waiting."""
    row = await queries.lock(uow.session, bulk_id, None)
    if row is None or bulk_invitations.status(row) is not BulkInvitationStatus.RUNNING:
        return None
    return row if row.next_at <= uow.now else None


async def _next_departure(uow: UnitOfWork, bulk: BulkInvitation) -> datetime:
    since, declined_since = uow.now - DAY, uow.now - DECLINED_FOR
    owner = bulk.supplier_id
    paces = await queries.paces(uow.session, [owner], since, declined_since)
    return rules.next_departure(paces[owner], uow.now)


async def _supplier(uow: UnitOfWork, bulk: BulkInvitation) -> Actor:
    """Return the supplier as the actor, with its own rights only."""
    row = (await suppliers.by_id(uow.session, [bulk.supplier_id]))[bulk.supplier_id]
    user = await uow.session.get_one(User, row.user_id)
    return Actor(
        ActorKind.USER,
        user.id,
        user.email,
        ROLE_SCOPES[Role.SUPPLIER],
        Role.SUPPLIER,
        supplier_id=SupplierId(row.id),
    )


def _decide(
    item: BulkInvitationItem, status: BulkItemStatus, now: datetime, reason: str | None = None
) -> None:
    item.status, item.decided_at, item.reason, item.not_before = status, now, reason, None
