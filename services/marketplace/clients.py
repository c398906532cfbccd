"""Adds, changes and archives the clients of a supplier (S9, S35, S36)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.drafts import Audit
from db.models.suppliers import Client
from db.queries import suppliers as queries
from db.session import UnitOfWork
from db.unique import unique
from domain.actors import Actor
from domain.errors import NotFound, NotUnique, Required
from domain.events.marketplace import ClientAdded, ClientChanged
from domain.ids import ClientId, SupplierId, parse_uuid
from domain.marketplace import clients as rules
from domain.marketplace.clients import ClientStatus
from domain.platform.row_scope import writable
from services.journeys import onboarding
from services.marketplace import partnerships
from services.marketplace.invitation_changes import end_pending
from services.platform import idempotency

_SUPPLIER = ("input", "supplierId")


@dataclass(frozen=True, slots=True)
class ClientDraft:
    """A client to add."""

    couple_names: str
    email: str | None = None
    wedding_date: date | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class ClientResult:
    """A client after a mutation, with warnings."""

    row: Client
    warnings: list[str]


async def add(
    uow: UnitOfWork,
    actor: Actor,
    draft: ClientDraft,
    supplier_id: UUID | None = None,
    idempotency_key: str | None = None,
) -> ClientResult:
    """Add a client; completes the step `first_client` of its supplier.

    `supplier_id` is required for callers that act for suppliers (DIRECTORY_WRITE), else refused.
    """
    reservation = await idempotency.reserve(
        uow, actor, "addClient", idempotency_key, (draft, supplier_id)
    )
    if reservation.result is not None:
        return await _replay_result(uow, reservation.result)
    owner = await owner_of(uow.session, actor, supplier_id)
    row = _row(draft, owner)
    await _save(uow, row)
    await uow.session.refresh(row)
    event = ClientAdded(client_id=ClientId(row.id), supplier_id=owner)
    uow.record(actor, event, Audit(row.id, after={"status": row.status.name}))
    await _advance(uow, actor, owner)
    await idempotency.complete(uow, reservation, client_id=row.id)
    return _result(uow, row)


async def update(
    uow: UnitOfWork,
    actor: Actor,
    client_id: UUID,
    fields: Mapping[str, object],
    archived: bool | None = None,
) -> ClientResult:
    """Change the provided fields; archive a client or restore it.

    Archiving revokes the pending invitation and ends the partnership, of which the couple is
    notified. Only a new acceptance connects the client again (S9). Raises NotFound.
    """
    row = await locked(uow, actor, client_id, ("input", "id"))
    before = row.status
    patch = rules.check_client(fields)
    changed = [name for name, value in patch.items() if getattr(row, name) != value]
    await _save(uow, row, {name: patch[name] for name in changed})
    action = await _archive(uow, actor, row, archived) or "edited"
    if changed or row.status is not before:
        record(uow, actor, row, action, before, changed)
    return _result(uow, row)


async def locked(uow: UnitOfWork, actor: Actor, client_id: UUID, path: tuple[str, ...]) -> Client:
    """Lock a client that the caller may change; raises NotFound, also for another's client."""
    row = await queries.lock_client(uow.session, client_id, writable(actor).one_supplier())
    if row is None:
        raise NotFound("There is no Client with this id.", path=path)
    return row


async def owner_of(session: AsyncSession, actor: Actor, supplier_id: UUID | None) -> SupplierId:
    """Return the supplier of a new client: the caller, or the one that the staff name.

    Raises Required, NotFound, or Forbidden for callers who cannot have clients.
    """
    own = writable(actor).one_supplier()
    if own is None and supplier_id is None:
        raise Required("Say which supplier the client is for.", path=_SUPPLIER)
    if own is not None and supplier_id in (None, own):
        return own
    owner = supplier_id if own is None else None
    if owner is None or not await queries.by_id(session, [owner]):
        raise NotFound("There is no Supplier with this id.", path=_SUPPLIER)
    return SupplierId(owner)


def record(
    uow: UnitOfWork,
    actor: Actor,
    row: Client,
    action: str,
    before: ClientStatus,
    fields: list[str] | None = None,
) -> None:
    """Record event and audit of a change, with field names only: the audit is never erased."""
    event = ClientChanged(
        client_id=ClientId(row.id),
        supplier_id=SupplierId(row.supplier_id),
        action=action,
        before=before,
        after=row.status,
    )
    audit = Audit(
        row.id,
        before={"status": before.name},
        after={"status": row.status.name, "fields": fields or []},
    )
    uow.record(actor, event, audit)


def _row(draft: ClientDraft, owner: SupplierId) -> Client:
    fields = {
        "couple_names": draft.couple_names,
        "email": draft.email,
        "wedding_date": draft.wedding_date,
        "notes": draft.notes,
    }
    return Client(supplier_id=owner, **rules.check_client(fields))


async def _save(uow: UnitOfWork, row: Client, changes: Mapping[str, object] | None = None) -> None:
    taken = NotUnique("There is a client with this e-mail already.", path=("input", "email"))
    async with unique(uow.session, taken):
        uow.session.add(row)
        for name, value in (changes or {}).items():
            setattr(row, name, value)


async def _archive(uow: UnitOfWork, actor: Actor, row: Client, archived: bool | None) -> str | None:
    inactive = row.status is ClientStatus.INACTIVE
    if archived is None or archived is inactive:
        return None
    if not archived:
        row.status = ClientStatus.ADDED
        return "brought back"
    await end_pending(uow, actor, row)
    if not await queries.other_connected_client(uow.session, row):
        await partnerships.end(uow, actor, row)
    row.status = ClientStatus.INACTIVE
    return "archived"


async def _advance(uow: UnitOfWork, actor: Actor, owner: SupplierId) -> None:
    supplier = (await queries.by_id(uow.session, [owner]))[owner]
    await onboarding.refresh(uow, actor, supplier.user_id)


async def _replay_result(uow: UnitOfWork, result: Mapping[str, object]) -> ClientResult:
    client_id = parse_uuid(str(result.get("client_id", "")))
    rows = await queries.clients_by_id(uow.session, [client_id]) if client_id else {}
    if client_id is None or client_id not in rows:
        raise NotFound(
            "The client of that request no longer exists.", path=("input", "idempotencyKey")
        )
    return _result(uow, rows[client_id])


def _result(uow: UnitOfWork, row: Client) -> ClientResult:
    return ClientResult(row, rules.date_warnings(row.wedding_date, uow.now))
