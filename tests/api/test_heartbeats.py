"""Heartbeats over HTTP, and in the graph (A29)."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette

from app import create_app, running
from db.session import Database
from domain.actors import Role
from settings import Settings
from tests.factories import user_sessions
from tests.factories.health import PROBES
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

LIST = "{ systemHealth { heartbeats { name status beatAt withinSeconds } } }"
TOKEN = """mutation ($scope: Scope!) {
  createApiToken(name: "cron", scopes: [$scope]) { secret } }"""


@pytest.fixture
async def app(
    db: Database, redis: Redis, settings: Settings, clock: Clock
) -> AsyncIterator[Starlette]:
    """One that expects a job outside."""
    app = create_app(settings.model_copy(update={"heartbeats": "exports=10m"}), clock, PROBES)
    async with running(app.state.runtime):
        yield app


@pytest.fixture
async def admin(app: Starlette, db: Database) -> GraphQLClient:
    return GraphQLClient(app, await user_sessions.create_session(db, Role.ADMIN))


async def push(client: GraphQLClient, scope: str, name: str) -> int:
    """The status of a beat with a token of one scope."""
    secret = (await client.data(TOKEN, scope=scope))["createApiToken"]["secret"]
    headers = {"authorization": f"Bearer {secret}"}
    return (await client.raw("POST", f"/heartbeat/{name}", headers=headers)).status_code


async def test_an_external_job_sends_a_heartbeat(admin: GraphQLClient) -> None:
    assert await push(admin, "METRICS_WRITE", "exports") == 204
    by_name = {
        item["name"]: item for item in (await admin.data(LIST))["systemHealth"]["heartbeats"]
    }
    assert set(by_name) == {"worker", "exports"}
    assert (by_name["exports"]["status"], by_name["exports"]["withinSeconds"]) == ("HEALTHY", 600)
    assert (by_name["worker"]["status"], by_name["worker"]["beatAt"]) == ("UNKNOWN", None)


@pytest.mark.parametrize(
    ("scope", "name", "status"),
    [("METRICS_READ", "exports", 403), ("METRICS_WRITE", "unknown", 404)],
)
async def test_invalid_heartbeats_are_refused(
    admin: GraphQLClient, scope: str, name: str, status: int
) -> None:
    assert await push(admin, scope, name) == status


async def test_heartbeats_of_visitors_are_refused_and_not_stored(
    app: Starlette, redis: Redis
) -> None:
    answer = await GraphQLClient(app).raw("POST", "/heartbeat/exports")
    assert (answer.status_code, await redis.exists("launch:heartbeats")) == (401, 0)
    assert (await GraphQLClient(app).raw("GET", "/heartbeat/exports")).status_code == 405
