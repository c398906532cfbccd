"""Logging in and out, and the first admin, on the real database (S30, S31)."""

import asyncio

import pytest
from redis.asyncio import Redis
from sqlalchemy import func, select, text

from db import event_log
from db.models.accounts import Session, User
from db.session import Database
from domain.actors import ANONYMOUS, Actor, Role
from domain.errors import RateLimited
from domain.events import AccessRevoked
from domain.platform.rate_limits import AccessLimits, Limit
from services.accounts.accounts import EmailTaken, create_first_admin
from services.accounts.login_throttle import LoginThrottle
from services.accounts.sessions import OpenSession, WrongCredentials, log_in, log_out
from services.platform.passwords import Passwords
from settings import Settings
from tests.factories.accounts import (
    EMAIL,
    PASSWORD,
    RecordedSleeps,
    RecordingPasswords,
    add_user,
    authenticate,
    fast_passwords,
    make_login_throttle,
    register_account,
)


@pytest.fixture
def throttle(db: Database, redis: Redis, settings: Settings) -> LoginThrottle:
    return make_login_throttle(db, redis, settings)


async def who(db: Database, opened: OpenSession) -> Actor:
    actor = await authenticate(db, opened.token, db.clock())
    assert actor is not None
    return actor


async def is_in(db: Database, opened: OpenSession) -> bool:
    return await authenticate(db, opened.token, db.clock()) is not None


async def sessions(db: Database) -> int:
    async with db.read() as session:
        return (await session.execute(select(func.count()).select_from(Session))).scalar_one()


async def revoked(db: Database) -> list[AccessRevoked]:
    async with db.read() as session:
        rows = await event_log.read_after(session, 0, 100, kinds=[AccessRevoked.TYPE])
    return [row.event for row in rows if isinstance(row.event, AccessRevoked)]


async def run(db: Database, statement: str) -> None:
    async with db.write() as uow:
        await uow.session.execute(text(statement))


async def test_log_in_opens_another_session(db: Database, throttle: LoginThrottle) -> None:
    first = await register_account(throttle)
    second = await log_in(throttle, EMAIL.lower(), PASSWORD)
    assert second.user.id == first.user.id
    assert second.token != first.token
    assert await is_in(db, first)
    assert await is_in(db, second)


@pytest.mark.parametrize(
    ("email", "password"), [(EMAIL, "wrong password"), ("who@b.co", PASSWORD), (EMAIL, "")]
)
async def test_wrong_email_and_wrong_password_give_the_same_error(
    db: Database, throttle: LoginThrottle, email: str, password: str
) -> None:
    await register_account(throttle)
    with pytest.raises(WrongCredentials, match="is wrong") as caught:
        await log_in(throttle, email, password)
    assert caught.value.path == ("password",)
    assert await sessions(db) == 1


async def test_an_unknown_email_still_verifies_a_hash(
    db: Database, redis: Redis, settings: Settings
) -> None:
    passwords = RecordingPasswords()
    throttle = make_login_throttle(db, redis, settings, passwords=passwords)
    with pytest.raises(WrongCredentials):
        await log_in(throttle, "who@b.co", PASSWORD)
    assert passwords.verified == [None]


async def test_disabled_accounts_cannot_log_in(db: Database, throttle: LoginThrottle) -> None:
    opened = await register_account(throttle)
    await run(db, "UPDATE users SET disabled_at = now()")
    with pytest.raises(WrongCredentials):
        await log_in(throttle, EMAIL, PASSWORD)
    assert not await is_in(db, opened)
    assert await sessions(db) == 1


async def test_outdated_hash_is_renewed_at_log_in(
    db: Database, redis: Redis, settings: Settings
) -> None:
    await register_account(make_login_throttle(db, redis, settings))
    strong = Passwords()
    await log_in(make_login_throttle(db, redis, settings, passwords=strong), EMAIL, PASSWORD)
    async with db.read() as session:
        stored = (await session.scalars(select(User.password_hash))).one()
    assert stored is not None
    assert not strong.needs_rehash(stored)


