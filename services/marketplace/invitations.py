"""Suppliers invite their clients (S37, A39, decisions 11 and 12)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from db.models.invitations import Invitation
from db.models.suppliers import Client, Supplier
from db.queries import accounts, partner_blocks, suppliers
from db.queries import invitations as queries
from db.session import UnitOfWork
from db.unique import unique
from domain.actors import Actor, ActorKind
from domain.errors import Forbidden, InvalidTransition, NotFound, NotUnique, RateLimited, Required
from domain.ids import parse_uuid
from domain.marketplace import invitation_links as links
from domain.marketplace import invitations as rules
from domain.marketplace.clients import ClientStatus
from domain.marketplace.invitation_emails import Inviting, invitation
from domain.marketplace.invitation_reminders import next_reminder
from domain.marketplace.invitations import InvitationChannel, InvitationStatus
from domain.marketplace.partner_blocks import check_invite
from domain.platform.row_scope import writable
from services.accounts.email_confirmations import check_may_write
from services.journeys import onboarding
from services.mail import invitation_limits, mail
from services.marketplace import clients
from services.marketplace.invitation_changes import end, over, record, withdraw_emails
from services.platform import idempotency
from services.platform.credentials import digest

_ID = ("id",)
_KEY = ("idempotencyKey",)


@dataclass(frozen=True, slots=True)
class InviteClient:
    """The command to invite a client; without a channel, by e-mail if the client has an address."""

    email: str | None = None
    channel: InvitationChannel | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """The base URL of links, and whether a mail server is set."""

    base_url: str
    sends_mail: bool
    signing_key: bytes = field(repr=False)
    block: str | None = None  # the addresses around the caller's, for the limits


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation with its link, for the call that sent it and for repeats of that call."""

    row: Invitation
    accept_url: str | None = field(default=None, repr=False)


async def invite(
    uow: UnitOfWork,
    actor: Actor,
    site: Site,
    client_id: UUID,
    command: InviteClient,
    idempotency_key: str | None = None,
) -> Invited:
    """Invite a client; completes the step `send_invitation` of its supplier.

    Raises NotFound, NotUnique while an invitation is pending, InvalidTransition for a client who is
    connected or archived, RateLimited after six e-mails in a day, and Forbidden for an e-mail while
    the supplier's own address is unconfirmed. A tool must send an idempotency key (A45).
    """
    if actor.kind is ActorKind.TOKEN and idempotency_key is None:
        raise Required("A token must send an idempotencyKey with an invitation.", path=_KEY)
    reservation = await idempotency.reserve(
        uow, actor, "inviteClient", idempotency_key, (client_id, command), _KEY
    )
    if reservation.result is not None:
        return await _replay_result(uow, site, reservation.result)
    client = await clients.locked(uow, actor, client_id, ("clientId",))
    await _make_room(uow, actor, client)
    await _keep_email(uow, client, command.email)
    await invitation_limits.check_not_declined(uow, client, client.email)
    await _check_not_blocked(uow, client, command.channel)
    row, url = await _send_first(uow, actor, site, client, command)
    await idempotency.complete(uow, reservation, invitation_id=row.id)
    return Invited(row, url)


async def resend(uow: UnitOfWork, actor: Actor, site: Site, invitation_id: UUID) -> Invited:
    """Send a pending or expired invitation again, with a new code and end; voids the old link."""
    client, row = await _locked(uow, actor, invitation_id)
    if row.channel is InvitationChannel.EMAIL:
        row.email = client.email or row.email
    return Invited(row, await _send_again(uow, actor, site, client, row))


async def resend_expired(uow: UnitOfWork, actor: Actor, site: Site, invitation_id: UUID) -> None:
    """Send an expired invitation again to its address; does nothing in other states."""
    client, row = await _locked(uow, actor, invitation_id)
    if (over(row, uow) or row.status) is InvitationStatus.EXPIRED:
        await invitation_limits.check_not_declined(uow, client, row.email)
        await _send_again(uow, actor, site, client, row)


