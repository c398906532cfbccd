"""Signs people up. Every attempt is recorded, and a taken e-mail is not revealed (S29)."""

import logging
from contextlib import suppress
from dataclasses import dataclass, field

from db.models.accounts import SignupAttempt
from db.queries import accounts as queries
from db.session import UnitOfWork
from domain.accounts import account_emails as emails
from domain.accounts import accounts as rules
from domain.accounts.accounts import NewAccount, Profile
from domain.accounts.legal import AcceptedDocument
from domain.actors import UserType
from domain.errors import ErrorCode, Invalid, LaunchError
from services.accounts import legal_documents, sessions
from services.accounts.accounts import EmailTaken, actor_of, create_account
from services.accounts.email_confirmations import welcome
from services.accounts.login_throttle import LoginThrottle
from services.accounts.sessions import OpenSession
from services.journeys import journeys
from services.mail import mail
from services.metrics.metric_samples import count_failed_sign_up

logger = logging.getLogger(__name__)

_INTERNAL = "internal"
_OUR_FAULT = frozenset({_INTERNAL, ErrorCode.DEPENDENCY_DOWN.value})


@dataclass(frozen=True, slots=True)
class SignUp:
    """The form of a sign-up."""

    user_type: UserType
    email: str
    password: str = field(repr=False)
    profile: Profile = field(default_factory=Profile)
    accepted: tuple[AcceptedDocument, ...] = ()


class UnusableEmail(Invalid):
    """This e-mail and password cannot be used to sign up. Log in, or reset your password."""

    def __init__(self) -> None:
        """Reveal neither that there is an account nor what is wrong with the password."""
        super().__init__(path=("input", "email"))


async def sign_up(throttle: LoginThrottle, request: SignUp) -> OpenSession:
    """Create an account and log it in.

    A taken e-mail with its right password logs in: people forget that they have an account. With
    any other password the reply is UnusableEmail, after the same work as for a new account, and the
    owner gets an e-mail. Probing addresses by creating accounts is limited to a few sign-ups per
    IP address and hour.
    """
    try:
        return await _sign_up(throttle, request)
    except LaunchError as error:
        await _keep_failure(throttle, request.user_type, error.code.value)
        raise
    except Exception:
        await _keep_failure(throttle, request.user_type, _INTERNAL)
        raise


async def _sign_up(throttle: LoginThrottle, request: SignUp) -> OpenSession:
    await throttle.check_attempt_rate()
    account = rules.new_account(request.user_type, request.email, request.profile)
    rules.check_password(request.password, account.email, ("input", "password"))
    legal_documents.check(request.accepted, ("input", "acceptedDocuments"))
    await throttle.check_sign_up_rate(account.email)
    async with throttle.db.read() as session:
        taken = await queries.user_by_email(session, account.email) is not None
    if not taken:
        # Another sign-up may take the e-mail while the password is hashed.
        with suppress(EmailTaken):
            return await _create(throttle, account, request)
    return await _meet_owner(throttle, account, request.password)


async def _create(throttle: LoginThrottle, account: NewAccount, request: SignUp) -> OpenSession:
    password_hash = await throttle.passwords.hash(request.password)
    async with throttle.db.write() as uow:
        user = await create_account(uow, account, password_hash)
        await legal_documents.keep(uow, actor_of(user), user.id, request.accepted)
        await welcome(uow, throttle.settings.base_url, user)
        _keep(uow, account.user_type, None)
        days = throttle.settings.session_days
        return sessions.open_session(uow, user, throttle.device, days)


async def _meet_owner(throttle: LoginThrottle, account: NewAccount, password: str) -> OpenSession:
    owner = await sessions.check_password(throttle, account.email, password)
    if owner is None:
        await _warn_owner(throttle, account.email)
        raise UnusableEmail
    opened = await sessions.enter(throttle, owner, password)
    async with throttle.db.write() as uow:
        _keep(uow, account.user_type, None)
    return opened


async def _warn_owner(throttle: LoginThrottle, email: str) -> None:
    if not await throttle.may_notify(email):
        return
    async with throttle.db.write() as uow:
        user = await queries.user_by_email(uow.session, email)
        if user is not None and not user.disabled_at:
            platform, base_url = rules.platform_of(user.role), throttle.settings.base_url
            message = emails.somebody_signed_up(platform, user.email, base_url)
            await mail.post(uow, actor_of(user), message)


async def _keep_failure(throttle: LoginThrottle, user_type: UserType, failure: str) -> None:
    """Record a failure in its own transaction, as that of the attempt was rolled back."""
    try:
        async with throttle.db.write() as uow:
            _keep(uow, user_type, failure)
            await count_failed_sign_up(uow, our_fault=failure in _OUR_FAULT)
            if failure in _OUR_FAULT:
                await journeys.count_lost_start(uow, user_type)
    except Exception:
        logger.exception("sign-up: a failed attempt (%s) could not be recorded", failure)


def _keep(uow: UnitOfWork, user_type: UserType, failure: str | None) -> None:
    attempt = SignupAttempt(
        at=uow.now, user_type=user_type, succeeded=failure is None, failure=failure
    )
    uow.session.add(attempt)
