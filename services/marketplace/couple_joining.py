"""The second partner accepts the invitation of the first: one atomic claim (M9).

Account, membership, session and events exist together or not at all, as in
`invitation_acceptance`.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.models.couples import Couple
from db.models.invitations import CoupleInvitation
from db.queries import accounts, couple_members, couples, people
from db.queries import couple_invitations as queries
from db.session import Database, UnitOfWork
from domain.actors import Actor, Role
from domain.errors import Forbidden, NotFound
from domain.events.couples import JOINED
from domain.flags.flags import EvaluationContext
from domain.marketplace import couple_members as member_rules
from domain.marketplace.invitations import PENDING, InvitationStatus, mask_email, refusal
from services.accounts import acceptance_repeats, legal_documents
from services.accounts.accounts import actor_of
from services.accounts.login_throttle import LoginThrottle
from services.accounts.sessions import OpenSession
from services.journeys import onboarding
from services.marketplace.couple_invitations import end, record, status_now
from services.marketplace.couple_members import end_streams
from services.marketplace.couple_members import record as record_member
from services.marketplace.invited_accounts import (
    AcceptanceForm,
    account_for,
    check_attempt,
    hash_password,
    log_in,
    returning_account,
)
from services.platform.credentials import digest, plausible

NO_SUCH_CODE = "This link is not valid. Ask your partner for a new one."
_CODE = ("input", "code")


@dataclass(frozen=True, slots=True)
class Joined:
    """The couple; `session` is set if this or the repeated call created or opened an account."""

    user: User
    couple: Couple
    session: OpenSession | None = None
    already: bool = False


@dataclass(frozen=True, slots=True)
class CouplePreview:
    """The part of an invitation that its code shows; names only while it is pending."""

    status: InvitationStatus
    inviter: str
    masked_email: str | None
    needs_email: bool
    expires_at: datetime
    partner1_name: str | None = None
    partner2_name: str | None = None
    wedding_date: date | None = None


async def join(throttle: LoginThrottle, actor: Actor, form: AcceptanceForm) -> Joined:
    """Make the caller a member of the couple; a member may repeat it.

    Raises NotFound, Expired, Revoked or AlreadyUsed for the code, EmailMismatch for another e-mail
    that was not confirmed, LogInFirst, Required or Invalid for the form, and InvalidTransition if
    both partners have an account or the caller plans another wedding.
    """
    if not actor.is_anonymous and actor.role is not Role.COUPLE:
        raise Forbidden("Only couples accept this invitation: log out first.")
    await check_attempt(throttle, form)
    password_hash = await hash_password(throttle, actor, form)
    async with throttle.db.write() as uow:
        row, couple, host = await _find(uow, form.code)
        if await queries.claim(uow.session, row.id, uow.now) is None:
            return await _replay_result(uow, throttle, actor, row, couple, form)
        base_url = throttle.settings.base_url
        user, _ = await account_for(
            uow, base_url, actor, row, form, password_hash, brought_by=host.id
        )
        await _move_in(uow, actor_of(user), user, couple)
        await legal_documents.keep(uow, actor_of(user), user.id, form.accepted)
        row.accepted_by = user.id
        record(uow, actor_of(user), row, "accepted")
        await onboarding.refresh_couple(uow, actor_of(user), couple.id)
        if not actor.is_anonymous:
            return Joined(user, couple)
        acceptance_repeats.keep(uow, user.id, form.code, form.key)
        return Joined(user, couple, log_in(uow, throttle, user))


async def preview(db: Database, code: str) -> CouplePreview | None:
    """Return the preview without consuming the code, as mail scanners follow links; else None."""
    if not plausible(code):
        return None
    async with db.read() as session:
        match = await queries.by_code(session, digest(code))
    return _preview(*match, db.clock()) if match else None


async def decline(uow: UnitOfWork, actor: Actor, code: str) -> CouplePreview:
    """Decline an invitation; repeating it does nothing."""
    row, couple, host = await _find(uow, code, path=("code",))
    status = status_now(row, uow.now)
    if status in PENDING:
        await end(uow, actor, row, InvitationStatus.DECLINED)
    elif status is not InvitationStatus.DECLINED:
        raise refusal(status)
    return _preview(row, couple, host, uow.now)


async def let_in_as(session: AsyncSession, code: str) -> EvaluationContext | None:
    """Return the inviting partner's evaluation context, which applies to both; None if unknown."""
    match = await queries.by_code(session, digest(code)) if plausible(code) else None
    person = await people.by_user(session, match[2].id) if match else None
    return person.context if person else None


async def _find(
    uow: UnitOfWork, code: str, path: tuple[str, ...] = _CODE
) -> tuple[CoupleInvitation, Couple, User]:
    """Lock the couple, then its invitation: the order of every transaction."""
    match = await queries.by_code(uow.session, digest(code)) if plausible(code) else None
    if match is not None:
        await couple_members.lock_couple(uow.session, match[1].id)
        await queries.lock(uow.session, match[0].id)
    if match is None:
        raise NotFound(NO_SUCH_CODE, path=path)
    return match[0], match[1], match[2]


async def _move_in(uow: UnitOfWork, actor: Actor, user: User, couple: Couple) -> None:
    """Make a user a member; an empty couple that the user had is deleted."""
    own = await couples.lock_of_user(uow.session, user.id)
    members = await couple_members.of_couple(uow.session, couple.id)
    if own is not None:
        others = await couple_members.of_couple(uow.session, own.id)
        member_rules.check_may_join(
            is_member=own.id == couple.id,
            has_partnerships=await couples.has_partnerships(uow.session, own.id),
            has_partner=len(others) > 1,
        )
    seat = member_rules.free_seat([member.seat for member in members])
    if own is not None:
        await couples.delete_couple(uow.session, own.id)
    await couple_members.add(uow.session, couple.id, user.id, seat, uow.now)
    record_member(uow, actor, couple.id, user.id, JOINED)
    await end_streams(uow, actor, user.id)


async def _replay_result(
    uow: UnitOfWork,
    throttle: LoginThrottle,
    actor: Actor,
    row: CoupleInvitation,
    couple: Couple,
    form: AcceptanceForm,
) -> Joined:
    """Return the result of the acceptance to the partner who accepted; raise for others."""
    if row.status is not InvitationStatus.ACCEPTED or row.accepted_by is None:
        raise refusal(status_now(row, uow.now))
    members = await couple_members.of_couple(uow.session, couple.id)
    if row.accepted_by in [member.user_id for member in members]:
        if row.accepted_by == actor.user_id:
            users = await accounts.users_by_id(uow.session, [row.accepted_by])
            return Joined(users[row.accepted_by], couple, already=True)
        user = await returning_account(uow, actor, [row.accepted_by], form)
        if user is not None:
            return Joined(user, couple, log_in(uow, throttle, user), already=True)
    raise refusal(row.status)


def _preview(row: CoupleInvitation, couple: Couple, host: User, now: datetime) -> CouplePreview:
    status = status_now(row, now)
    works = status in PENDING
    return CouplePreview(
        status=status,
        inviter=mask_email(host.email),
        masked_email=mask_email(row.email) if row.email else None,
        needs_email=row.email is None,
        expires_at=row.expires_at,
        partner1_name=couple.partner1_name if works else None,
        partner2_name=couple.partner2_name if works else None,
        wedding_date=couple.wedding_date if works else None,
    )
