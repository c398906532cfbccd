"""Queues invitations to many clients of a supplier; `bulk_sending` sends them (M10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.drafts import Audit
from db.models.bulk_invitations import BulkInvitation
from db.queries import accounts, client_imports, suppliers
from db.queries import bulk_invitations as queries
from db.queries.bulk_invitations import Counts
from db.session import UnitOfWork
from domain.actors import Actor, ActorKind
from domain.errors import Invalid, InvalidTransition, NotFound, Required
from domain.events.imports import BulkInvitationChanged
from domain.ids import SupplierId, UserId, parse_uuid
from domain.marketplace import bulk_invitations as rules
from domain.marketplace.bulk_invitations import BulkInvitationStatus, BulkItemStatus, Forecast
from domain.marketplace.invitation_limits import DAY, DECLINED_FOR
from domain.marketplace.invitations import expiry
from domain.platform.row_scope import writable
from services.accounts.email_confirmations import check_may_write
from services.marketplace.clients import owner_of
from services.marketplace.invitations import Site
from services.platform import idempotency

_KEY = ("input", "idempotencyKey")
_CLIENTS = ("input", "clientIds")
_IMPORT = ("input", "importId")


@dataclass(frozen=True, slots=True)
class InviteClients:
    """The clients to invite: named ones, those of an import, or all never invited."""

    client_ids: Sequence[UUID] | None = None
    import_id: UUID | None = None
    days: int | None = None
    supplier_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a bulk invitation, and when the rest is sent."""

    counts: Counts
    forecast: Forecast


async def start(
    uow: UnitOfWork,
    actor: Actor,
    site: Site,
    command: InviteClients,
    idempotency_key: str | None = None,
) -> BulkInvitation:
    """Queue invitations by e-mail; an unfinished bulk invitation is extended by the new clients.

    Raises Invalid if no client is left to invite, NotFound for clients or an import of another
    supplier, and Forbidden while the supplier's own address is unconfirmed.
    """
    if actor.kind is ActorKind.TOKEN and idempotency_key is None:
        raise Required("A token must send an idempotencyKey with invitations.", path=_KEY)
    owner = await owner_of(uow.session, actor, command.supplier_id)
    reservation = await idempotency.reserve(uow, actor, "inviteClients", idempotency_key, command)
    if reservation.result is not None:
        return await _replay_result(uow, reservation.result)
    expiry(command.days, uow.now)  # raises for an invalid number of days
    await _check_sender(uow, owner, site)
    clients = await _clients(uow, owner, command)
    await client_imports.lock_supplier(uow.session, owner)
    row = await queries.lock_active_of(uow.session, owner)
    action = "started" if row is None else "extended"
    if row is None:
        row = await _new(uow, actor, owner, site, command)
    row.next_at = uow.now
    added = await queries.add_items(uow.session, row.id, clients)
    waiting = (await queries.counts(uow.session, [row.id]))[row.id].of(BulkItemStatus.WAITING)
    if waiting > rules.MAX_CLIENTS:
        raise Invalid(f"At most {rules.MAX_CLIENTS:,} invitations wait at once.", path=_CLIENTS)
    await record(uow, actor, row, action, added)
    await idempotency.complete(uow, reservation, bulk_id=row.id)
    return row


async def stop(uow: UnitOfWork, actor: Actor, bulk_id: UUID) -> BulkInvitation:
    """Cancel the waiting invitations; repeating it does nothing. Raises NotFound."""
    row = await queries.lock(uow.session, bulk_id, writable(actor).one_supplier())
    if row is None:
        raise NotFound("There is no BulkInvitation with this id.", path=("id",))
    if row.finished_at is not None:
        raise InvalidTransition("All of these invitations have been dealt with already.")
    if row.stopped_at is None:
        row.stopped_at = uow.now
        await queries.stop_items(uow.session, row.id, uow.now)
        await record(uow, actor, row, "stopped")
    return row