async def revoke(uow: UnitOfWork, actor: Actor, invitation_id: UUID) -> Invitation:
    """Revoke an invitation at once; repeating it does nothing. Raises InvalidTransition."""
    client, row = await _locked(uow, actor, invitation_id)
    status = over(row, uow) or row.status
    if status in rules.PENDING:
        await end(uow, actor, client, row, InvitationStatus.REVOKED)
    elif status is not InvitationStatus.REVOKED:
        raise InvalidTransition(f"This invitation is {status}: nothing is left to revoke.")
    return row


async def _send_again(
    uow: UnitOfWork, actor: Actor, site: Site, client: Client, row: Invitation
) -> str:
    before = row.status
    rules.check_resendable(over(row, uow) or row.status)
    if row.status not in rules.PENDING:
        await _make_room(uow, actor, client)
    await _check_email_limit(uow, client)
    await _check_not_blocked(uow, client, row.channel)
    lifetime = row.expires_at - row.sent_at
    row.status, row.opened_at = InvitationStatus.SENT, None
    row.sent_at, row.expires_at = uow.now, uow.now + lifetime
    row.resend_count += 1
    client.status = ClientStatus.INVITED
    url = await _renew(uow, actor, site, client, row)
    record(uow, actor, row, "resent", before)
    return url


async def _send_first(
    uow: UnitOfWork, actor: Actor, site: Site, client: Client, command: InviteClient
) -> tuple[Invitation, str]:
    await _check_email_limit(uow, client)
    by_mail = InvitationChannel.EMAIL if client.email else InvitationChannel.LINK
    channel = command.channel or by_mail
    if channel is InvitationChannel.EMAIL and client.email is None:
        raise Required("There is no e-mail to write to.", path=("email",))
    row = Invitation(
        id=uuid4(),
        supplier_id=client.supplier_id,
        client_id=client.id,
        created_by=actor.user_id,
        channel=channel,
        email=client.email if channel is InvitationChannel.EMAIL else None,
        status=InvitationStatus.SENT,
        expires_at=rules.expiry(command.days, uow.now),
        sent_at=uow.now,
        created_at=uow.now,
        resend_count=0,
    )
    client.status = ClientStatus.INVITED
    url = await _renew(uow, actor, site, client, row)
    record(uow, actor, row, "sent", None)
    supplier = await _supplier(uow, client)
    await onboarding.refresh(uow, actor, supplier.user_id)
    return row, url


async def _renew(uow: UnitOfWork, actor: Actor, site: Site, client: Client, row: Invitation) -> str:
    """Create two codes and send the e-mail with one of them; returns the link with the other.

    Only the code that was sent to the mailbox alone proves that an account belongs to its e-mail
    (ADR of invitations).
    """
    supplier = await _supplier(uow, client)
    await _check_enabled(uow, supplier)
    if row.channel is InvitationChannel.EMAIL:
        await _check_sender(uow, actor, site)
    shown = _shown_code(site, row)
    mailed = links.mail_code(row.id, row.resend_count, site.signing_key)
    row.next_reminder_at = next_reminder(row.sent_at, row.expires_at, uow.now)
    row.invite_code = digest(shown)
    row.mail_code = digest(mailed) if row.channel is InvitationChannel.EMAIL else None
    uow.session.add(row)
    await uow.session.flush()
    await withdraw_emails(uow, row)
    if row.channel is InvitationChannel.EMAIL and row.email is not None:
        await invitation_limits.admit_email(uow, supplier, client, row.email, site.block)
        inviting = Inviting(
            name_of(supplier),
            client.couple_names,
            links.accept_url(site.base_url, mailed),
            row.expires_at,
            links.unsubscribe_url(site.base_url, row.email, site.signing_key),
        )
        email = invitation(row.email, inviting)
        await mail.post(uow, actor, email, invitation_id=row.id, link_expires_at=row.expires_at)
    return links.accept_url(site.base_url, shown)


def name_of(supplier: Supplier) -> str:
    """Return the name under which couples see a supplier."""
    return supplier.business_name or supplier.email


