"""Counts invitations by e-mail in the database, and stores opt-outs (SEC5, D13)."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.models.sendings import InvitationSending, MailSuppression, SendingKind
from db.models.suppliers import Client, Supplier
from db.queries import sendings as queries
from db.session import UnitOfWork
from domain.errors import Invalid
from domain.marketplace import invitation_limits as rules
from services.mail.email_addresses import domain_of
from services.platform.credentials import digest


@dataclass(frozen=True, slots=True)
class _Sender:
    """The sender of an invitation, with the keys that are counted."""

    user_id: UUID
    party_id: UUID
    client_id: UUID


async def admit_email(
    uow: UnitOfWork, supplier: Supplier, client: Client, email: str, block: str | None
) -> None:
    """Count a supplier's invitation; raises as `_admit` does."""
    await _admit(uow, _Sender(supplier.user_id, supplier.id, client.id), email, block)


async def admit_couple_email(
    uow: UnitOfWork, couple_id: UUID, user_id: UUID, email: str, block: str | None
) -> None:
    """Count an invitation between partners: the couple is both sender and client."""
    await _admit(uow, _Sender(user_id, couple_id, couple_id), email, block)


async def admit_reminder(uow: UnitOfWork, supplier: Supplier, client: Client, email: str) -> None:
    """Count a reminder; raises as `_admit` does.

    It counts for the recipient only: the invitation has counted for the account.
    """
    sender = _Sender(supplier.user_id, supplier.id, client.id)
    await _admit(uow, sender, email, None, SendingKind.REMINDER)


async def _admit(
    uow: UnitOfWork,
    sender: _Sender,
    email: str,
    block: str | None,
    kind: SendingKind = SendingKind.EMAIL,
) -> None:
    """Count an invitation; raises RateLimited, or Invalid if the recipient has opted out.

    Advisory locks serialize senders with the same supplier, recipient, domain or block: otherwise
    two of them could both count below a limit and exceed it.
    """
    recipient, domain = key_of(email), domain_of(email)
    user = await uow.session.get_one(User, sender.user_id)
    sending = rules.InvitationEmail(
        domain, uow.now - user.created_at, block, is_reminder=kind is SendingKind.REMINDER
    )
    shared = [digest(name) for name in rules.counted_together(sending)]
    await queries.lock_counts(uow.session, sender.party_id.bytes, recipient, *shared)
    if await queries.is_suppressed(uow.session, recipient):
        raise Invalid(rules.NO_MAIL, path=("email",))
    row = InvitationSending(
        at=uow.now,
        kind=kind,
        supplier_id=sender.party_id,
        client_id=sender.client_id,
        recipient=recipient,
        domain=domain,
        block=block,
        by_new_account=sending.is_from_new_account,
    )
    counts = await queries.counts(
        uow.session, row, uow.now - rules.DAY, uow.now - rules.DECLINED_FOR
    )
    rules.check_limits(sending, counts)
    uow.session.add(row)


async def check_not_declined(uow: UnitOfWork, client: Client, email: str | None) -> None:
    """Raise InvalidTransition if this couple has declined this supplier recently."""
    recipient = key_of(email) if email else None
    declined_at = await queries.last_decline(uow.session, client.supplier_id, client.id, recipient)
    rules.check_declined(declined_at, uow.now)


def note_decline(uow: UnitOfWork, supplier_id: UUID, client_id: UUID, email: str | None) -> None:
    """Count a declined invitation against its sender; it delays the next one."""
    uow.session.add(
        InvitationSending(
            at=uow.now,
            kind=SendingKind.DECLINED,
            supplier_id=supplier_id,
            client_id=client_id,
            recipient=key_of(email) if email else None,
            domain=domain_of(email) if email else None,
        )
    )


async def suppress(uow: UnitOfWork, email: str) -> None:
    """Opt an address out of all invitations; waiting ones are withdrawn."""
    await queries.suppress(uow.session, key_of(email), uow.now)
    await queries.withdraw_invitations(uow.session, email, uow.now)


async def is_suppressed(session: AsyncSession, email: str) -> bool:
    """Whether an address has opted out of invitations."""
    return await queries.is_suppressed(session, key_of(email))


async def lift(uow: UnitOfWork, email: str) -> None:
    """Remove the opt-out of an address."""
    row = await uow.session.get(MailSuppression, key_of(email))
    if row is not None:
        await uow.session.delete(row)


def key_of(email: str) -> bytes:
    """Return the hash by which an address is recognized without storing it."""
    return digest(email.casefold())
