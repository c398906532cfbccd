"""Reminds invited couples before their invitations end; stops by itself (M6).

Each invitation has one transaction, which also sets its next reminder: two workers, or one that is
interrupted, send each reminder once.
"""

from uuid import UUID

from db.models.invitations import Invitation
from db.models.suppliers import Client, Supplier
from db.queries import invitation_reminders as queries
from db.queries import partner_blocks, suppliers
from db.session import Database, UnitOfWork
from domain.actors import system_actor
from domain.errors import Invalid, RateLimited
from domain.events.marketplace import ENDING, REMINDED
from domain.flags.guarded_operations import RESENDING
from domain.marketplace import invitation_reminders as rules
from domain.marketplace.invitation_emails import Inviting, reminder
from domain.marketplace.invitation_links import accept_url, mail_code, unsubscribe_url
from domain.marketplace.partner_blocks import PartnerSide
from services.flags import feature_gates
from services.mail import invitation_limits, mail
from services.marketplace.invitation_changes import record_follow_up
from services.marketplace.invitations import name_of
from services.platform.credentials import digest
from settings import Settings

BATCH = 100
REMINDER = system_actor("invitation-reminders")


async def remind_due(db: Database, settings: Settings, *, batch: int = BATCH) -> int:
    """Process every due reminder; returns how many were due. Safe to run concurrently."""
    total = 0
    while True:
        async with db.read() as session:
            keys = await queries.due(session, db.clock(), batch)
        for key in keys:
            async with db.write() as uow:
                total += await _remind(uow, settings, key)
        if len(keys) < batch:
            return total


async def _remind(uow: UnitOfWork, settings: Settings, client_id: UUID) -> bool:
    """Lock the client, then its invitation; a client that another transaction holds is skipped."""
    client = await queries.lock_client(uow.session, client_id)
    row = await queries.lock_due(uow.session, client_id, uow.now) if client is not None else None
    if client is None or row is None:
        return False
    row.next_reminder_at = rules.next_reminder(row.sent_at, row.expires_at, uow.now)
    if rules.is_ending(row.expires_at, uow.now):
        record_follow_up(uow, REMINDER, row, ENDING)
    supplier = (await suppliers.by_id(uow.session, [row.supplier_id]))[row.supplier_id]
    code = _repeated_code(settings, row)
    if code is not None and await _may_write(uow, settings, row, client, supplier):
        await _write(uow, settings, row, client, supplier, code)
    return True


def _repeated_code(settings: Settings, row: Invitation) -> str | None:
    """Return the code of the previous e-mail; None if it cannot be derived again.

    After a change of the signing key the couple gets no reminder and keeps its first e-mail.
    """
    code = mail_code(row.id, row.resend_count, settings.signing_key)
    return code if row.email is not None and row.mail_code == digest(code) else None


async def _may_write(
    uow: UnitOfWork, settings: Settings, row: Invitation, client: Client, supplier: Supplier
) -> bool:
    """Whether a reminder may be sent: the conditions of an invitation apply."""
    assert row.email is not None
    if await queries.is_disabled(uow.session, supplier.user_id):
        return False
    user_id = supplier.user_id
    if not await feature_gates.is_open_now(uow.session, RESENDING, user_id, settings):
        return False
    sides = await partner_blocks.sides_between(
        uow.session, row.supplier_id, client.couple_id, row.email
    )
    if PartnerSide.COUPLE in sides or PartnerSide.SUPPLIER in sides:
        return False
    try:
        await invitation_limits.admit_reminder(uow, supplier, client, row.email)
    except (Invalid, RateLimited):
        return False
    return True


async def _write(
    uow: UnitOfWork,
    settings: Settings,
    row: Invitation,
    client: Client,
    supplier: Supplier,
    code: str,
) -> None:
    assert row.email is not None
    base_url = settings.base_url
    inviting = Inviting(
        name_of(supplier),
        client.couple_names,
        accept_url(base_url, code),
        row.expires_at,
        unsubscribe_url(base_url, row.email, settings.signing_key),
    )
    email = reminder(row.email, inviting, is_last=rules.is_ending(row.expires_at, uow.now))
    await mail.post(uow, REMINDER, email, invitation_id=row.id, link_expires_at=row.expires_at)
    record_follow_up(uow, REMINDER, row, REMINDED)
