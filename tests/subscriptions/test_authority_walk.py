"""Calls every root field for each role, with credentials in every state (D9, SEC1, SEC2, SEC10).

Fields and who may use them come from the schema. What is fresh and may is answered; what has
expired a second ago, was revoked, belongs to a disabled account or lacks a scope is refused, over
HTTP and on sockets that were opened while all was well, and nothing is written.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from graphql import build_schema
from sqlalchemy import text

from db.session import Database
from domain.actors import ROLE_SCOPES, Role, Scope
from server.graph import schema
from services.accounts.credential_cache import FRESH
from tests.architecture.calls import Call, call
from tests.architecture.permissions import RootField, root_fields
from tests.architecture.test_permissions import row_counts
from tests.factories.tokens import new_token
from tests.factories.user_sessions import create_session, newest_user
from tests.support.clock import PATIENCE, Clock
from tests.support.graphql import GraphQLClient
from tests.support.sockets import Socket, Stream, socket

GRAPH = build_schema(schema.as_str())
FIELDS = list(root_fields())
CALLS = {field.place: call(GRAPH, field.kind, field.name) for field in FIELDS}
OF_TOKENS = frozenset(Scope) - {Scope.SELF}
LIFETIME = timedelta(days=1)  # of every credential here
AT_ONCE = 25  # operations on one socket, whose limit is 50
OWN_NOTES = ("launch_metric", "health_", "heartbeat", "pgqueuer", "known_")
REFUSED = {"UNAUTHENTICATED", "FORBIDDEN"}
# Nobody tells the server: it has to find out by itself, for each operation.
ENDINGS = {
    "expired": (),
    "revoked": (
        "UPDATE sessions SET revoked_at = now()",
        "UPDATE api_tokens SET revoked_at = now()",
    ),
    "disabled": ("UPDATE users SET disabled_at = now()",),
}


@dataclass(frozen=True, slots=True)
class Holder:
    """A caller with a credential."""

    name: str
    secret: str
    scopes: frozenset[Scope]


@pytest.fixture
async def holders(db: Database) -> Sequence[Holder]:
    """Return a caller of each role, and a token with every scope that a token may have."""
    of_roles = [Holder(role, await create_session(db, role), ROLE_SCOPES[role]) for role in Role]
    await create_session(db, Role.ADMIN)
    maker = await newest_user(db)
    token = await new_token(db, OF_TOKENS, expires_at=db.clock() + LIFETIME, created_by=maker)
    return [*of_roles, Holder("token", token, OF_TOKENS)]


async def end(ending: str, db: Database, clock: Clock) -> None:
    """End every credential in one of the ways: by SQL, or by the clock."""
    async with db.engine.begin() as connection:
        for statement in ENDINGS[ending]:
            await connection.execute(text(statement))
    past = LIFETIME + timedelta(seconds=1) if ending == "expired" else FRESH
    clock.advance(past.total_seconds())


def holder_for(field: RootField, holders: Iterable[Holder], turn: int) -> Holder:
    """Return a caller who may use the field, a different one each time."""
    able = [one for one in holders if field.allows(one.scopes)]
    return able[turn % len(able)]


async def rows(db: Database) -> dict[str, int]:
    """Count the rows of each table, except those that a process writes about itself."""
    counts = await row_counts(db)
    return {name: count for name, count in counts.items() if not name.startswith(OWN_NOTES)}


async def start(opened: Socket, sent: Call) -> Stream:
    """Send an operation over a socket."""
    return await opened.operate({"query": sent.document, "variables": sent.variables})


async def close_code(opened: Socket, sent: Call) -> tuple[int | None, list[Any]]:
    """Send an operation; return how the socket ends and the messages of the operation."""
    stream = await start(opened, sent)
    async with asyncio.timeout(PATIENCE):
        await opened.connection.wait_closed()
    inbox = opened.inbox(stream.key)
    return opened.connection.close_code, [inbox.get_nowait() for _ in range(inbox.qsize())]


async def codes(stream: Stream) -> set[str]:
    """Return the error codes of the first message; none if a stream has not sent anything."""
    message = await stream.message()
    payload = message.get("payload") or {}
    errors = payload if isinstance(payload, list) else payload.get("errors") or []
    return {error["extensions"]["code"] for error in errors}


@pytest.mark.parametrize("ending", ENDINGS)
async def test_no_field_runs_on_an_open_socket_once_its_credential_has_ended(
    address: str, db: Database, clock: Clock, holders: Sequence[Holder], ending: str
) -> None:
    """SEC1: each field on a socket of its own, which was opened before."""
    async with AsyncExitStack() as stack:
        opened = [
            await stack.enter_async_context(
                socket(address, holder_for(field, holders, turn).secret)
            )
            for turn, field in enumerate(FIELDS)
        ]
        before = await rows(db)
        await end(ending, db, clock)
        calls = [CALLS[field.place] for field in FIELDS]
        ends = await asyncio.gather(*map(close_code, opened, calls))
        ends_by_field = {field.place: end for field, end in zip(FIELDS, ends, strict=True)}
        assert ends_by_field == dict.fromkeys(CALLS, (4403, []))
        assert await rows(db) == before


@pytest.mark.parametrize("ending", ENDINGS)
async def test_no_field_runs_over_http_once_the_credential_has_ended(
    visitor: GraphQLClient, db: Database, clock: Clock, holders: Sequence[Holder], ending: str
) -> None:
    """SEC2: public fields do not run as a visitor either."""
    before = await rows(db)
    await end(ending, db, clock)
    for turn, field in enumerate(FIELDS):
        holder, sent = holder_for(field, holders, turn), CALLS[field.place]
        answer = await visitor.as_(holder.secret).execute(sent.document, **sent.variables)
        refusal = (holder.name, field.place, answer.status, answer.codes)
        assert refusal == (holder.name, field.place, 401, ["UNAUTHENTICATED"])
    assert await rows(db) == before


async def test_no_field_runs_on_a_socket_without_its_scope(
    address: str, db: Database, holders: Sequence[Holder]
) -> None:
    """Each role, and for each scope a token with all other scopes."""
    lacking = [
        Holder(f"all but {scope}", await new_token(db, OF_TOKENS - {scope}), OF_TOKENS - {scope})
        for scope in sorted(OF_TOKENS)
    ]
    before = await rows(db)
    for holder in (*holders, *lacking):
        denied = [field for field in FIELDS if not field.allows(holder.scopes)]
        async with socket(address, holder.secret) as live:
            for begin in range(0, len(denied), AT_ONCE):
                some = denied[begin : begin + AT_ONCE]
                calls = [CALLS[field.place] for field in some]
                streams = [await start(live, one) for one in calls]
                codes_by_field = [await codes(stream) for stream in streams]
                names = [field.place for field in some]
                assert (holder.name, dict(zip(names, codes_by_field, strict=True))) == (
                    holder.name, {key: {"FORBIDDEN"} for key in names},
                )  # fmt: skip
    assert await rows(db) == before


async def test_every_query_runs_on_a_socket_with_a_valid_credential_and_scope(
    address: str, holders: Sequence[Holder]
) -> None:
    """Otherwise a server that refuses everything would pass the tests above."""
    queries = [field for field in FIELDS if field.kind == "Query"]
    for holder in holders:
        allowed = [field for field in queries if field.allows(holder.scopes)]
        async with socket(address, holder.secret) as live:
            for field in allowed:
                sent = CALLS[field.place]
                received = await codes(await start(live, sent))
                refused = received & {*REFUSED, "INTERNAL"}
                assert (holder.name, field.place, refused) == (holder.name, field.place, set())
