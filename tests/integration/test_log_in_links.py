"""Logging in by a link in an e-mail, on the real database (M3)."""

import asyncio

import pytest
from redis.asyncio import Redis
from sqlalchemy import func, select, text

from db.models.accounts import LogInLink, User
from db.session import Database
from domain.actors import Role
from domain.errors import AlreadyUsed, Expired, LaunchError, NotFound, RateLimited
from domain.mail.email import MailKind
from domain.platform.rate_limits import AccessLimits, Limit
from services.accounts.log_in_links import log_in, request_link
from services.accounts.login_throttle import LoginThrottle
from services.accounts.password_resets import request_password_reset, reset_password
from services.accounts.sessions import OpenSession
from services.overview.retention import sweep
from services.platform.credentials import new_secret
from settings import Settings
from tests.factories.accounts import (
    EMAIL,
    RecordedSleeps,
    add_user,
    authenticate,
    make_login_throttle,
    register_account,
)
from tests.factories.mail import emails_of_kind, token_in_email
from tests.support.clock import Clock

LINK = MailKind.LOG_IN_LINK
DAY = 86_400


@pytest.fixture
def throttle(db: Database, redis: Redis, settings: Settings) -> LoginThrottle:
    return make_login_throttle(db, redis, settings)


async def requested_link(db: Database, throttle: LoginThrottle) -> str:
    await request_link(throttle, EMAIL.lower())
    return await token_in_email(db, LINK)


async def test_a_log_in_link_works_on_any_device_and_confirms_the_email(
    db: Database, redis: Redis, settings: Settings, throttle: LoginThrottle
) -> None:
    first = await register_account(throttle)
    token = await requested_link(db, throttle)
    phone = make_login_throttle(db, redis, settings, ip="203.0.113.9")
    opened = await log_in(phone, token)
    assert opened.user.id == first.user.id
    assert opened.user.email_verified_at is not None
    assert await authenticate(db, opened.token, db.clock()) is not None
    assert await authenticate(db, first.token, db.clock()) is not None  # the other device stays


async def test_the_link_is_emailed_to_the_owner_and_stored_as_a_hash(
    db: Database, throttle: LoginThrottle, settings: Settings
) -> None:
    await register_account(throttle)
    token = await requested_link(db, throttle)
    async with db.read() as session:
        (row,) = await session.scalars(select(LogInLink))
    (email,) = await emails_of_kind(db, LINK)
    assert (email.recipient, email.link_expires_at) == (EMAIL, row.expires_at)
    assert f"{settings.base_url}/log-in-link?token={token}\n" in email.body
    assert token.encode() not in row.token_hash


async def test_the_link_returns_only_to_an_invitation(
    db: Database, throttle: LoginThrottle
) -> None:
    await register_account(throttle)
    code = new_secret()
    for next_code in (code, "https://evil.example/accept", f"{code}&next=//evil.example", ""):
        await request_link(throttle, EMAIL, next_code)
    lines = [line for row in await emails_of_kind(db, LINK) for line in row.body.splitlines()]
    links = [line for line in lines if "/log-in-link?" in line]
    assert [line.partition("&")[2] for line in links] == [f"invitation={code}", "", "", ""]


async def test_unknown_addresses_get_the_same_response(
    db: Database, throttle: LoginThrottle
) -> None:
    await register_account(throttle)
    for email in (EMAIL, "who@b.co"):
        await request_link(throttle, email)
    assert isinstance(throttle.pause, RecordedSleeps)
    assert len(throttle.pause.seconds) == 2
    assert all(0 < seconds <= 0.3 for seconds in throttle.pause.seconds)
    assert [mail.recipient for mail in await emails_of_kind(db, LINK)] == [EMAIL]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OPERATOR, Role.VIEWER])
async def test_staff_cannot_log_in_by_link(
    db: Database, throttle: LoginThrottle, role: Role
) -> None:
    await add_user(db, role)
    await request_link(throttle, "david@wedsync.com")
    assert await emails_of_kind(db, LINK) == []
    await register_account(throttle)
    token = await requested_link(db, throttle)
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE users SET role = :role"), {"role": role.value})
    with pytest.raises(NotFound):
        await log_in(throttle, token)


