"""A forgotten password, on the real database."""

import asyncio

import pytest
from redis.asyncio import Redis
from sqlalchemy import select, text

from db.models.accounts import PasswordReset, User
from db.session import Database
from domain.errors import AlreadyUsed, Expired, Invalid, LaunchError, NotFound, RateLimited
from domain.mail.email import MailKind
from domain.platform.rate_limits import AccessLimits, Limit
from services.accounts.login_throttle import LoginThrottle
from services.accounts.password_resets import request_password_reset, reset_password
from services.accounts.sessions import OpenSession, WrongCredentials, log_in
from settings import Settings
from tests.factories.accounts import (
    EMAIL,
    PASSWORD,
    RecordedSleeps,
    authenticate,
    make_login_throttle,
    register_account,
)
from tests.factories.mail import emails_of_kind, token_in_email
from tests.support.clock import Clock

NEW = "a better password"


@pytest.fixture
def throttle(db: Database, redis: Redis, settings: Settings) -> LoginThrottle:
    return make_login_throttle(db, redis, settings)


async def requested_link(db: Database, throttle: LoginThrottle) -> str:
    await request_password_reset(throttle, EMAIL.lower())
    return await token_in_email(db, MailKind.PASSWORD_RESET)


async def test_link_sets_the_password_and_logs_in(db: Database, throttle: LoginThrottle) -> None:
    old = await register_account(throttle)
    opened = await reset_password(throttle, await requested_link(db, throttle), NEW)
    assert opened.user.id == old.user.id
    assert opened.user.email_verified_at is not None
    assert await authenticate(db, opened.token, db.clock()) is not None
    assert await authenticate(db, old.token, db.clock()) is None
    with pytest.raises(WrongCredentials):
        await log_in(throttle, EMAIL, PASSWORD)


async def test_the_link_is_emailed_to_the_owner_and_stored_as_a_hash(
    db: Database, throttle: LoginThrottle, settings: Settings
) -> None:
    await register_account(throttle)
    token = await requested_link(db, throttle)
    async with db.read() as session:
        (reset,) = await session.scalars(select(PasswordReset))
    (email,) = await emails_of_kind(db, MailKind.PASSWORD_RESET)
    assert email.recipient == EMAIL
    assert f"{settings.base_url}/reset-password?token={token}" in email.body
    assert token.encode() not in reset.token_hash


async def test_unknown_emails_get_the_same_response(db: Database, throttle: LoginThrottle) -> None:
    await register_account(throttle)
    for email in (EMAIL, "who@b.co"):
        await request_password_reset(throttle, email)
    assert isinstance(throttle.pause, RecordedSleeps)
    assert len(throttle.pause.seconds) == 2
    assert all(0 < seconds <= 0.3 for seconds in throttle.pause.seconds)
    assert [mail.recipient for mail in await emails_of_kind(db, MailKind.PASSWORD_RESET)] == [EMAIL]


async def test_link_works_once(db: Database, throttle: LoginThrottle) -> None:
    await register_account(throttle)
    token = await requested_link(db, throttle)
    await reset_password(throttle, token, NEW)
    with pytest.raises(AlreadyUsed):
        await reset_password(throttle, token, "yet another password")
    await log_in(throttle, EMAIL, NEW)


async def test_link_used_twice_at_once_works_once(db: Database, throttle: LoginThrottle) -> None:
    await register_account(throttle)
    token = await requested_link(db, throttle)
    tries = (reset_password(throttle, token, f"{NEW} {number}") for number in range(3))
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert len([item for item in results if isinstance(item, OpenSession)]) == 1
    assert len([item for item in results if isinstance(item, AlreadyUsed)]) == 2


async def test_new_password_ends_the_other_links(db: Database, throttle: LoginThrottle) -> None:
    await register_account(throttle)
    older = await requested_link(db, throttle)
    await reset_password(throttle, await requested_link(db, throttle), NEW)
    with pytest.raises(AlreadyUsed):
        await reset_password(throttle, older, "yet another password")


async def test_link_expires_after_an_hour(
    db: Database, throttle: LoginThrottle, clock: Clock
) -> None:
    await register_account(throttle)
    token = await requested_link(db, throttle)
    clock.advance(3600)
    with pytest.raises(Expired):
        await reset_password(throttle, token, NEW)
    await log_in(throttle, EMAIL, PASSWORD)


@pytest.mark.parametrize("token", ["", "x" * 43, "é" * 43, "x" * 10_000])
async def test_unknown_links_are_not_found(throttle: LoginThrottle, token: str) -> None:
    with pytest.raises(NotFound) as caught:
        await reset_password(throttle, token, NEW)
    assert caught.value.path == ("token",)


@pytest.mark.parametrize("new", ["short", EMAIL])
async def test_refused_password_leaves_the_link_open(
    db: Database, throttle: LoginThrottle, new: str
) -> None:
    await register_account(throttle)
    token = await requested_link(db, throttle)
    with pytest.raises(Invalid) as caught:
        await reset_password(throttle, token, new)
    assert caught.value.path == ("newPassword",)
    await reset_password(throttle, token, NEW)


async def test_disabled_account_gets_no_link_and_cannot_use_one(
    db: Database, throttle: LoginThrottle
) -> None:
    await register_account(throttle)
    token = await requested_link(db, throttle)
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE users SET disabled_at = now()"))
    await request_password_reset(throttle, EMAIL)
    with pytest.raises(NotFound):
        await reset_password(throttle, token, NEW)
    assert len(await emails_of_kind(db, MailKind.PASSWORD_RESET)) == 1


async def test_account_without_password_gets_its_first(
    db: Database, throttle: LoginThrottle
) -> None:
    await register_account(throttle)
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE users SET password_hash = NULL"))
    await reset_password(throttle, await requested_link(db, throttle), NEW)
    async with db.read() as session:
        assert (await session.scalars(select(User.password_hash))).one() is not None


@pytest.mark.parametrize("email", [EMAIL, "who@b.co"])
async def test_requests_are_limited_equally_for_unknown_emails(
    db: Database, redis: Redis, settings: Settings, email: str
) -> None:
    rules = AccessLimits(reset_account=Limit(1, 3600))
    throttle = make_login_throttle(db, redis, settings, rules=rules)
    await register_account(throttle)
    await request_password_reset(throttle, email)
    with pytest.raises(RateLimited):
        await request_password_reset(throttle, email.upper())
    assert len(await emails_of_kind(db, MailKind.PASSWORD_RESET)) == (email == EMAIL)


async def test_requests_of_one_address_are_limited(
    db: Database, redis: Redis, settings: Settings
) -> None:
    rules = AccessLimits(reset_address=Limit(2, 3600))
    throttle = make_login_throttle(db, redis, settings, rules=rules)
    raised: list[LaunchError] = []
    for number in range(3):
        try:
            await request_password_reset(throttle, f"{number}@b.co")
        except RateLimited as error:
            raised.append(error)
    assert len(raised) == 1
