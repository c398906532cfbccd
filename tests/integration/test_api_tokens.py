"""API tokens, on the real database (A41)."""

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from db import event_log
from db.models.accounts import ApiToken, User
from db.models.events import Change
from db.session import Database
from domain.actors import Actor, ActorKind, Role, Scope
from domain.errors import Forbidden, Invalid, LaunchError, NotFound, Required
from domain.events import AccessRevoked, Event, TokenCreated
from services.accounts.api_tokens import NewToken, create_token, list_tokens, revoke_token
from tests.factories.accounts import actor_of, add_user, authenticate


@pytest.fixture
async def admin(db: Database) -> Actor:
    return actor_of(await add_user(db))


async def make(db: Database, actor: Actor, *scopes: Scope, name: str = "CI") -> NewToken:
    async with db.write() as uow:
        return await create_token(uow, actor, name, scopes or (Scope.FLAGS_READ,))


async def events(db: Database) -> list[Event]:
    async with db.read() as session:
        return [row.event for row in await event_log.read_after(session, 0, 100)]


async def count(db: Database, model: type) -> int:
    async with db.read() as session:
        return (await session.execute(select(func.count()).select_from(model))).scalar_one()


async def test_secret_is_shown_once_and_kept_as_a_hash(db: Database, admin: Actor) -> None:
    made = await make(db, admin)
    assert re.fullmatch(r"wsl_[A-Za-z0-9_-]{43}", made.secret)
    assert made.row.prefix == made.secret[:12]
    assert made.secret.encode() not in made.row.token_hash
    assert made.secret not in repr(made)
    assert made.row.created_by == admin.id


async def test_token_acts_with_its_own_scopes(db: Database, admin: Actor) -> None:
    made = await make(db, admin, Scope.FLAGS_WRITE, Scope.FLAGS_READ)
    actor = await authenticate(db, made.secret, db.clock())
    assert actor is not None
    assert (actor.kind, actor.id, actor.label) == (ActorKind.TOKEN, made.row.id, "CI")
    assert actor.scopes == {Scope.FLAGS_READ, Scope.FLAGS_WRITE}
    assert (actor.user_id, actor.role) == (None, None)


async def test_new_token_is_in_the_audit_without_its_secret(db: Database, admin: Actor) -> None:
    made = await make(db, admin)
    async with db.read() as session:
        (change,) = await session.scalars(select(Change))
    assert isinstance((await events(db))[0], TokenCreated)
    assert change.actor_id == admin.id
    assert change.after == {"name": "CI", "scopes": ["flags:read"]}
    assert change.subject_id == made.row.id


async def test_tokens_have_no_more_scopes_than_their_creator(db: Database) -> None:
    operator = actor_of(await add_user(db, Role.OPERATOR))
    with pytest.raises(Forbidden) as caught:
        await make(db, operator, Scope.LAUNCH_ADMIN)
    assert caught.value.path == ("scopes",)
    assert await count(db, ApiToken) == 0
    assert await events(db) == []


@pytest.mark.parametrize(
    ("name", "scopes", "error"),
    [
        ("", [Scope.FLAGS_READ], Invalid),
        ("CI", [], Required),
        ("CI", [Scope.SELF], Invalid),
    ],
)
async def test_refused_token_leaves_nothing(
    db: Database, admin: Actor, name: str, scopes: list[Scope], error: type[LaunchError]
) -> None:
    with pytest.raises(error):
        async with db.write() as uow:
            await create_token(uow, admin, name, scopes)
    assert await count(db, ApiToken) == 0


async def test_tokens_created_with_a_token_belong_to_the_same_person(
    db: Database, admin: Actor
) -> None:
    parent = await make(db, admin, Scope.TOKENS_ADMIN, Scope.FLAGS_READ)
    actor = await authenticate(db, parent.secret, db.clock())
    assert actor is not None
    child = await make(db, actor, Scope.FLAGS_READ)
    assert child.row.created_by == admin.id
    with pytest.raises(Forbidden):
        await make(db, actor, Scope.FLAGS_WRITE)


async def test_revoking_a_token_rejects_it_and_records_one_event(
    db: Database, admin: Actor
) -> None:
    made = await make(db, admin)
    for _ in range(2):
        async with db.write() as uow:
            row = await revoke_token(uow, admin, made.row.id)
    assert row.revoked_at is not None
    assert await authenticate(db, made.secret, db.clock()) is None
    assert [type(event) for event in await events(db)] == [TokenCreated, AccessRevoked]


async def test_unknown_token_cannot_be_revoked(db: Database, admin: Actor) -> None:
    with pytest.raises(NotFound):
        async with db.write() as uow:
            await revoke_token(uow, admin, uuid4())