async def test_a_link_works_once_even_concurrently(db: Database, throttle: LoginThrottle) -> None:
    await register_account(throttle)
    token = await requested_link(db, throttle)
    tries = (log_in(throttle, token) for _ in range(4))
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert len([item for item in results if isinstance(item, OpenSession)]) == 1
    assert len([item for item in results if isinstance(item, AlreadyUsed)]) == 3


async def test_earlier_links_work_until_one_is_used(db: Database, throttle: LoginThrottle) -> None:
    """Impatient people ask twice and open the first e-mail."""
    await register_account(throttle)
    first = await requested_link(db, throttle)
    second = await requested_link(db, throttle)
    await log_in(throttle, first)
    with pytest.raises(AlreadyUsed):
        await log_in(throttle, second)


async def test_a_link_ends_after_15_minutes(
    db: Database, throttle: LoginThrottle, clock: Clock
) -> None:
    await register_account(throttle)
    token = await requested_link(db, throttle)
    clock.advance(899)
    assert (await log_in(throttle, token)).user.email == EMAIL
    token = await requested_link(db, throttle)
    clock.advance(900)
    with pytest.raises(Expired):
        await log_in(throttle, token)
    clock.advance(8 * DAY)
    await sweep(db)
    async with db.read() as session:
        kept = await session.execute(select(func.count()).select_from(LogInLink))
    assert kept.scalar_one() == 0


async def test_a_new_password_ends_open_links(db: Database, throttle: LoginThrottle) -> None:
    await register_account(throttle)
    token = await requested_link(db, throttle)
    await request_password_reset(throttle, EMAIL)
    await reset_password(
        throttle, await token_in_email(db, MailKind.PASSWORD_RESET), "a better password"
    )
    with pytest.raises(AlreadyUsed):
        await log_in(throttle, token)


async def test_a_disabled_account_gets_no_link_and_cannot_use_one(
    db: Database, throttle: LoginThrottle
) -> None:
    await register_account(throttle)
    token = await requested_link(db, throttle)
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE users SET disabled_at = now()"))
    await request_link(throttle, EMAIL)
    with pytest.raises(NotFound):
        await log_in(throttle, token)
    assert len(await emails_of_kind(db, LINK)) == 1


@pytest.mark.parametrize("token", ["", "x" * 43, "é" * 43, "x" * 10_000])
async def test_unknown_links_are_not_found(throttle: LoginThrottle, token: str) -> None:
    with pytest.raises(NotFound) as caught:
        await log_in(throttle, token)
    assert caught.value.path == ("token",)


@pytest.mark.parametrize("email", [EMAIL, "who@b.co"])
async def test_requests_are_limited_equally_for_unknown_addresses(
    db: Database, redis: Redis, settings: Settings, email: str
) -> None:
    rules = AccessLimits(log_in_link_account=Limit(1, 3600))
    throttle = make_login_throttle(db, redis, settings, rules=rules)
    await register_account(throttle)
    await request_link(throttle, email)
    with pytest.raises(RateLimited):
        await request_link(throttle, email.upper())
    assert len(await emails_of_kind(db, LINK)) == (email == EMAIL)


async def test_requests_and_tries_of_one_network_are_limited(
    db: Database, redis: Redis, settings: Settings
) -> None:
    rules = AccessLimits(log_in_link_address=Limit(2, 3600))
    throttle = make_login_throttle(db, redis, settings, rules=rules)
    raised: list[LaunchError] = []
    for number in range(2):
        await request_link(throttle, f"{number}@b.co")
    try:
        await log_in(throttle, new_secret())
    except RateLimited as error:
        raised.append(error)
    assert len(raised) == 1


async def test_an_account_without_a_password_logs_in(db: Database, throttle: LoginThrottle) -> None:
    await register_account(throttle)
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE users SET password_hash = NULL"))
    opened = await log_in(throttle, await requested_link(db, throttle))
    async with db.read() as session:
        assert (await session.get_one(User, opened.user.id)).password_hash is None