async def progress_of(
    session: AsyncSession, rows: Sequence[BulkInvitation], now: datetime
) -> Mapping[UUID, Progress]:
    """Return the progress of bulk invitations with a fixed number of statements."""
    counts = await queries.counts(session, [row.id for row in rows])
    owners = [row.supplier_id for row in rows]
    paces = await queries.paces(session, owners, now - DAY, now - DECLINED_FOR)
    return {
        row.id: Progress(
            counts[row.id],
            rules.forecast(counts[row.id].of(BulkItemStatus.WAITING), paces[row.supplier_id], now),
        )
        for row in rows
    }


async def record(
    uow: UnitOfWork, actor: Actor, row: BulkInvitation, action: str, clients: int = 0
) -> None:
    """Record event and audit row of a change."""
    event = await _event(uow, row, action, clients)
    after = {"bulkInvitation": str(row.id), "clients": clients, "status": status(row).name}
    uow.record(actor, event, Audit(event.user_id, after=after))


async def record_delay(uow: UnitOfWork, actor: Actor, row: BulkInvitation) -> None:
    """Record that something could not be sent, for streams only: the items hold the reasons."""
    uow.record(actor, await _event(uow, row, "delayed"))


async def _event(
    uow: UnitOfWork, row: BulkInvitation, action: str, clients: int = 0
) -> BulkInvitationChanged:
    owner = (await suppliers.by_id(uow.session, [row.supplier_id]))[row.supplier_id]
    return BulkInvitationChanged(
        user_id=UserId(owner.user_id),
        supplier_id=SupplierId(row.supplier_id),
        bulk_id=row.id,
        action=action,
        clients=clients,
    )


def status(row: BulkInvitation) -> BulkInvitationStatus:
    """Return the state of a bulk invitation."""
    return rules.status_of(row.stopped_at, row.finished_at)


async def _new(
    uow: UnitOfWork, actor: Actor, owner: UUID, site: Site, command: InviteClients
) -> BulkInvitation:
    row = BulkInvitation(
        supplier_id=owner,
        created_by=actor.user_id,
        created_at=uow.now,
        next_at=uow.now,
        block=site.block,
        expires_in_days=command.days,
    )
    uow.session.add(row)
    await uow.session.flush()
    return row


async def _check_sender(uow: UnitOfWork, owner: UUID, site: Site) -> None:
    """Check the supplier in whose name the e-mails are sent, for any caller (ADR 20)."""
    user_id = (await suppliers.by_id(uow.session, [owner]))[owner].user_id
    users = await accounts.users_by_id(uow.session, [user_id])
    check_may_write(users.get(user_id), sends_mail=site.sends_mail)


async def _clients(uow: UnitOfWork, owner: UUID, command: InviteClients) -> list[UUID]:
    if command.client_ids is not None and command.import_id is not None:
        raise Invalid("Name clients or an import, not both.", path=_IMPORT)
    if command.import_id is not None:
        made = await client_imports.by_id(uow.session, [command.import_id])
        if command.import_id not in made or made[command.import_id].supplier_id != owner:
            raise NotFound("There is no ClientImport with this id.", path=_IMPORT)
    requested = None if command.client_ids is None else list(dict.fromkeys(command.client_ids))
    clients = await queries.clients_to_invite(uow.session, owner, requested, command.import_id)
    if requested is not None and len(clients) < len(requested):
        raise NotFound("One of these clients does not exist.", path=_CLIENTS)
    if not clients:
        raise Invalid("There is no client left to invite.", path=_CLIENTS)
    return clients


async def _replay_result(uow: UnitOfWork, result: Mapping[str, object]) -> BulkInvitation:
    key = parse_uuid(str(result.get("bulk_id", "")))
    rows = await queries.by_id(uow.session, [key]) if key else {}
    if key is None or key not in rows:
        raise NotFound("The bulk invitation of that request no longer exists.", path=_KEY)
    return rows[key]
