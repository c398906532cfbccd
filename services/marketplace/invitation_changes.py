"""Ends invitations that were not accepted, and records every change (S10, X13)."""

from db.drafts import Audit
from db.models.invitations import Invitation
from db.models.mail import Mail
from db.models.suppliers import Client
from db.queries import invitations as queries
from db.queries import mail
from db.session import Database, UnitOfWork
from domain.actors import Actor, system_actor
from domain.events.marketplace import InvitationChanged, InvitationFollowedUp
from domain.ids import ClientId, CoupleId, InvitationId, SupplierId
from domain.marketplace.clients import without_invitation
from domain.marketplace.invitations import InvitationStatus, status_at

BATCH = 100
SWEEPER = system_actor("invitations")


def record(
    uow: UnitOfWork,
    actor: Actor,
    row: Invitation,
    action: str,
    before: InvitationStatus | None,
) -> None:
    """Record event and audit row of a change."""
    event = InvitationChanged(
        invitation_id=InvitationId(row.id),
        client_id=ClientId(row.client_id),
        supplier_id=SupplierId(row.supplier_id),
        couple_id=CoupleId(row.couple_id) if row.couple_id else None,
        channel=row.channel,
        action=action,
        before=before,
        after=row.status,
    )
    audit = Audit(
        row.id,
        before={"status": before.name} if before else None,
        after={"status": row.status.name, "resendCount": row.resend_count},
    )
    uow.record(actor, event, audit)


def record_follow_up(uow: UnitOfWork, actor: Actor, row: Invitation, action: str) -> None:
    """Record event and audit row of an action that does not change the status (M6)."""
    event = InvitationFollowedUp(
        invitation_id=InvitationId(row.id),
        client_id=ClientId(row.client_id),
        supplier_id=SupplierId(row.supplier_id),
        action=action,
    )
    uow.record(actor, event, Audit(row.id, after={"status": row.status.name}))


async def end(
    uow: UnitOfWork, actor: Actor, client: Client, row: Invitation, status: InvitationStatus
) -> None:
    """End a pending invitation; its client, who is locked, may be invited again."""
    before, row.status = row.status, status
    client.status = without_invitation(client.status)
    await withdraw_emails(uow, row)
    record(uow, actor, row, status.value, before)


async def withdraw_emails(uow: UnitOfWork, row: Invitation) -> None:
    """Withdraw unsent e-mails whose link is void."""
    await mail.cancel_open(uow.session, Mail.invitation_id == row.id, uow.now)


async def end_pending(uow: UnitOfWork, actor: Actor, client: Client) -> None:
    """Revoke the pending invitation of a client; one past its end expires instead."""
    row = await queries.lock_pending(uow.session, client.id)
    if row is not None:
        await end(uow, actor, client, row, over(row, uow) or InvitationStatus.REVOKED)


def over(row: Invitation, uow: UnitOfWork) -> InvitationStatus | None:
    """Return EXPIRED for a pending invitation past its end, also before the sweep; else None."""
    expired = status_at(row.status, row.expires_at, uow.now) is InvitationStatus.EXPIRED
    return InvitationStatus.EXPIRED if expired else None


async def expire_overdue(db: Database, *, batch: int = BATCH) -> int:
    """Expire overdue invitations, so that suppliers see it live; safe to run twice."""
    total = 0
    while True:
        async with db.write() as uow:
            clients = await queries.overdue_clients(uow.session, uow.now, batch)
            for client in clients:
                row = await queries.lock_pending(uow.session, client.id)
                if row is not None and over(row, uow):
                    await end(uow, SWEEPER, client, row, InvitationStatus.EXPIRED)
        total += len(clients)
        if len(clients) < batch:
            return total
