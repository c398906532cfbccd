"""Confirms e-mail addresses: that of an account, or its next one (S13)."""

from collections.abc import Callable
from datetime import timedelta

from db.drafts import Audit
from db.models.accounts import EmailConfirmation, User
from db.queries import accounts, credentials
from db.session import UnitOfWork
from db.unique import unique
from domain.accounts import account_emails as emails
from domain.accounts import accounts as rules
from domain.actors import Actor
from domain.errors import AlreadyUsed, Expired, Forbidden, LaunchError, NotFound, NotUnique
from domain.events.accounts import AccountChanged
from domain.ids import UserId
from domain.mail.email import Email
from domain.platform.platforms import Platform
from services.accounts.accounts import actor_of
from services.accounts.login_throttle import LoginThrottle
from services.accounts.password_changes import check_current, myself
from services.mail import mail
from services.platform.credentials import digest, new_secret, plausible

LIFETIME = timedelta(days=3)
_TOKEN = ("token",)


async def welcome(uow: UnitOfWork, base_url: str, user: User) -> None:
    """Send the first e-mail to a new account of this transaction; its link confirms the address."""
    await _send(uow, actor_of(user), base_url, user, user.email, emails.welcome)


async def send_link(
    uow: UnitOfWork, actor: Actor, base_url: str, user: User, email: str | None = None
) -> None:
    """Send a link that confirms an address, by default that of the account.

    Earlier links are void. The user is locked.
    """
    await _send(uow, actor, base_url, user, email or user.email, emails.confirm_email)


async def _send(
    uow: UnitOfWork,
    actor: Actor,
    base_url: str,
    user: User,
    address: str,
    write: Callable[[Platform, str, str], Email],
) -> None:
    await credentials.void_confirmations(uow.session, user.id, uow.now)
    token = new_secret()
    row = EmailConfirmation(
        user_id=user.id,
        email=address,
        token_hash=digest(token),
        created_at=uow.now,
        expires_at=uow.now + LIFETIME,
    )
    uow.session.add(row)
    link = f"{base_url}/confirm-email?token={token}"
    message = write(rules.platform_of(user.role), address, link)
    await mail.post(uow, actor, message, link_expires_at=row.expires_at)


async def ask_again(throttle: LoginThrottle, actor: Actor) -> str:
    """Send the link again; returns the address. A confirmed address gets no e-mail.

    Raises RateLimited after five e-mails in an hour.
    """
    seen = await myself(throttle, actor)
    await throttle.check_reset_rate(seen.email)
    async with throttle.db.write() as uow:
        user = await accounts.lock_user(uow.session, seen.id)
        if user is not None and user.email_verified_at is None:
            await send_link(uow, actor, throttle.settings.base_url, user)
    return seen.email


async def change_email(
    throttle: LoginThrottle, actor: Actor, email: str, current: str | None
) -> str:
    """Send a link to a new address, which replaces that of the account when the link is opened.

    An address that has an account gets no e-mail, and the caller does not learn it. Raises Required
    or Invalid for the password, RateLimited.
    """
    await throttle.check_password_change_rate(actor)
    seen = await myself(throttle, actor)
    await check_current(throttle, seen, current)
    await throttle.check_reset_rate(email)
    async with throttle.same_time(), throttle.db.write() as uow:
        user = await accounts.lock_user(uow.session, seen.id)
        if user is not None and await accounts.user_by_email(uow.session, email) is None:
            await send_link(uow, actor, throttle.settings.base_url, user, email)
    return email


async def confirm(throttle: LoginThrottle, token: str) -> str:
    """Use a link once; returns the address that is now confirmed.

    Raises NotFound, Expired or AlreadyUsed for the link, NotUnique if another account has the
    e-mail by now.
    """
    await throttle.check_reset_rate()
    if not plausible(token):
        raise _no_such_link()
    async with throttle.db.write() as uow:
        match = await credentials.confirmation_by_hash(uow.session, digest(token))
        if match is None or match[1].disabled_at:
            raise _no_such_link()
        row, user = match
        _check_open(row, uow)
        row.used_at = uow.now
        await _apply(uow, throttle.settings.base_url, row, user)
        return user.email


async def _apply(uow: UnitOfWork, base_url: str, row: EmailConfirmation, user: User) -> None:
    actor, before = actor_of(user), user.email
    changes = before.casefold() != row.email.casefold()
    await _save(uow, user, row.email)
    if changes:
        await credentials.void_resets(uow.session, user.id, uow.now)
        await credentials.void_log_in_links(uow.session, user.id, uow.now)
        notice = emails.email_changed(rules.platform_of(user.role), before, base_url)
        await mail.post(uow, actor, notice)
    record(uow, actor, user, "email changed" if changes else "email confirmed")


async def _save(uow: UnitOfWork, user: User, email: str) -> None:
    taken = NotUnique("This e-mail has an account already.", path=_TOKEN)
    async with unique(uow.session, taken):
        user.email, user.email_verified_at = email, uow.now


def record(
    uow: UnitOfWork, actor: Actor, user: User, action: str, detail: str | None = None
) -> None:
    """Record event and audit of a change, without addresses: the audit is never erased."""
    event = AccountChanged(user_id=UserId(user.id), action=action, detail=detail)
    uow.record(actor, event, Audit(user.id, after={"action": action}, reason=detail))


def check_may_write(user: User | None, *, sends_mail: bool) -> None:
    """Raise Forbidden where e-mails would be sent in the name of an unconfirmed address."""
    if sends_mail and user is not None and user.email_verified_at is None:
        raise Forbidden(
            "Confirm your e-mail first: the link is in your mail. Until then invite by a link.",
            path=("channel",),
        )


def _check_open(row: EmailConfirmation, uow: UnitOfWork) -> None:
    if row.used_at is not None:
        raise AlreadyUsed("This link was used already, or another took its place.", path=_TOKEN)
    if row.expires_at <= uow.now:
        raise Expired("This link has expired. Ask for another.", path=_TOKEN)


def _no_such_link() -> LaunchError:
    return NotFound("This link is not valid. Ask for another.", path=_TOKEN)
