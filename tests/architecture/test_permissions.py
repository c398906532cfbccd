"""Every root field as everybody (A53, R7)."""

import asyncio
from contextlib import aclosing
from typing import Any

import pytest
from graphql import build_schema
from sqlalchemy import text
from starlette.applications import Starlette

from db.models import Base
from db.models.heartbeats import LaunchHeartbeat
from db.session import Database
from domain.actors import ANONYMOUS, Scope
from schema.context import Context
from schema.permissions import PUBLIC_FIELDS
from server.graph import schema
from tests.architecture.callers import Caller, everybody
from tests.architecture.calls import Call, call
from tests.architecture.generated import COMMAND, PERMISSIONS
from tests.architecture.permissions import RootField, root_fields, table
from tests.factories.accounts import authenticate
from tests.support.clock import PATIENCE
from tests.support.graphql import GraphQLClient

GRAPH = build_schema(schema.as_str())
FIELDS = list(root_fields())
CALLED = [field for field in FIELDS if field.kind != "Subscription"]
WATCHED = [field for field in FIELDS if field.kind == "Subscription"]
REFUSED = {"UNAUTHENTICATED", "FORBIDDEN"}
# Filters by an e-mail address, which `full` gives, need people:read beside the scope of the field.
BY_ADDRESS = {"Query.mails", "Query.incidentAssignees"}
QUIET_SECONDS = 0.3  # a stream that is allowed may have nothing to send; a refusal always comes


async def row_counts(db: Database) -> dict[str, int]:
    """How many rows each table has, but for the one that the server fills by itself meanwhile."""
    tables = ({*Base.metadata.tables} - {LaunchHeartbeat.__tablename__}) | {"pgqueuer"}
    each = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in tables)
    async with db.read() as session:
        return {row[0]: row[1] for row in await session.execute(text(each))}


async def watch(
    app: Starlette, db: Database, caller: Caller, operation: Call, seconds: float
) -> list[str]:
    """The error codes of the first result of a stream; none where nothing comes in time."""
    runtime = app.state.runtime
    actor = await authenticate(db, caller.token, runtime.clock()) if caller.token else ANONYMOUS
    context = Context(runtime, actor=actor or ANONYMOUS)
    results: Any = await schema.subscribe(
        operation.document, operation.variables, context_value=context
    )
    async with aclosing(results):
        try:
            async with asyncio.timeout(seconds):
                answer = await anext(results)
        except TimeoutError:
            return []
    return [error.extensions["code"] for error in answer.errors or []]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.place)
def test_every_field_is_scoped_or_public(field: RootField) -> None:
    assert bool(field.declared) is not field.is_public


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.place)
def test_declared_scopes_are_enforced(field: RootField) -> None:
    assert field.declared == field.enforced


def test_every_public_field_exists() -> None:
    assert {field.place for field in FIELDS} >= PUBLIC_FIELDS


def test_the_committed_permission_table_is_current() -> None:
    assert PERMISSIONS.read_text() == table(), f"run `{COMMAND}` and look at the difference"


@pytest.mark.parametrize("field", CALLED, ids=lambda field: field.place)
async def test_callers_without_the_scope_are_refused_and_write_nothing(
    visitor: GraphQLClient, db: Database, field: RootField
) -> None:
    operation = call(GRAPH, field.kind, field.name)
    denied = [one for one in await everybody(db, field.declared) if not field.allows(one.scopes)]
    before = await row_counts(db)
    for caller in denied:
        answer = await visitor.as_(caller.token).execute(operation.document, **operation.variables)
        assert (caller.name, answer.codes) == (caller.name, [caller.refusal])
    assert await row_counts(db) == before


@pytest.mark.parametrize("full", [False, True], ids=["minimal", "full"])
@pytest.mark.parametrize("field", CALLED, ids=lambda field: field.place)
async def test_callers_with_the_scope_get_a_response(
    visitor: GraphQLClient, db: Database, field: RootField, full: bool
) -> None:
    operation = call(GRAPH, field.kind, field.name, full=full)
    for caller in await everybody(db, field.declared):
        blind = full and field.place in BY_ADDRESS and Scope.PEOPLE_READ not in caller.scopes
        if field.allows(caller.scopes) and not blind:
            answer = await visitor.as_(caller.token).execute(
                operation.document, **operation.variables
            )
            assert not {*REFUSED, "INTERNAL"} & set(answer.codes), (caller.name, answer.body)


@pytest.mark.parametrize("field", WATCHED, ids=lambda field: field.place)
async def test_streams_require_their_scope(app: Starlette, db: Database, field: RootField) -> None:
    operation = call(GRAPH, field.kind, field.name)
    for caller in await everybody(db, field.declared):
        allowed = field.allows(caller.scopes)
        codes = await watch(app, db, caller, operation, QUIET_SECONDS if allowed else PATIENCE)
        if allowed:
            assert not {*REFUSED, "INTERNAL"} & set(codes), caller.name
        else:
            assert (caller.name, codes) == (caller.name, [caller.refusal])
