"""Finds or creates the account that accepts an invitation (A40, M3, M9)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from db.models.accounts import SignupAttempt, User
from db.models.invitations import CoupleInvitation, Invitation
from db.queries import accounts
from db.session import UnitOfWork
from domain.accounts import accounts as account_rules
from domain.accounts.accounts import NewAccount, Profile
from domain.accounts.legal import AcceptedDocument
from domain.actors import Actor, UserType
from domain.errors import NotUnique
from domain.marketplace import acceptance as rules
from services.accounts import acceptance_repeats, legal_documents
from services.accounts.accounts import EmailTaken, actor_of, create_account
from services.accounts.email_confirmations import send_link
from services.accounts.login_throttle import LoginThrottle
from services.accounts.password_changes import set_password
from services.accounts.sessions import OpenSession, open_session
from services.platform.credentials import digest


class LogInFirst(NotUnique):
    """This e-mail has an account already. Log in, then open the invitation again."""

    def __init__(self) -> None:
        """A code opens no existing account, except as ADR 7 allows."""
        super().__init__(path=("input", "email"))


@dataclass(frozen=True, slots=True)
class AcceptanceForm:
    """The form of a person who accepts an invitation of a supplier or a partner."""

    code: str = field(repr=False)
    email: str | None = None
    password: str | None = field(default=None, repr=False)
    confirms_email: bool = False
    key: str | None = field(default=None, repr=False)  # lets its sender in again for a day
    accepted: tuple[AcceptedDocument, ...] = ()


@dataclass(frozen=True, slots=True)
class _Invited:
    """The invited person: the e-mail, and whether the code proves that mailbox."""

    email: str
    is_proven: bool
    password: str | None = field(default=None, repr=False)
    password_hash: str | None = field(default=None, repr=False)


async def check_attempt(throttle: LoginThrottle, form: AcceptanceForm) -> None:
    """Check the form and count the attempt; raises Invalid or RateLimited. Reads no invitation."""
    acceptance_repeats.check_key(form.key)
    legal_documents.check(form.accepted, ("input", "acceptedDocuments"))
    await throttle.check_code_rate()


async def hash_password(throttle: LoginThrottle, actor: Actor, form: AcceptanceForm) -> str | None:
    """Hash the password of a visitor outside of any transaction; raises as `check_password`."""
    if not actor.is_anonymous:
        return None
    await throttle.check_acceptance_rate()
    if form.password is None:
        return None
    account_rules.check_password(form.password, form.email or "", ("input", "password"))
    return await throttle.passwords.hash(form.password)


async def account_for(
    uow: UnitOfWork,
    base_url: str,
    actor: Actor,
    row: Invitation | CoupleInvitation,
    form: AcceptanceForm,
    password_hash: str | None,
    *,
    brought_by: UUID | None = None,
) -> tuple[User, bool]:
    """Return the account that accepts an invitation, and whether it is new.

    This is the caller's account, else a new one, else an existing one that the code opens. Raises
    EmailMismatch for another e-mail that was not confirmed, LogInFirst if the code opens none.
    """
    if actor.user_id is not None:
        rules.check_account(row.email, form.email, actor.label, confirmed=form.confirms_email)
        return (await accounts.users_by_id(uow.session, [actor.user_id]))[actor.user_id], False
    email = rules.new_email(row.email, form.email, confirmed=form.confirms_email)
    is_proven = rules.is_proven(row.email, email, by_mail=row.mail_code == digest(form.code))
    invited = _Invited(email, is_proven, form.password, password_hash)
    return await _create_or_enter(uow, base_url, invited, brought_by)


async def returning_account(
    uow: UnitOfWork, actor: Actor, user_ids: Iterable[UUID], form: AcceptanceForm
) -> User | None:
    """Return the account that a call with this key created, whose reply may be lost; else None."""
    if not actor.is_anonymous:
        return None
    for user_id in user_ids:
        user = await acceptance_repeats.account_of(uow, user_id, form.code, form.key)
        if user is not None:
            return user
    return None


def log_in(uow: UnitOfWork, throttle: LoginThrottle, user: User) -> OpenSession:
    """Open a session of the device that accepts."""
    return open_session(uow, user, throttle.device, throttle.settings.session_days)


async def _create_or_enter(
    uow: UnitOfWork, base_url: str, invited: _Invited, brought_by: UUID | None
) -> tuple[User, bool]:
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


async def _enter(uow: UnitOfWork, invited: _Invited) -> User:
    """Log in a couple without a password on a new device; raises LogInFirst."""
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
