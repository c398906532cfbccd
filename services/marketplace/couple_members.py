"""Removes members from couples, and closes their accounts (M9)."""

from collections.abc import Sequence
from uuid import UUID

from db.drafts import Audit
from db.models.accounts import User
from db.models.couples import Couple
from db.queries import couple_members as queries
from db.session import UnitOfWork
from domain.actors import Actor
from domain.errors import NotFound
from domain.events import AccessRevoked
from domain.events.couples import JOINED, LEFT, REMOVED, CoupleMemberChanged
from domain.ids import CoupleId, UserId
from domain.marketplace import couple_emails as emails
from domain.marketplace import couple_members as rules
from domain.marketplace.couple_members import Member
from services.mail import mail
from services.marketplace.couple_invitations import end_pending


async def remove(uow: UnitOfWork, actor: Actor, base_url: str, user_id: UUID) -> Couple:
    """Remove a member from the caller's couple, or leave it; both get an e-mail.

    The removed member keeps the account, with a new empty couple; suppliers, messages and the
    profile stay with the couple. Raises NotFound for members of other couples, InvalidTransition
    for the last member.
    """
    couple = await queries.lock_couple(uow.session, actor.couple_id) if actor.couple_id else None
    members = await queries.of_couple(uow.session, couple.id) if couple else ()
    # A member who was removed a moment ago may still be in the credential cache.
    if couple is None or actor.user_id not in [member.user_id for member in members]:
        raise NotFound("There is no CoupleMember with this id.", path=("id",))
    rules.check_removable([member.user_id for member in members], user_id)
    gone, stays = _split(members, user_id)
    leaves = user_id == actor.user_id
    await _part(uow, actor, couple, stays, gone.user_id)
    await _settle_alone(uow, gone.user_id)
    record(uow, actor, couple.id, gone.user_id, LEFT if leaves else REMOVED)
    await end_streams(uow, actor, gone.user_id)
    await _tell(uow, actor, base_url, stays, gone, leaves=leaves)
    return couple


async def close_account(
    uow: UnitOfWork, actor: Actor, base_url: str, couple: Couple, user: User
) -> bool:
    """Leave the couple to the partner of a deleted account; returns False without a partner."""
    await queries.lock_couple(uow.session, couple.id)
    members = await queries.of_couple(uow.session, couple.id)
    if len(members) == 1:
        return False
    _, stays = _split(members, user.id)
    await _part(uow, actor, couple, stays, user.id)
    record(uow, actor, couple.id, user.id, LEFT)
    await mail.post(uow, actor, emails.partner_left_you(stays.email, base_url))
    return True


async def end_streams(uow: UnitOfWork, actor: Actor, user_id: UUID) -> None:
    """End the open streams of a user, which show the previous couple."""
    for session_id in await queries.open_sessions(uow.session, user_id, uow.now):
        uow.record(actor, AccessRevoked(credential_id=session_id))


def record(uow: UnitOfWork, actor: Actor, couple_id: UUID, user_id: UUID, action: str) -> None:
    """Record event and audit row of a change; the event clears cached actors in every process."""
    event = CoupleMemberChanged(
        user_id=UserId(user_id), couple_id=CoupleId(couple_id), action=action
    )
    is_member = action == JOINED
    audit = Audit(user_id, before={"member": not is_member}, after={"member": is_member})
    uow.record(actor, event, audit)


async def _part(
    uow: UnitOfWork, actor: Actor, couple: Couple, stays: Member, user_id: UUID
) -> None:
    await end_pending(uow, actor, couple.id)
    await queries.hand_over(uow.session, couple.id, stays.user_id)
    await queries.remove(uow.session, couple.id, user_id)


async def _settle_alone(uow: UnitOfWork, user_id: UUID) -> None:
    own = Couple(user_id=user_id)
    uow.session.add(own)
    await uow.session.flush()
    await queries.add(uow.session, own.id, user_id, rules.FIRST_SEAT, uow.now)


async def _tell(
    uow: UnitOfWork, actor: Actor, base_url: str, stays: Member, gone: Member, *, leaves: bool
) -> None:
    to_gone = emails.you_left if leaves else emails.you_were_removed
    to_stays = emails.partner_left_you if leaves else emails.you_removed
    await mail.post(uow, actor, to_gone(gone.email, base_url))
    await mail.post(uow, actor, to_stays(stays.email, base_url))


def _split(members: Sequence[Member], user_id: UUID) -> tuple[Member, Member]:
    """Who goes, and who stays."""
    gone = next(member for member in members if member.user_id == user_id)
    return gone, next(member for member in members if member is not gone)