async def test_token_expires(db: Database, admin: Actor) -> None:
    until = db.clock() + timedelta(hours=1)
    async with db.write() as uow:
        made = await create_token(uow, admin, "CI", [Scope.FLAGS_READ], until)
    actor = await authenticate(db, made.secret, until - timedelta(seconds=1))
    assert actor is not None
    assert actor.expires_at == until
    assert await authenticate(db, made.secret, until) is None


async def test_tokens_lose_the_scopes_their_creator_loses(db: Database, admin: Actor) -> None:
    made = await make(db, admin, Scope.FLAGS_READ, Scope.LAUNCH_ADMIN)
    async with db.write() as uow:
        user = await uow.session.get_one(User, admin.id)
        user.role = Role.VIEWER
    actor = await authenticate(db, made.secret, db.clock())
    assert actor is not None
    assert actor.scopes == {Scope.FLAGS_READ}


async def test_tokens_of_disabled_users_are_rejected(db: Database, admin: Actor) -> None:
    made = await make(db, admin)
    async with db.write() as uow:
        user = await uow.session.get_one(User, admin.id)
        user.disabled_at = uow.now
    assert await authenticate(db, made.secret, db.clock()) is None


async def test_last_use_is_recorded_once_a_minute(db: Database, admin: Actor) -> None:
    made = await make(db, admin)
    first = db.clock()
    seen = []
    for seconds in (0, 30, 61):
        await authenticate(db, made.secret, first + timedelta(seconds=seconds))
        async with db.read() as session:
            seen.append((await session.scalars(select(ApiToken.last_used_at))).one())
    assert seen == [first, first, first + timedelta(seconds=61)]


async def test_list_shows_the_newest_first_and_revoked_ones(db: Database, admin: Actor) -> None:
    old = await make(db, admin, name="old")
    await make(db, admin, name="new")
    async with db.write() as uow:
        await revoke_token(uow, admin, old.row.id)
    async with db.read() as session:
        assert [row.name for row in await list_tokens(session)] == ["new", "old"]


async def child_of(db: Database, secret: str, until: datetime | None = None) -> NewToken:
    """A token that is made with another one."""
    actor = await authenticate(db, secret, db.clock())
    assert actor is not None
    async with db.write() as uow:
        return await create_token(uow, actor, "child", [Scope.TOKENS_ADMIN], until)


async def short_lived(db: Database, admin: Actor) -> tuple[NewToken, datetime]:
    """A token that ends in a minute, and may make others."""
    until = db.clock() + timedelta(seconds=60)
    async with db.write() as uow:
        return await create_token(uow, admin, "CI", [Scope.TOKENS_ADMIN], until), until


async def test_derived_tokens_expire_with_their_parent(db: Database, admin: Actor) -> None:
    """SEC10: a token that expires in 60 s cannot mint one that never does."""
    parent, until = await short_lived(db, admin)
    child = await child_of(db, parent.secret)
    grandchild = await child_of(db, child.secret, until - timedelta(seconds=1))
    assert (child.row.expires_at, grandchild.row.expires_at) == (
        until,
        until - timedelta(seconds=1),
    )
    for made in (child, grandchild):
        with pytest.raises(Invalid) as caught:
            await child_of(db, made.secret, until + timedelta(seconds=1))
        assert caught.value.path == ("expiresAt",)


async def test_derived_tokens_are_revoked_with_their_parent(db: Database, admin: Actor) -> None:
    parent, _ = await short_lived(db, admin)
    child = await child_of(db, parent.secret)
    grandchild = await child_of(db, child.secret)
    other, _ = await short_lived(db, admin)
    async with db.write() as uow:
        await revoke_token(uow, admin, parent.row.id)
    for secret in (parent.secret, child.secret, grandchild.secret):
        assert await authenticate(db, secret, db.clock()) is None
    assert await authenticate(db, other.secret, db.clock()) is not None
    ended = {event.credential_id for event in await events(db) if isinstance(event, AccessRevoked)}
    assert ended == {parent.row.id, child.row.id, grandchild.row.id}


async def test_derived_tokens_end_with_a_parent_ended_by_direct_sql(
    db: Database, admin: Actor
) -> None:
    """Direct SQL on the parent alone, by either column."""
    for column in ("revoked_at", "expires_at"):
        parent, _ = await short_lived(db, admin)
        grandchild = await child_of(db, (await child_of(db, parent.secret)).secret)
        async with db.write() as uow:
            row = await uow.session.get_one(ApiToken, parent.row.id)
            setattr(row, column, uow.now)
        assert await authenticate(db, grandchild.secret, db.clock()) is None