async def test_guessing_from_one_address_does_not_lock_out_another(
    db: Database, redis: Redis, settings: Settings
) -> None:
    rules = AccessLimits(log_in_account_and_address=Limit(3, 60))
    owner = make_login_throttle(db, redis, settings, rules=rules)
    guesser = make_login_throttle(db, redis, settings, rules=rules, ip="198.51.100.7")
    await register_account(owner)
    for _ in range(3):
        with pytest.raises(WrongCredentials):
            await log_in(guesser, EMAIL, "wrong password")
    with pytest.raises(RateLimited):
        await log_in(guesser, EMAIL.upper(), PASSWORD)
    await log_in(owner, EMAIL, PASSWORD)


async def test_distributed_guessing_only_slows_the_owner_down(
    db: Database, redis: Redis, settings: Settings
) -> None:
    rules = AccessLimits(log_in_account=Limit(3, 900))
    for number in range(3):
        guesser = make_login_throttle(db, redis, settings, rules=rules, ip=f"198.51.100.{number}")
        with pytest.raises(WrongCredentials):
            await log_in(guesser, EMAIL, "wrong password")
    owner = make_login_throttle(db, redis, settings, rules=rules)
    await register_account(owner)
    await log_in(owner, EMAIL, PASSWORD)
    assert isinstance(owner.pause, RecordedSleeps)
    assert owner.pause.seconds == [3.0, 3.0]


async def test_log_ins_hold_no_connection_while_hashing(
    db: Database, redis: Redis, settings: Settings
) -> None:
    class Watching(RecordingPasswords):
        connections = 0

        async def verify(self, password_hash: str | None, password: str) -> bool:
            self.connections += int(db.engine.pool.checkedout())  # type: ignore[attr-defined]
            return await super().verify(password_hash, password)

    passwords = Watching()
    throttle = make_login_throttle(db, redis, settings, passwords=passwords)
    await register_account(throttle)
    await log_in(throttle, EMAIL, PASSWORD)
    assert passwords.connections == 0


async def test_log_out_ends_the_session_and_its_streams(
    db: Database, throttle: LoginThrottle
) -> None:
    opened = await register_account(throttle)
    actor = await who(db, opened)
    async with db.write() as uow:
        assert await log_out(uow, actor)
    assert not await is_in(db, opened)
    assert [event.credential_id for event in await revoked(db)] == [actor.session_id]


async def test_log_out_twice_is_recorded_once(db: Database, throttle: LoginThrottle) -> None:
    actor = await who(db, await register_account(throttle))
    for expected in (True, False):
        async with db.write() as uow:
            assert await log_out(uow, actor) is expected
    assert len(await revoked(db)) == 1


async def test_logging_out_as_a_visitor_does_nothing(db: Database) -> None:
    async with db.write() as uow:
        assert not await log_out(uow, ANONYMOUS)
    assert await revoked(db) == []


async def test_first_admin_gets_a_password_once(db: Database, throttle: LoginThrottle) -> None:
    async with db.write() as uow:
        password = await create_first_admin(uow, fast_passwords(), "david@wedsync.com")
    async with db.write() as uow:
        assert await create_first_admin(uow, fast_passwords(), "other@wedsync.com") is None
    assert password is not None
    opened = await log_in(throttle, "david@wedsync.com", password)
    assert opened.user.role is Role.ADMIN


async def test_first_admin_with_a_given_password(db: Database, throttle: LoginThrottle) -> None:
    async with db.write() as uow:
        password = await create_first_admin(uow, fast_passwords(), "david@wedsync.com", PASSWORD)
    assert password is None
    await log_in(throttle, "david@wedsync.com", PASSWORD)


async def test_processes_that_start_together_create_one_admin(db: Database) -> None:
    async def start(number: int) -> str | None:
        async with db.write() as uow:
            return await create_first_admin(uow, fast_passwords(), f"{number}@wedsync.com")

    made = await asyncio.gather(*(start(number) for number in range(4)))
    assert len([password for password in made if password]) == 1


async def test_first_admin_does_not_take_over_an_account(db: Database) -> None:
    await add_user(db, Role.SUPPLIER, "david@wedsync.com")
    with pytest.raises(EmailTaken):
        async with db.write() as uow:
            await create_first_admin(uow, fast_passwords(), "david@wedsync.com")
    async with db.read() as session:
        assert (await session.scalars(select(User.role))).all() == [Role.SUPPLIER]
