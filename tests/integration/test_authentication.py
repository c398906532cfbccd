"""Who is behind a credential, on the real database (A49)."""

from datetime import timedelta

import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from starlette.applications import Starlette

from app import build_runtime, running
from db.session import Database, StatementCounter
from domain.accounts.accounts import Profile
from domain.actors import (
    ANONYMOUS,
    Actor,
    ActorKind,
    Role,
    Scope,
    UserType,
    VendorType,
    system_actor,
)
from domain.errors import DependencyDown
from services.accounts.api_tokens import create_token, revoke_token
from services.accounts.login_throttle import LoginThrottle
from services.accounts.sessions import log_out
from services.accounts.sign_up import sign_up
from settings import Settings
from tests.factories.accounts import (
    EMAIL,
    actor_of,
    add_user,
    authenticate,
    make_login_throttle,
    register_account,
    sign_up_request,
)
from tests.support.clock import Clock
from tests.support.servers import dead_port
from tests.support.waiting import until


@pytest.fixture
def throttle(db: Database, redis: Redis, settings: Settings) -> LoginThrottle:
    return make_login_throttle(db, redis, settings)


async def entered(db: Database, throttle: LoginThrottle) -> tuple[str, Actor]:
    """Sign up; returns the secret of the session and its actor."""
    opened = await register_account(throttle)
    actor = await authenticate(db, opened.token, db.clock())
    assert actor is not None
    return opened.token, actor


async def test_a_session_returns_the_suppliers_attributes(
    db: Database, throttle: LoginThrottle
) -> None:
    profile = Profile(vendor_type=VendorType.VENUE)
    opened = await sign_up(throttle, sign_up_request(profile=profile))
    actor = await authenticate(db, opened.token, db.clock())
    assert actor is not None
    assert (actor.kind, actor.id, actor.label) == (ActorKind.USER, opened.user.id, EMAIL)
    assert (actor.role, actor.scopes) == (Role.SUPPLIER, frozenset({Scope.SELF}))
    assert (actor.vendor_type, actor.couple_id) == (VendorType.VENUE, None)
    assert actor.supplier_id is not None
    assert actor.expires_at == opened.expires_at


async def test_a_session_returns_the_couple(db: Database, throttle: LoginThrottle) -> None:
    opened = await register_account(throttle, user_type=UserType.COUPLE)
    actor = await authenticate(db, opened.token, db.clock())
    assert actor is not None
    assert actor.couple_id is not None
    assert actor.supplier_id is None


async def test_session_takes_one_statement(db: Database, throttle: LoginThrottle) -> None:
    opened = await register_account(throttle)
    counter = StatementCounter(db)
    await authenticate(db, opened.token, db.clock())
    counter.stop()
    assert len(counter.statements) == 1


async def test_a_recently_used_token_takes_one_statement(db: Database) -> None:
    async with db.write() as uow:
        actor = actor_of(await add_user(db))
        made = await create_token(uow, actor, "CI", [Scope.FLAGS_READ])
    await authenticate(db, made.secret, db.clock())
    counter = StatementCounter(db)
    await authenticate(db, made.secret, db.clock())
    counter.stop()
    assert len(counter.statements) == 1


@pytest.mark.parametrize(
    "credential", ["", "x", "x" * 43, "wsl_" + "x" * 43, "é" * 43, "\ud800" * 43, "x" * 100_000]
)
async def test_unknown_credentials_are_rejected(db: Database, credential: str) -> None:
    assert await authenticate(db, credential, db.clock()) is None


async def test_sessions_expire(db: Database, throttle: LoginThrottle) -> None:
    opened = await register_account(throttle)
    before = opened.expires_at - timedelta(seconds=1)
    assert await authenticate(db, opened.token, before) is not None
    assert await authenticate(db, opened.token, opened.expires_at) is None


async def test_an_unavailable_database_is_not_reported_as_a_wrong_password() -> None:
    url = f"postgresql+asyncpg://nobody@127.0.0.1:{dead_port()}/none"
    dead = Database(url, clock=Clock())
    with pytest.raises(DependencyDown):
        await authenticate(dead, "x" * 43, dead.clock())
    await dead.dispose()


async def test_a_session_ends_with_its_log_out(db: Database, throttle: LoginThrottle) -> None:
    token, actor = await entered(db, throttle)
    async with db.write() as uow:
        await log_out(uow, actor)
    assert await authenticate(db, token, db.clock()) is None


async def test_sessions_of_disabled_users_end(db: Database, throttle: LoginThrottle) -> None:
    token, _ = await entered(db, throttle)
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE users SET disabled_at = now()"))
    assert await authenticate(db, token, db.clock()) is None


async def test_a_revoked_token_ends(db: Database) -> None:
    admin = actor_of(await add_user(db))
    async with db.write() as uow:
        made = await create_token(uow, admin, "CI", [Scope.FLAGS_READ])
    assert await authenticate(db, made.secret, db.clock()) is not None
    async with db.write() as uow:
        await revoke_token(uow, admin, made.row.id)
    assert await authenticate(db, made.secret, db.clock()) is None


async def test_revocations_reach_other_processes(
    app: Starlette, db: Database, settings: Settings, clock: Clock
) -> None:
    admin = actor_of(await add_user(db))
    async with db.write() as uow:
        made = await create_token(uow, admin, "CI", [Scope.FLAGS_READ])
    own = app.state.runtime
    async with running(build_runtime(settings, clock)) as other:
        for runtime in (own, other):
            assert await runtime.access.actor(made.secret) is not None
        async with own.db.write() as uow:
            await revoke_token(uow, admin, made.row.id)
        assert await own.access.actor(made.secret) is None
        await until(lambda: not len(other.access), seconds=3)  # sooner than it would be asked
        assert await other.access.actor(made.secret) is None


@pytest.mark.parametrize("actor", [ANONYMOUS, system_actor("worker")])
def test_visitors_and_the_system_have_no_credential_to_revoke(actor: Actor) -> None:
    assert actor.credential_id is None
