"""One partner invites the other, by e-mail or by a link to hand over (M9)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from db.drafts import Audit
from db.models.invitations import CoupleInvitation
from db.models.mail import Mail
from db.queries import accounts, couple_members
from db.queries import couple_invitations as queries
from db.queries import mail as mail_queries
from db.session import UnitOfWork
from domain.actors import Actor
from domain.errors import Forbidden, Invalid, InvalidTransition, NotFound, RateLimited
from domain.events.couples import CoupleInvitationChanged
from domain.ids import CoupleId, CoupleInvitationId, parse_uuid
from domain.marketplace import couple_members as member_rules
from domain.marketplace import invitations as rules
from domain.marketplace.couple_emails import PartnerInviting, couple_invitation
from domain.marketplace.invitation_links import link_code, unsubscribe_url
from domain.marketplace.invitations import InvitationChannel, InvitationStatus
from services.accounts.email_confirmations import check_may_write
from services.journeys import onboarding
from services.mail import invitation_limits, mail
from services.mail.email_addresses import parse_address
from services.marketplace.invitations import Site
from services.platform.credentials import digest, new_secret
from services.platform.idempotency import complete, reserve

_EMAIL = ("input", "email")
_OPERATION = "inviteToCouple"


@dataclass(frozen=True, slots=True)
class InvitePartner:
    """How the partner is to be invited; without an e-mail, by a link to hand over."""

    email: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class InvitedPartner:
    """An invitation with its link, in the answer that sent it and in repeats while it works."""

    row: CoupleInvitation
    accept_url: str | None = field(default=None, repr=False)


async def invite(
    uow: UnitOfWork, actor: Actor, site: Site, command: InvitePartner
) -> InvitedPartner:
    """Invite the other partner; this revokes a pending invitation.

    Raises Forbidden for callers without a couple, and for an e-mail while the caller's own address
    is unconfirmed, InvalidTransition if both partners have an account, Invalid for the caller's
    own address, RateLimited after six invitations in a day.
    """
    if actor.user_id is None or actor.couple_id is None:
        raise Forbidden("Only one of a couple can invite their partner.")
    reservation = await reserve(uow, actor, _OPERATION, command.key, command.email)
    if reservation.result is not None:
        return await _replay_result(uow, site, reservation.result)
    await _check_room(uow, actor.couple_id, actor.user_id)
    row = _draft(uow, actor.couple_id, actor.user_id, _address(actor, command.email))
    url = await _send(uow, actor, site, row)
    record(uow, actor, row, "sent")
    await onboarding.refresh_couple(uow, actor, actor.couple_id)
    await complete(uow, reservation, invitation_id=row.id)
    return InvitedPartner(row, url)


async def revoke(uow: UnitOfWork, actor: Actor, invitation_id: UUID) -> CoupleInvitation:
    """Revoke an invitation at once; repeating it does nothing. Either partner may do it."""
    seen = await queries.by_id(uow.session, invitation_id)
    if seen is None or actor.couple_id is None or seen.couple_id != actor.couple_id:
        raise NotFound("There is no CoupleInvitation with this id.", path=("id",))
    await couple_members.lock_couple(uow.session, seen.couple_id)
    row = await queries.lock(uow.session, seen.id)
    assert row is not None
    status = status_now(row, uow.now)
    if status in rules.PENDING:
        await end(uow, actor, row, InvitationStatus.REVOKED)
    elif status is InvitationStatus.ACCEPTED:
        raise InvalidTransition("Your partner has joined: nothing is left to revoke.")
    return row


async def end_pending(uow: UnitOfWork, actor: Actor, couple_id: UUID) -> None:
    """Revoke the pending invitations of a couple; the caller has locked it."""
    row = await queries.lock_pending(uow.session, couple_id)
    if row is None:
        return
    expired = status_now(row, uow.now) is InvitationStatus.EXPIRED
    status = InvitationStatus.EXPIRED if expired else InvitationStatus.REVOKED
    await end(uow, actor, row, status)
    await uow.session.flush()


async def end(
    uow: UnitOfWork, actor: Actor, row: CoupleInvitation, status: InvitationStatus
) -> None:
    """End a pending invitation; its e-mail is not sent any more."""
    row.status = status
    await mail_queries.cancel_open(uow.session, Mail.couple_invitation_id == row.id, uow.now)
    record(uow, actor, row, status.value)


def status_now(row: CoupleInvitation, now: datetime) -> InvitationStatus:
    """Return the status now: a pending invitation past its end has expired."""
    return rules.status_at(row.status, row.expires_at, now)


def record(uow: UnitOfWork, actor: Actor, row: CoupleInvitation, action: str) -> None:
    """Record event and audit row of a change."""
    event = CoupleInvitationChanged(
        invitation_id=CoupleInvitationId(row.id),
        couple_id=CoupleId(row.couple_id),
        channel=row.channel,
        action=action,
        after=row.status,
    )
    uow.record(actor, event, Audit(row.id, after={"status": row.status.name}))


def _address(actor: Actor, email: str | None) -> str | None:
    if email is None:
        return None
    address = parse_address(email, _EMAIL)
    if address.casefold() == actor.label.casefold():
        raise Invalid("This is your own e-mail address. Enter that of your partner.", path=_EMAIL)
    return address


async def _check_room(uow: UnitOfWork, couple_id: UUID, user_id: UUID) -> None:
    couple = await couple_members.lock_couple(uow.session, couple_id)
    members = await couple_members.of_couple(uow.session, couple_id)
    if couple is None or user_id not in [member.user_id for member in members]:
        raise Forbidden("Only one of a couple can invite their partner.")
    member_rules.free_seat([member.seat for member in members])
    since = uow.now - rules.EMAILS_WITHIN
    if await queries.count_since(uow.session, couple_id, since) >= rules.MAX_EMAILS:
        raise RateLimited(
            f"You can invite your partner at most {rules.MAX_EMAILS} times in a day.",
            retry_after_seconds=timedelta(hours=1).total_seconds(),
        )


def _draft(uow: UnitOfWork, couple_id: UUID, user_id: UUID, email: str | None) -> CoupleInvitation:
    return CoupleInvitation(
        id=uuid4(),
        couple_id=couple_id,
        created_by=user_id,
        channel=InvitationChannel.EMAIL if email else InvitationChannel.LINK,
        email=email,
        status=InvitationStatus.SENT,
        created_at=uow.now,
        expires_at=rules.expiry(None, uow.now),
    )


async def _send(uow: UnitOfWork, actor: Actor, site: Site, row: CoupleInvitation) -> str:
    """Create two codes, as for suppliers: only the one in the e-mail proves the mailbox (ADR 7)."""
    await end_pending(uow, actor, row.couple_id)
    shown, mailed = _shown_code(site, row.id), new_secret()
    row.invite_code = digest(shown)
    row.mail_code = digest(mailed) if row.email else None
    uow.session.add(row)
    await uow.session.flush()
    if row.email is not None:
        await _write(uow, actor, site, row, row.email, mailed)
    return _link(site, shown)


async def _write(
    uow: UnitOfWork, actor: Actor, site: Site, row: CoupleInvitation, email: str, code: str
) -> None:
    assert actor.user_id is not None
    users = await accounts.users_by_id(uow.session, [actor.user_id])
    check_may_write(users.get(actor.user_id), sends_mail=site.sends_mail)
    await invitation_limits.admit_couple_email(uow, row.couple_id, actor.user_id, email, site.block)
    unsubscribe = unsubscribe_url(site.base_url, email, site.signing_key)
    inviting = PartnerInviting(actor.label, _link(site, code), row.expires_at, unsubscribe)
    composed = couple_invitation(email, inviting)
    await mail.post(
        uow, actor, composed, couple_invitation_id=row.id, link_expires_at=row.expires_at
    )


async def _replay_result(
    uow: UnitOfWork, site: Site, result: Mapping[str, object]
) -> InvitedPartner:
    key = parse_uuid(str(result.get("invitation_id", "")))
    row = await queries.by_id(uow.session, key) if key else None
    if row is None:
        raise NotFound("The invitation of that request is gone.", path=("input", "idempotencyKey"))
    works = status_now(row, uow.now) in rules.PENDING
    return InvitedPartner(row, _link(site, _shown_code(site, row.id)) if works else None)


def _shown_code(site: Site, invitation_id: UUID) -> str:
    """Derive the code, because only its hash is stored."""
    return link_code(invitation_id, 0, site.signing_key)


def _link(site: Site, code: str) -> str:
    return f"{site.base_url}/join/{code}"
