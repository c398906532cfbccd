"""Opens and ends sessions (S30, S31)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import Session, User
from db.queries import accounts, credentials
from db.session import UnitOfWork
from domain.actors import Actor
from domain.errors import Invalid
from domain.events import AccessRevoked
from domain.ids import SessionId
from services.accounts import acceptance_repeats
from services.accounts.login_throttle import Device, LoginThrottle
from services.platform.credentials import digest, new_secret

MAX_USER_AGENT = 400
MAX_SHOWN = 100


class WrongCredentials(Invalid):
    """The e-mail address or the password is wrong."""

    def __init__(self) -> None:
        """Use the same message for an unknown e-mail, a wrong password and a disabled account."""
        super().__init__(path=("password",))


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that was just opened, with its token, which is not stored."""

    token: str = field(repr=False)
    expires_at: datetime
    user: User


async def log_in(throttle: LoginThrottle, email: str, password: str) -> OpenSession:
    """Open a session; raises WrongCredentials, or RateLimited for a guessing address (S30)."""
    await throttle.check_log_in_rate(email)
    user = await check_password(throttle, email, password)
    if user is None:
        raise WrongCredentials
    return await enter(throttle, user, password)


async def check_password(throttle: LoginThrottle, email: str, password: str) -> User | None:
    """Return the user with this e-mail and password; an unknown e-mail takes the same time."""
    async with throttle.db.read() as session:
        user = await accounts.user_by_email(session, email)
    stored = user.password_hash if user and not user.disabled_at else None
    return user if await throttle.passwords.verify(stored, password) else None


async def enter(throttle: LoginThrottle, seen: User, password: str) -> OpenSession:
    """Open a session for a user whose password was checked; renews an outdated hash."""
    assert seen.password_hash is not None
    outdated = throttle.passwords.needs_rehash(seen.password_hash)
    fresh = await throttle.passwords.hash(password) if outdated else seen.password_hash
    async with throttle.db.write() as uow:
        user = await accounts.lock_user(uow.session, seen.id)
        # The password may have been changed, or the user disabled, since it was checked.
        if user is None or user.disabled_at or user.password_hash != seen.password_hash:
            raise WrongCredentials
        user.password_hash = fresh
        return open_session(uow, user, throttle.device, throttle.settings.session_days)


def open_session(uow: UnitOfWork, user: User, device: Device, days: int) -> OpenSession:
    """Open a session for a user on a device. The caller has checked their identity."""
    token = new_secret()
    expires_at = uow.now + timedelta(days=days)
    row = Session(
        user_id=user.id,
        token_hash=digest(token),
        created_at=uow.now,
        expires_at=expires_at,
        ip=device.ip,
        user_agent=device.user_agent[:MAX_USER_AGENT] if device.user_agent else None,
    )
    uow.session.add(row)
    user.last_login_at = uow.now
    return OpenSession(token, expires_at, user)


async def log_out(uow: UnitOfWork, actor: Actor) -> bool:
    """End the caller's session and its streams; False where there was none (S31)."""
    if actor.session_id is None:
        return False
    ended = await credentials.end_sessions(uow.session, Session.id == actor.session_id, uow.now)
    _record(uow, actor, ended)
    return bool(ended)


async def open_ones(session: AsyncSession, actor: Actor, now: datetime) -> list[Session]:
    """Return the open sessions of the caller, newest first; none for tools."""
    if actor.user_id is None:
        return []
    return await credentials.sessions_of(session, actor.user_id, now, MAX_SHOWN)


async def end_own(uow: UnitOfWork, actor: Actor, session_id: UUID) -> bool:
    """End one session of the caller and its streams; False where it does not exist."""
    if actor.user_id is None:
        return False
    where = (Session.id == session_id) & (Session.user_id == actor.user_id)
    ended = await credentials.end_sessions(uow.session, where, uow.now)
    _record(uow, actor, ended)
    return bool(ended)


async def end_others(uow: UnitOfWork, actor: Actor) -> int:
    """End all sessions of the caller but this one; returns how many."""
    if actor.user_id is None:
        return 0
    return await end_sessions(uow, actor, actor.user_id, keep=actor.session_id)


async def end_sessions(
    uow: UnitOfWork, actor: Actor, user_id: UUID, *, keep: SessionId | None = None
) -> int:
    """End the sessions of a user but one, and all links that open one; returns how many."""
    where = Session.user_id == user_id
    if keep is not None:
        where &= Session.id != keep
    ended = await credentials.end_sessions(uow.session, where, uow.now)
    await acceptance_repeats.forget(uow, user_id)
    await credentials.void_log_in_links(uow.session, user_id, uow.now)
    _record(uow, actor, ended)
    return len(ended)


def _record(uow: UnitOfWork, actor: Actor, ended: Sequence[UUID]) -> None:
    for session_id in ended:
        uow.record(actor, AccessRevoked(credential_id=session_id))
