"""What the holder of an invitation code can do short of accepting it (S41, X13)."""

from dataclasses import dataclass
from datetime import date, datetime

from db.models.invitations import Invitation
from db.models.suppliers import Client, Supplier
from db.queries import invitations as queries
from db.queries import suppliers
from db.session import Database, UnitOfWork
from domain.actors import Actor, VendorType
from domain.errors import NotFound
from domain.marketplace.couple_names import two_names
from domain.marketplace.invitations import PENDING, InvitationStatus, mask_email, refusal, status_at
from services.mail import invitation_limits
from services.marketplace.invitation_changes import end, over, record
from services.marketplace.invitations import name_of
from services.platform.credentials import digest, plausible

NO_SUCH_CODE = "This link is not valid. Ask for a new invitation."


@dataclass(frozen=True, slots=True)
class Preview:
    """The part of an invitation that its code shows."""

    status: InvitationStatus
    supplier_name: str
    vendor_type: VendorType | None
    masked_email: str | None
    needs_email: bool
    expires_at: datetime
    partner1_name: str | None = None
    partner2_name: str | None = None
    wedding_date: date | None = None


async def preview(db: Database, code: str) -> Preview | None:
    """Return the preview without consuming the code, as mail scanners follow links; else None."""
    if not plausible(code):
        return None
    async with db.read() as session:
        match = await queries.by_code(session, digest(code))
    return _preview(*match, db.clock()) if match else None


async def open_by_code(uow: UnitOfWork, actor: Actor, code: str) -> Preview:
    """Record once that a person opened the link; the inviter does not count."""
    row, supplier, client = await _find(uow, code)
    if row.status is InvitationStatus.SENT and actor.supplier_id != row.supplier_id:
        locked = await queries.lock_with_code(uow.session, digest(code))
        if locked is not None and locked.status is InvitationStatus.SENT and not over(locked, uow):
            locked.status, locked.opened_at = InvitationStatus.OPENED, uow.now
            record(uow, actor, locked, "opened", InvitationStatus.SENT)
    return _preview(row, supplier, client, uow.now)


async def decline(uow: UnitOfWork, actor: Actor, code: str) -> Preview:
    """Decline an invitation; repeating it does nothing. Raises where it ended otherwise."""
    row, supplier, _ = await _find(uow, code)
    client = await suppliers.lock_client(uow.session, row.client_id, None)
    locked = await queries.lock_with_code(uow.session, digest(code))
    if client is None or locked is None:
        raise NotFound(NO_SUCH_CODE, path=("code",))
    await _decline(uow, actor, client, locked)
    return _preview(locked, supplier, client, uow.now)


async def _decline(uow: UnitOfWork, actor: Actor, client: Client, row: Invitation) -> None:
    status = over(row, uow) or row.status
    if status is InvitationStatus.DECLINED:
        return
    if status not in PENDING:
        raise refusal(status)
    await end(uow, actor, client, row, InvitationStatus.DECLINED)
    invitation_limits.note_decline(uow, row.supplier_id, client.id, row.email or client.email)


async def _find(uow: UnitOfWork, code: str) -> tuple[Invitation, Supplier, Client]:
    match = await queries.by_code(uow.session, digest(code)) if plausible(code) else None
    if match is None:
        raise NotFound(NO_SUCH_CODE, path=("code",))
    return match[0], match[1], match[2]


def _preview(row: Invitation, supplier: Supplier, client: Client, now: datetime) -> Preview:
    """Return names and date of the client for the form; nothing once the form is not shown."""
    status = status_at(row.status, row.expires_at, now)
    one, other = two_names(client.couple_names) if status in PENDING else (None, None)
    return Preview(
        status=status,
        supplier_name=name_of(supplier),
        vendor_type=supplier.vendor_type,
        masked_email=mask_email(row.email) if row.email else None,
        needs_email=row.email is None,
        expires_at=row.expires_at,
        partner1_name=one,
        partner2_name=other,
        wedding_date=client.wedding_date if status in PENDING else None,
    )
