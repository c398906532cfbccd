"""Creates accounts (S29, S13)."""

import secrets
from uuid import UUID

from db.models.accounts import User
from db.models.couples import Couple
from db.models.onboarding import OnboardingProgress
from db.queries import accounts as queries
from db.queries import couple_members, people
from db.session import UnitOfWork
from domain.accounts import accounts as rules
from domain.accounts.accounts import NewAccount, Profile
from domain.actors import ROLE_SCOPES, Actor, ActorKind, Role, UserType
from domain.errors import NotUnique
from domain.events import UserSignedUp
from domain.flags.flags import EvaluationContext
from domain.ids import UserId
from domain.journeys.onboarding import OnboardingSide
from domain.marketplace.couple_members import FIRST_SEAT
from services.flags import feature_gates
from services.journeys import onboarding
from services.mail.email_addresses import parse_address
from services.platform.passwords import Passwords


class EmailTaken(NotUnique):
    """This e-mail has an account already."""

    def __init__(self) -> None:
        """Raise it only to callers that may know: a visitor who signs up must not learn it."""
        super().__init__(path=("input", "email"))


async def create_account(
    uow: UnitOfWork,
    account: NewAccount,
    password_hash: str | None = None,
    *,
    brought_by: UUID | None = None,
) -> User:
    """Create a user with supplier or couple and onboarding; raises EmailTaken.

    A profile completes the onboarding step that asks for it (M5). Without a password hash the
    account has no password until its owner sets one. `brought_by`: the partner whose couple the
    account joins; no couple is created, and the caller adds the member.
    """
    role, email = rules.ROLES[account.user_type], parse_address(account.email, ("input", "email"))
    let_in_as = await _let_in_as(uow, account.user_type, email, brought_by)
    key = await feature_gates.draw_id(uow.session, account.user_type, let_in_as)
    user = await queries.add_user(uow.session, email, role, password_hash, key)
    if user is None:
        raise EmailTaken
    if brought_by is None:
        await _create_profile(uow, user, account)
    _begin_onboarding(uow, user, account.user_type)
    phase_id = await queries.active_phase_id(uow.session, rules.PLATFORMS[account.user_type])
    event = UserSignedUp(user_id=UserId(user.id), user_type=account.user_type, phase_id=phase_id)
    uow.record(actor_of(user), event)
    if account.profile != Profile():
        await onboarding.refresh(uow, actor_of(user), user.id)
    return user


async def create_first_admin(
    uow: UnitOfWork, passwords: Passwords, email: str, password: str | None = None
) -> str | None:
    """Create an admin if there is none; returns the password if one was generated.

    None: there is an admin already, or the caller passed a password. Raises EmailTaken if another
    account has the e-mail, Invalid for a bad password.
    """
    if await queries.has_admin(uow.session):
        return None
    email, chosen = parse_address(email, ("email",)), password or secrets.token_urlsafe(15)
    rules.check_password(chosen, email, ("password",))
    password_hash = await passwords.hash(chosen)
    if await queries.add_user(uow.session, email, Role.ADMIN, password_hash) is None:
        raise EmailTaken
    return None if password else chosen


def actor_of(user: User) -> Actor:
    """Return the actor for a user who has no session yet."""
    return Actor(ActorKind.USER, user.id, user.email, ROLE_SCOPES[user.role], user.role)


async def _create_profile(uow: UnitOfWork, user: User, account: NewAccount) -> None:
    if account.user_type is UserType.SUPPLIER:
        await _create_supplier(uow, user, account)
    else:
        profile = account.profile
        couple = Couple(
            id=user.id,  # where a percentage goes by couple, it goes as it does by account
            user_id=user.id,
            partner1_name=profile.partner1_name,
            partner2_name=profile.partner2_name,
            wedding_date=profile.wedding_date,
        )
        uow.session.add(couple)
        await uow.session.flush()
        await couple_members.add(uow.session, couple.id, user.id, FIRST_SEAT, uow.now)


def _begin_onboarding(uow: UnitOfWork, user: User, user_type: UserType) -> None:
    progress = OnboardingProgress(
        user_id=user.id,
        user_type=OnboardingSide(user_type.value),
        current_step=rules.FIRST_STEPS[user_type],
        last_activity_at=uow.now,
    )
    uow.session.add(progress)


async def _let_in_as(
    uow: UnitOfWork, side: UserType, email: str, brought_by: UUID | None
) -> EvaluationContext:
    """Return the context of the inviting partner, which applies to both partners."""
    person = await people.by_user(uow.session, brought_by) if brought_by else None
    return person.context if person else feature_gates.visitor_context(side, email)


async def _create_supplier(uow: UnitOfWork, user: User, account: NewAccount) -> None:
    added = await queries.add_supplier(
        uow.session,
        id=user.id,  # as for couples
        user_id=user.id,
        email=account.profile.email or user.email,
        business_name=account.profile.business_name,
        vendor_type=account.profile.vendor_type,
    )
    if not added:
        raise EmailTaken
