"""An operation has its time, and a query nobody waits for ends: in the database too (A49)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from starlette.applications import Starlette

from app import create_app, running
from db.session import Database
from settings import Settings
from tests.factories.health import PROBES
from tests.factories.launches import make_flag
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient
from tests.support.sockets import serving, socket

TOGGLE = """mutation {
  toggleFeatureFlag(input: {key: "mvp_chat", enabled: true}) { errors { code } } }"""
READ = '{ featureFlag(key: "mvp_chat") { phase { id } key enabled } }'
INCIDENTS = "{ incidents { totalCount } }"
FLAGS = "SELECT FROM feature_flags FOR UPDATE"
TABLE = "LOCK TABLE launch_incidents IN ACCESS EXCLUSIVE MODE"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


@pytest.fixture
async def hasty(
    db: Database, redis: Redis, settings: Settings, clock: Clock
) -> AsyncIterator[Starlette]:
    """An app whose operations have two seconds."""
    app = create_app(settings.model_copy(update={"operation_timeout_seconds": 2}), clock, PROBES)
    async with running(app.state.runtime):
        yield app


@asynccontextmanager
async def locked(db: Database, statement: str) -> AsyncIterator[None]:
    """Others wait for what the statement has locked."""
    async with db.engine.begin() as connection:
        await connection.execute(text(statement))
        yield


async def waiting(db: Database, count: int) -> bool:
    """Whether so many statements wait for a lock before long."""
    for _ in range(200):
        async with db.engine.connect() as connection:
            if await connection.scalar(text(WAITING)) == count:
                return True
        await asyncio.sleep(0.02)
    return False


async def test_a_mutation_that_times_out_changes_nothing(
    hasty: Starlette, admin: GraphQLClient, db: Database
) -> None:
    await make_flag(admin, "mvp_chat")
    client = GraphQLClient(hasty, admin.token)
    async with locked(db, FLAGS):
        answer = await client.execute(TOGGLE)
        assert answer.codes == ["DEADLINE_EXCEEDED"]
        assert await waiting(db, 0)
    assert (await client.data(READ))["featureFlag"]["enabled"] is False


async def test_a_timeout_on_a_socket_ends_only_its_operation(
    hasty: Starlette, admin: GraphQLClient, db: Database
) -> None:
    async with (
        serving(hasty) as address,
        socket(address, admin.token) as live,
        locked(db, TABLE),
    ):
        slow = await live.subscribe(INCIDENTS)
        message = await slow.message()
        assert await waiting(db, 0)
        quick = await live.subscribe("{ __typename }")
        assert (await quick.next())["__typename"] == "Query"
    assert message["type"] == "error"
    assert message["payload"][0]["extensions"]["code"] == "DEADLINE_EXCEEDED"


async def test_a_query_is_cancelled_when_its_caller_disconnects(
    app: Starlette, admin: GraphQLClient, db: Database
) -> None:
    async with serving(app) as address, locked(db, TABLE):
        host, port = address.split(":")
        _, writer = await asyncio.open_connection(host, int(port))
        body = f'{{"query": "{INCIDENTS}"}}'
        head = f"POST /graphql HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n"
        token = f"Authorization: Bearer {admin.token}\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write((head + token + body).encode())
        assert await waiting(db, 1)
        writer.close()
        assert await waiting(db, 0)
    assert app.state.runtime.meter.so_far()["request_errors_total"].total == 0
