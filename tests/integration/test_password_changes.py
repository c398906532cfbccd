"""Choosing another password while logged in, on the real database (decision 12)."""

import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from db import event_log
from db.session import Database
from domain.actors import Actor
from domain.errors import Invalid, RateLimited, Required
from domain.events import AccessRevoked
from domain.mail.email import MailKind
from domain.platform.rate_limits import AccessLimits, Limit
from services.accounts.login_throttle import LoginThrottle
from services.accounts.password_changes import change_password
from services.accounts.sessions import OpenSession, WrongCredentials, log_in
from settings import Settings
from tests.factories.accounts import (
    EMAIL,
    PASSWORD,
    authenticate,
    make_login_throttle,
    register_account,
)
from tests.factories.mail import emails_of_kind

NEW = "a better password"


@pytest.fixture
def throttle(db: Database, redis: Redis, settings: Settings) -> LoginThrottle:
    return make_login_throttle(db, redis, settings)


async def who(db: Database, opened: OpenSession) -> Actor:
    actor = await authenticate(db, opened.token, db.clock())
    assert actor is not None
    return actor


async def revoked(db: Database) -> int:
    async with db.read() as session:
        return len(await event_log.read_after(session, 0, 100, kinds=[AccessRevoked.TYPE]))


async def test_new_password_ends_the_other_sessions(db: Database, throttle: LoginThrottle) -> None:
    other = await register_account(throttle)
    own_session = await log_in(throttle, EMAIL, PASSWORD)
    await change_password(throttle, await who(db, own_session), PASSWORD, NEW)
    assert await authenticate(db, own_session.token, db.clock()) is not None
    assert await authenticate(db, other.token, db.clock()) is None
    assert await revoked(db) == 1
    await log_in(throttle, EMAIL, NEW)
    with pytest.raises(WrongCredentials):
        await log_in(throttle, EMAIL, PASSWORD)


async def test_a_new_password_is_announced_by_email(db: Database, throttle: LoginThrottle) -> None:
    await change_password(throttle, await who(db, await register_account(throttle)), PASSWORD, NEW)
    (email,) = await emails_of_kind(db, MailKind.PASSWORD_CHANGED)
    assert email.recipient == EMAIL
    assert NEW not in email.body


@pytest.mark.parametrize(
    ("current", "new", "error", "field"),
    [
        ("wrong password", NEW, Invalid, "currentPassword"),
        (None, NEW, Required, "currentPassword"),
        (PASSWORD, "short", Invalid, "newPassword"),
        (PASSWORD, EMAIL.lower(), Invalid, "newPassword"),
    ],
)
async def test_refused_change_leaves_everything_as_it_was(
    db: Database,
    throttle: LoginThrottle,
    current: str | None,
    new: str,
    error: type[Invalid | Required],
    field: str,
) -> None:
    opened = await register_account(throttle)
    with pytest.raises(error) as caught:
        await change_password(throttle, await who(db, opened), current, new)
    assert caught.value.path == (field,)
    assert await revoked(db) == 0
    await log_in(throttle, EMAIL, PASSWORD)


async def test_first_password_needs_no_current_one(db: Database, throttle: LoginThrottle) -> None:
    actor = await who(db, await register_account(throttle))
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE users SET password_hash = NULL"))
    await change_password(throttle, actor, None, NEW)
    await log_in(throttle, EMAIL, NEW)


async def test_guessing_the_current_password_is_limited(
    db: Database, redis: Redis, settings: Settings
) -> None:
    rules = AccessLimits(change_password=Limit(1, 60))
    throttle = make_login_throttle(db, redis, settings, rules=rules)
    actor = await who(db, await register_account(throttle))
    with pytest.raises(Invalid):
        await change_password(throttle, actor, "wrong password", NEW)
    with pytest.raises(RateLimited):
        await change_password(throttle, actor, PASSWORD, NEW)
