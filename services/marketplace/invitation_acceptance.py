"""A couple accepts an invitation: one atomic claim with all its effects (S41, A40).

Account, couple, partnership, client, onboarding, session and events exist together or not at all.
"""

from dataclasses import dataclass, field
from uuid import UUID

from db.models.accounts import User
from db.models.couples import Couple, Partnership
from db.models.invitations import Invitation
from db.models.suppliers import Client, Supplier
from db.queries import couple_members, couples, partner_blocks, suppliers
from db.queries import invitations as queries
from db.session import UnitOfWork
from domain.accounts import accounts as account_rules
from domain.accounts.accounts import Profile
from domain.actors import Actor, Role, UserType
from domain.errors import Forbidden, NotFound
from domain.marketplace.clients import ClientStatus, date_warnings
from domain.marketplace.invitations import InvitationStatus, refusal, status_at
from domain.marketplace.partner_blocks import check_accept
from services.accounts import acceptance_repeats, legal_documents
from services.accounts.accounts import actor_of
from services.accounts.login_throttle import LoginThrottle
from services.accounts.sessions import OpenSession
from services.journeys import onboarding
from services.marketplace import partnerships
from services.marketplace.invitation_changes import record
from services.marketplace.invitation_codes import NO_SUCH_CODE
from services.marketplace.invited_accounts import (
    AcceptanceForm,
    account_for,
    check_attempt,
    hash_password,
    log_in,
    returning_account,
)
from services.platform.credentials import digest, plausible

_CODE = ("input", "code")


@dataclass(frozen=True, slots=True)
class Acceptance(AcceptanceForm):
    """The form that a couple submits."""

    profile: Profile = field(default_factory=Profile)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The result; `session` is set if this call, or the repeated one, created an account."""

    partnership: Partnership
    couple: Couple
    user_id: UUID
    session: OpenSession | None = None
    already: bool = False
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Guest:
    """The account that accepts, with its couple; `enters`: accepting logs it in."""

    user: User
    couple: Couple
    is_new: bool = False
    enters: bool = False


async def accept(throttle: LoginThrottle, actor: Actor, command: Acceptance) -> Accepted:
    """Connect the couple with the supplier that invited it; the same couple may repeat it.

    A repeat is logged in, or sends the key of the call that created its account. Raises NotFound,
    Expired, Revoked or AlreadyUsed for the code, EmailMismatch for another e-mail that was not
    confirmed, LogInFirst, Required or Invalid for the form.
    """
    if not actor.is_anonymous and actor.role is not Role.COUPLE:
        raise Forbidden("Only couples accept invitations: log out first.")
    await check_attempt(throttle, command)
    profile = account_rules.check_profile(command.profile, UserType.COUPLE, ("input",))
    password_hash = await hash_password(throttle, actor, command)
    async with throttle.db.write() as uow:
        row, supplier, client = await _find(uow, command.code)
        if await queries.claim(uow.session, digest(command.code), uow.now) is None:
            return await _replay_result(uow, throttle, actor, row, command)
        base_url = throttle.settings.base_url
        guest = await _guest(uow, actor, row, command, password_hash, base_url)
        actor_now = actor_of(guest.user)
        await legal_documents.keep(uow, actor_now, guest.user.id, command.accepted)
        _fill_in(guest.couple, profile, anew=not guest.enters or guest.is_new)
        partnership = await _connect(uow, guest, row, supplier, client)
        opened = log_in(uow, throttle, guest.user) if guest.enters else None
        if opened is not None:
            acceptance_repeats.keep(uow, guest.user.id, command.code, command.key)
        warnings = date_warnings(guest.couple.wedding_date, uow.now)
        return Accepted(partnership, guest.couple, guest.user.id, opened, warnings=warnings)


async def _find(uow: UnitOfWork, code: str) -> tuple[Invitation, Supplier, Client]:
    """Lock the client, then claim its invitation: the order of every transaction."""
    match = await queries.by_code(uow.session, digest(code)) if plausible(code) else None
    client = await suppliers.lock_client(uow.session, match[0].client_id, None) if match else None
    if match is None or client is None:
        raise NotFound(NO_SUCH_CODE, path=_CODE)
    return match[0], match[1], client


async def _replay_result(
    uow: UnitOfWork, throttle: LoginThrottle, actor: Actor, seen: Invitation, command: Acceptance
) -> Accepted:
    """Return the result of the acceptance to the couple that accepted; raise for others."""
    row = await queries.lock(uow.session, seen.id)
    assert row is not None
    refused = refusal(status_at(row.status, row.expires_at, uow.now))
    if row.status is not InvitationStatus.ACCEPTED or row.couple_id is None:
        raise refused
    partnership = await couples.partnership_of(uow.session, (row.supplier_id, row.couple_id))
    couple = (await couples.by_id(uow.session, [row.couple_id]))[row.couple_id]
    assert partnership is not None
    if actor.user_id is not None and couple.id == actor.couple_id:
        return Accepted(partnership, couple, actor.user_id, already=True)
    members = await couple_members.of_couple(uow.session, couple.id)
    user = await returning_account(uow, actor, [item.user_id for item in members], command)
    if user is None:
        raise refused
    opened = log_in(uow, throttle, user)
    return Accepted(partnership, couple, user.id, opened, already=True)


async def _guest(
    uow: UnitOfWork,
    actor: Actor,
    row: Invitation,
    command: Acceptance,
    password_hash: str | None,
    base_url: str,
) -> _Guest:
    user, is_new = await account_for(uow, base_url, actor, row, command, password_hash)
    couple = await _couple(uow, user.id)
    return _Guest(user, couple, is_new=is_new, enters=actor.user_id is None)


async def _couple(uow: UnitOfWork, user_id: UUID) -> Couple:
    couple = await couples.lock_of_user(uow.session, user_id)
    assert couple is not None  # made with the account
    return couple


def _fill_in(couple: Couple, profile: Profile, *, anew: bool) -> None:
    """Save the profile. `anew` False: a form prefilled by a supplier overwrites no stored value."""
    for name in ("partner1_name", "partner2_name", "wedding_date"):
        submitted, stored = getattr(profile, name), getattr(couple, name)
        setattr(couple, name, (submitted or stored) if anew else (stored or submitted))


async def _connect(
    uow: UnitOfWork, guest: _Guest, row: Invitation, supplier: Supplier, client: Client
) -> Partnership:
    actor, pair = actor_of(guest.user), (supplier.id, guest.couple.id)
    check_accept(await partner_blocks.sides_between(uow.session, *pair))
    before = InvitationStatus.OPENED if row.opened_at else InvitationStatus.SENT
    row.couple_id = client.couple_id = guest.couple.id
    client.status = ClientStatus.CONNECTED
    partnership = await partnerships.connect(uow, actor, pair, row.created_at)
    record(uow, actor, row, "accepted", before)
    # The couple first, then the supplier: the order of every transaction.
    await onboarding.refresh_couple(uow, actor, guest.couple.id)
    await onboarding.refresh(uow, actor, supplier.user_id)
    return partnership
