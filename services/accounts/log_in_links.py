"""Log-in by a link in an e-mail, for suppliers and couples; the staff have passwords (M3).

The link works once within 15 minutes and on any device: it is not tied to the requesting browser.
"""

from datetime import timedelta

from db.models.accounts import LogInLink, User
from db.queries import accounts, credentials
from db.session import UnitOfWork
from domain.accounts import account_emails as emails
from domain.accounts import accounts as rules
from domain.actors import ANONYMOUS
from domain.errors import AlreadyUsed, Expired, LaunchError, NotFound
from services.accounts.login_throttle import LoginThrottle
from services.accounts.sessions import OpenSession, open_session
from services.mail import mail
from services.platform.credentials import digest, new_secret, plausible

LIFETIME = timedelta(minutes=15)
_TOKEN = ("token",)


async def request_link(throttle: LoginThrottle, email: str, invitation: str | None = None) -> None:
    """Send a link to the owner of an address; callers do not learn whether it has an account.

    `invitation`: the code of an invitation to accept after the log-in; the link leads back to it.
    Raises RateLimited, counted alike for known and unknown e-mails.
    """
    await throttle.check_log_in_link_rate(email)
    async with throttle.same_time():
        await _send(throttle, email, invitation)


async def log_in(throttle: LoginThrottle, token: str) -> OpenSession:
    """Use a link once; raises NotFound, Expired or AlreadyUsed for the link, RateLimited."""
    await throttle.check_log_in_link_rate()
    if not plausible(token):
        raise _no_such_link()
    async with throttle.db.write() as uow:
        row, user = await _find(uow, token)
        _check_open(row, uow)
        await credentials.void_log_in_links(uow.session, user.id, uow.now)
        user.email_verified_at = user.email_verified_at or uow.now
        return open_session(uow, user, throttle.device, throttle.settings.session_days)


async def _send(throttle: LoginThrottle, email: str, invitation: str | None) -> None:
    async with throttle.db.write() as uow:
        user = await accounts.user_by_email(uow.session, email)
        if user is None or not _may_use_links(user):
            return
        token = new_secret()
        row = LogInLink(
            user_id=user.id,
            token_hash=digest(token),
            created_at=uow.now,
            expires_at=uow.now + LIFETIME,
        )
        uow.session.add(row)
        link = rules.log_in_link(throttle.settings.base_url, token, invitation)
        message = emails.log_in_link(rules.platform_of(user.role), user.email, link)
        await mail.post(uow, ANONYMOUS, message, link_expires_at=row.expires_at)


async def _find(uow: UnitOfWork, token: str) -> tuple[LogInLink, User]:
    """Lock the link and its user, so that of two concurrent uses one wins."""
    match = await credentials.log_in_link_by_hash(uow.session, digest(token))
    if match is None or not _may_use_links(match[1]):
        raise _no_such_link()
    return match[0], match[1]


def _may_use_links(user: User) -> bool:
    return rules.may_use_log_in_links(user.role) and user.disabled_at is None


def _check_open(row: LogInLink, uow: UnitOfWork) -> None:
    if row.used_at is not None:
        raise AlreadyUsed("This link was used already. Ask for another.", path=_TOKEN)
    if row.expires_at <= uow.now:
        raise Expired("This link has expired. Ask for another.", path=_TOKEN)


def _no_such_link() -> LaunchError:
    return NotFound("This link is not valid. Ask for another.", path=_TOKEN)
