"""Changes the password of a logged-in person (S13, decision 12)."""

from db.models.accounts import User
from db.queries import accounts, credentials
from db.session import UnitOfWork
from domain.accounts import account_emails as emails
from domain.accounts import accounts as rules
from domain.actors import Actor
from domain.errors import Forbidden, Invalid, Required
from services.accounts import sessions
from services.accounts.login_throttle import LoginThrottle
from services.mail import mail

_CURRENT = ("currentPassword",)


async def change_password(
    throttle: LoginThrottle, actor: Actor, current: str | None, new: str
) -> User:
    """Set the caller's password and end their other sessions.

    `current` may be left out only while the account has no password (decision 12).
    """
    await throttle.check_password_change_rate(actor)
    seen = await myself(throttle, actor)
    rules.check_password(new, seen.email, ("newPassword",))
    await check_current(throttle, seen, current)
    password_hash = await throttle.passwords.hash(new)
    async with throttle.db.write() as uow:
        user = await accounts.lock_user(uow.session, seen.id)
        if user is None or user.password_hash != seen.password_hash:
            raise Invalid("The password was changed elsewhere.", path=_CURRENT)
        await set_password(uow, actor, user, password_hash)
        platform, base_url = rules.platform_of(user.role), throttle.settings.base_url
        message = emails.password_changed(platform, user.email, base_url)
        await mail.post(uow, actor, message)
        return user


async def set_password(uow: UnitOfWork, actor: Actor, user: User, password_hash: str) -> None:
    """Store a password, and end open resets and all sessions but the caller's."""
    user.password_hash = password_hash
    await credentials.void_resets(uow.session, user.id, uow.now)
    await sessions.end_sessions(uow, actor, user.id, keep=actor.session_id)


async def myself(throttle: LoginThrottle, actor: Actor) -> User:
    """Return the account of the caller; raises Forbidden for tools and visitors."""
    if actor.user_id is None:
        raise Forbidden("Only a person has an account.")
    async with throttle.db.read() as session:
        users = await accounts.users_by_id(session, [actor.user_id])
    return users[actor.user_id]


async def check_current(throttle: LoginThrottle, user: User, current: str | None) -> None:
    """Check the current password, if there is one; raises Required or Invalid."""
    if user.password_hash is None:
        return
    if current is None:
        raise Required("Your current password is needed for this.", path=_CURRENT)
    if not await throttle.passwords.verify(user.password_hash, current):
        raise Invalid("This is not your current password.", path=_CURRENT)