async def _make_room(uow: UnitOfWork, actor: Actor, client: Client) -> None:
    """Expire an overdue invitation of the client; raises NotUnique while one is pending.

    Raises InvalidTransition for a client who is connected or archived.
    """
    if client.status in (ClientStatus.CONNECTED, ClientStatus.INACTIVE):
        raise InvalidTransition(f"This client is {client.status}: it cannot be invited.")
    pending = await queries.lock_pending(uow.session, client.id)
    if pending is None:
        return
    if not over(pending, uow):
        raise NotUnique("This client has an invitation already: resend or revoke it.")
    await end(uow, actor, client, pending, InvitationStatus.EXPIRED)
    await uow.session.flush()


async def _keep_email(uow: UnitOfWork, client: Client, email: str | None) -> None:
    """Store the e-mail of an invitation as that of the client."""
    if email is None or client.email == email:
        return
    taken = NotUnique("There is a client with this e-mail already.", path=("email",))
    async with unique(uow.session, taken):
        client.email = email


async def _check_not_blocked(
    uow: UnitOfWork, client: Client, channel: InvitationChannel | None
) -> None:
    by_mail = channel is not InvitationChannel.LINK and client.email is not None
    sides = await partner_blocks.sides_between(
        uow.session, client.supplier_id, client.couple_id, client.email
    )
    check_invite(sides, by_mail=by_mail)


async def _check_email_limit(uow: UnitOfWork, client: Client) -> None:
    """Raise RateLimited: the limit covers resends, and revoking with a new invitation."""
    since = uow.now - rules.EMAILS_WITHIN
    if await queries.count_emails_since(uow.session, client.id, since) >= rules.MAX_EMAILS:
        raise RateLimited(
            f"A client gets at most {rules.MAX_EMAILS} invitations in a day.",
            retry_after_seconds=timedelta(hours=1).total_seconds(),
        )


async def _locked(uow: UnitOfWork, actor: Actor, invitation_id: UUID) -> tuple[Client, Invitation]:
    """Lock the client, then its invitation; raises NotFound for other suppliers' ones."""
    own = writable(actor).one_supplier()
    client_id = await queries.client_of(uow.session, invitation_id, own)
    client = await suppliers.lock_client(uow.session, client_id, own) if client_id else None
    row = await queries.lock(uow.session, invitation_id) if client else None
    if client is None or row is None:
        raise NotFound("There is no Invitation with this id.", path=_ID)
    return client, row


async def _check_enabled(uow: UnitOfWork, supplier: Supplier) -> None:
    """Raise Forbidden for a disabled account, also for tools of the staff (SEC11)."""
    users = await accounts.users_by_id(uow.session, [supplier.user_id])
    if users[supplier.user_id].disabled_at is not None:
        raise Forbidden("The account of this supplier is disabled.")


async def _check_sender(uow: UnitOfWork, actor: Actor, site: Site) -> None:
    """Refuse a sender with an unconfirmed address: spam is sent in such names (ADR 20)."""
    if actor.user_id is not None and actor.supplier_id is not None:
        users = await accounts.users_by_id(uow.session, [actor.user_id])
        check_may_write(users.get(actor.user_id), sends_mail=site.sends_mail)


async def _supplier(uow: UnitOfWork, client: Client) -> Supplier:
    return (await suppliers.by_id(uow.session, [client.supplier_id]))[client.supplier_id]


async def _replay_result(uow: UnitOfWork, site: Site, result: Mapping[str, object]) -> Invited:
    """Return the invitation of the first call, with its link while that is valid (M2)."""
    key = parse_uuid(str(result.get("invitation_id", "")))
    rows = await queries.by_id(uow.session, [key]) if key else {}
    if key is None or key not in rows:
        raise NotFound("The invitation of that request is gone.", path=_KEY)
    row = rows[key]
    code = _shown_code(site, row)
    is_pending = rules.is_pending(row.status, row.expires_at, uow.now)
    works = is_pending and row.invite_code == digest(code)
    return Invited(row, links.accept_url(site.base_url, code) if works else None)


def _shown_code(site: Site, row: Invitation) -> str:
    """Derive the code, because only its hash is stored."""
    return links.link_code(row.id, row.resend_count, site.signing_key)
