"""Resets a forgotten password by a one-time link in an e-mail."""

from datetime import datetime, timedelta

from db.models.accounts import PasswordReset, User
from db.queries import accounts, credentials
from domain.accounts import account_emails as emails
from domain.accounts import accounts as rules
from domain.actors import ANONYMOUS
from domain.errors import AlreadyUsed, Expired, LaunchError, NotFound
from services.accounts.accounts import actor_of
from services.accounts.login_throttle import LoginThrottle
from services.accounts.password_changes import set_password
from services.accounts.sessions import OpenSession, open_session
from services.accounts.staff_invitations import has_ended
from services.mail import mail
from services.platform.credentials import digest, new_secret, plausible

LIFETIME = timedelta(hours=1)
_TOKEN = ("token",)


async def request_password_reset(throttle: LoginThrottle, email: str) -> None:
    """Send a link to the owner of an address; callers do not learn whether it has an account.

    Raises RateLimited, counted alike for known and unknown e-mails.
    """
    await throttle.check_reset_rate(email)
    async with throttle.same_time():
        await _send_link(throttle, email)


async def reset_password(throttle: LoginThrottle, token: str, new: str) -> OpenSession:
    """Set the password that a link allows, end all sessions and log in.

    Raises NotFound, Expired or AlreadyUsed for the link, Invalid for the password.
    """
    await throttle.check_reset_rate()
    reset, user = await _find(throttle, token)
    rules.check_password(new, user.email, ("newPassword",))
    password_hash = await throttle.passwords.hash(new)
    async with throttle.db.write() as uow:
        if not await credentials.use_reset(uow.session, reset.id, uow.now):
            raise AlreadyUsed("This link was used already.", path=_TOKEN)
        locked = await accounts.lock_user(uow.session, user.id)
        if locked is None or locked.disabled_at or await has_ended(uow.session, locked, uow.now):
            raise _no_such_link()
        locked.email_verified_at = locked.email_verified_at or uow.now
        await set_password(uow, actor_of(locked), locked, password_hash)
        return open_session(uow, locked, throttle.device, throttle.settings.session_days)


async def _send_link(throttle: LoginThrottle, email: str) -> None:
    async with throttle.db.write() as uow:
        user = await accounts.user_by_email(uow.session, email)
        if user is None or user.disabled_at or await has_ended(uow.session, user, uow.now):
            return
        token = new_secret()
        reset = PasswordReset(
            user_id=user.id,
            token_hash=digest(token),
            created_at=uow.now,
            expires_at=uow.now + LIFETIME,
        )
        uow.session.add(reset)
        link = f"{throttle.settings.base_url}/reset-password?token={token}"
        message = emails.password_reset(rules.platform_of(user.role), user.email, link)
        await mail.post(uow, ANONYMOUS, message, link_expires_at=reset.expires_at)


async def _find(throttle: LoginThrottle, token: str) -> tuple[PasswordReset, User]:
    if not plausible(token):
        raise _no_such_link()
    async with throttle.db.read() as session:
        row = await credentials.reset_by_hash(session, digest(token))
    if row is None or row[1].disabled_at:
        raise _no_such_link()
    _check_open(row[0], throttle.db.clock())
    return row[0], row[1]


def _check_open(reset: PasswordReset, now: datetime) -> None:
    if reset.used_at is not None:
        raise AlreadyUsed("This link was used already, or another took its place.", path=_TOKEN)
    if reset.expires_at <= now:
        raise Expired("This link has expired. Ask for another.", path=_TOKEN)


def _no_such_link() -> LaunchError:
    return NotFound("This link is not valid. Ask for another.", path=_TOKEN)
