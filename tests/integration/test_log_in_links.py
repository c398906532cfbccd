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
from services.accounts.authentication import authenticate
from services.accounts.log_in_links import log_in, request_link
from services.accounts.login_throttle import Entrance
from services.accounts.password_resets import request_password_reset, reset_password
from services.accounts.sessions import OpenSession
from services.overview.retention import sweep
from services.platform.credentials import new_secret
from settings import Settings
from tests.factories.accounts import EMAIL, Pauses, add_user, make_entrance, signed_up
from tests.factories.mail import letters, token_of
from tests.support.clock import Clock

LINK = MailKind.LOG_IN_LINK
DAY = 86_400


@pytest.fixture
def entrance(db: Database, redis: Redis, settings: Settings) -> Entrance:
    return make_entrance(db, redis, settings)


async def asked(db: Database, entrance: Entrance) -> str:
    await request_link(entrance, EMAIL.lower())
    return await token_of(db, LINK)


async def test_a_link_logs_in_from_another_device_and_proves_the_mailbox(
    db: Database, redis: Redis, settings: Settings, entrance: Entrance
) -> None:
    first = await signed_up(entrance)
    token = await asked(db, entrance)
    phone = make_entrance(db, redis, settings, ip="203.0.113.9")
    opened = await log_in(phone, token)
    assert opened.user.id == first.user.id
    assert opened.user.email_verified_at is not None
    assert await authenticate(db, opened.token, db.clock()) is not None
    assert await authenticate(db, first.token, db.clock()) is not None  # the other device stays


async def test_the_letter_goes_to_the_owner_and_only_a_hash_is_kept(
    db: Database, entrance: Entrance, settings: Settings
) -> None:
    await signed_up(entrance)
    token = await asked(db, entrance)
    async with db.read() as session:
        (row,) = await session.scalars(select(LogInLink))
    (letter,) = await letters(db, LINK)
    assert (letter.recipient, letter.link_expires_at) == (EMAIL, row.expires_at)
    assert f"{settings.base_url}/log-in-link?token={token}\n" in letter.body
    assert token.encode() not in row.token_hash


async def test_the_link_leads_back_to_an_invitation_and_nowhere_else(
    db: Database, entrance: Entrance
) -> None:
    await signed_up(entrance)
    code = new_secret()
    for given in (code, "https://evil.example/accept", f"{code}&next=//evil.example", ""):
        await request_link(entrance, EMAIL, given)
    lines = [line for row in await letters(db, LINK) for line in row.body.splitlines()]
    links = [line for line in lines if "/log-in-link?" in line]
    assert [line.partition("&")[2] for line in links] == [f"invitation={code}", "", "", ""]


async def test_an_unknown_address_looks_the_same(db: Database, entrance: Entrance) -> None:
    await signed_up(entrance)
    for email in (EMAIL, "who@b.co"):
        await request_link(entrance, email)
    assert isinstance(entrance.pause, Pauses)
    assert len(entrance.pause.seconds) == 2
    assert all(0 < seconds <= 0.3 for seconds in entrance.pause.seconds)
    assert [letter.recipient for letter in await letters(db, LINK)] == [EMAIL]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OPERATOR, Role.VIEWER])
async def test_staff_get_no_link_and_cannot_use_one(
    db: Database, entrance: Entrance, role: Role
) -> None:
    await add_user(db, role)
    await request_link(entrance, "david@wedsync.com")
    assert await letters(db, LINK) == []
    await signed_up(entrance)
    token = await asked(db, entrance)
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE users SET role = :role"), {"role": role.value})
    with pytest.raises(NotFound):
        await log_in(entrance, token)


async def test_a_link_works_once_also_for_many_at_once(db: Database, entrance: Entrance) -> None:
    await signed_up(entrance)
    token = await asked(db, entrance)
    tries = (log_in(entrance, token) for _ in range(4))
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert len([item for item in results if isinstance(item, OpenSession)]) == 1
    assert len([item for item in results if isinstance(item, AlreadyUsed)]) == 3


async def test_earlier_links_work_until_one_is_used(db: Database, entrance: Entrance) -> None:
    """Impatient people ask twice and open the first letter."""
    await signed_up(entrance)
    first = await asked(db, entrance)
    second = await asked(db, entrance)
    await log_in(entrance, first)
    with pytest.raises(AlreadyUsed):
        await log_in(entrance, second)


async def test_a_link_ends_after_15_minutes(db: Database, entrance: Entrance, clock: Clock) -> None:
    await signed_up(entrance)
    token = await asked(db, entrance)
    clock.advance(899)
    assert (await log_in(entrance, token)).user.email == EMAIL
    token = await asked(db, entrance)
    clock.advance(900)
    with pytest.raises(Expired):
        await log_in(entrance, token)
    clock.advance(8 * DAY)
    await sweep(db)
    async with db.read() as session:
        kept = await session.execute(select(func.count()).select_from(LogInLink))
    assert kept.scalar_one() == 0


async def test_a_new_password_ends_open_links(db: Database, entrance: Entrance) -> None:
    await signed_up(entrance)
    token = await asked(db, entrance)
    await request_password_reset(entrance, EMAIL)
    await reset_password(entrance, await token_of(db, MailKind.PASSWORD_RESET), "a better password")
    with pytest.raises(AlreadyUsed):
        await log_in(entrance, token)


async def test_a_disabled_account_gets_no_link_and_cannot_use_one(
    db: Database, entrance: Entrance
) -> None:
    await signed_up(entrance)
    token = await asked(db, entrance)
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE users SET disabled_at = now()"))
    await request_link(entrance, EMAIL)
    with pytest.raises(NotFound):
        await log_in(entrance, token)
    assert len(await letters(db, LINK)) == 1


@pytest.mark.parametrize("token", ["", "x" * 43, "é" * 43, "x" * 10_000])
async def test_a_made_up_link_is_not_found(entrance: Entrance, token: str) -> None:
    with pytest.raises(NotFound) as caught:
        await log_in(entrance, token)
    assert caught.value.path == ("token",)


@pytest.mark.parametrize("email", [EMAIL, "who@b.co"])
async def test_requests_are_limited_alike_for_known_and_unknown(
    db: Database, redis: Redis, settings: Settings, email: str
) -> None:
    rules = AccessLimits(log_in_link_account=Limit(1, 3600))
    entrance = make_entrance(db, redis, settings, rules=rules)
    await signed_up(entrance)
    await request_link(entrance, email)
    with pytest.raises(RateLimited):
        await request_link(entrance, email.upper())
    assert len(await letters(db, LINK)) == (email == EMAIL)


async def test_requests_and_tries_of_one_network_are_limited(
    db: Database, redis: Redis, settings: Settings
) -> None:
    rules = AccessLimits(log_in_link_address=Limit(2, 3600))
    entrance = make_entrance(db, redis, settings, rules=rules)
    raised: list[LaunchError] = []
    for number in range(2):
        await request_link(entrance, f"{number}@b.co")
    try:
        await log_in(entrance, new_secret())
    except RateLimited as error:
        raised.append(error)
    assert len(raised) == 1


async def test_an_account_without_a_password_logs_in(db: Database, entrance: Entrance) -> None:
    await signed_up(entrance)
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE users SET password_hash = NULL"))
    opened = await log_in(entrance, await asked(db, entrance))
    async with db.read() as session:
        assert (await session.get_one(User, opened.user.id)).password_hash is None
