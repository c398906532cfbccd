"""The account of somebody who accepts an invitation without being logged in (A40, M3, M9)."""

from dataclasses import dataclass, field
from uuid import UUID

from db.models.accounts import SignupAttempt, User
from db.queries import accounts
from db.session import UnitOfWork
from domain.accounts import accounts as account_rules
from domain.accounts.accounts import NewAccount, Profile
from domain.actors import Actor, UserType
from domain.errors import NotUnique
from domain.marketplace import acceptance as rules
from services.accounts.accounts import EmailTaken, actor_of, create_account
from services.accounts.email_confirmations import send_link
from services.accounts.login_throttle import LoginThrottle
from services.accounts.password_changes import set_password


class LogInFirst(NotUnique):
    """This e-mail has an account already. Log in, then open the invitation again."""

    def __init__(self) -> None:
        """A code lets nobody into an account that exists, but for ADR 7."""
        super().__init__(path=("input", "email"))


@dataclass(frozen=True, slots=True)
class Invited:
    """Who comes with a code: the e-mail, and whether the code proves that mailbox."""

    email: str
    is_proven: bool
    password: str | None = field(default=None, repr=False)
    password_hash: str | None = field(default=None, repr=False)


async def prepare_password(
    throttle: LoginThrottle, actor: Actor, email: str | None, password: str | None
) -> str | None:
    """What must not happen inside the transaction: counting attempts, hashing a password."""
    if not actor.is_anonymous:
        return None
    await throttle.check_acceptance_rate()
    if password is None:
        return None
    account_rules.check_password(password, email or "", ("input", "password"))
    return await throttle.passwords.hash(password)


async def create_or_enter(
    uow: UnitOfWork, base_url: str, invited: Invited, *, brought_by: UUID | None = None
) -> tuple[User, bool]:
    """The account, and whether it is new; raises LogInFirst where the code opens none."""
    if invited.password is not None:
        account_rules.check_password(invited.password, invited.email, ("input", "password"))
    account = NewAccount(UserType.COUPLE, invited.email, Profile())
    try:
        user = await create_account(uow, account, invited.password_hash, brought_by=brought_by)
    except EmailTaken:
        return await _enter(uow, invited), False
    if invited.is_proven:
        user.email_verified_at = uow.now
    else:
        await send_link(uow, actor_of(user), base_url, user)
    uow.session.add(SignupAttempt(at=uow.now, user_type=UserType.COUPLE, succeeded=True))
    return user, True


async def _enter(uow: UnitOfWork, invited: Invited) -> User:
    """A couple without a password, on a device that it has not used yet; raises LogInFirst."""
    seen = await accounts.user_by_email(uow.session, invited.email)
    user = await accounts.lock_user(uow.session, seen.id) if seen is not None else None
    has_password = user is not None and user.password_hash is not None
    if (
        user is None
        or user.disabled_at is not None
        or not rules.may_enter(user.role, has_password=has_password, is_proven=invited.is_proven)
    ):
        raise LogInFirst
    user.email_verified_at = user.email_verified_at or uow.now
    if invited.password_hash is not None:
        await set_password(uow, actor_of(user), user, invited.password_hash)
    return user
