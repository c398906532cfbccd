"""Streams over graphql-transport-ws: snapshot, changes, resuming, and the end of access."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from starlette.applications import Starlette

from db.session import Database
from domain.actors import system_actor
from domain.events import HealthChanged
from domain.health.health import CheckType, HealthStatus
from schema.context import Runtime
from tests.factories.health import Health
from tests.factories.launches import make_flag, make_phase
from tests.factories.phases import activate, roll_back
from tests.support.clock import PATIENCE, Clock
from tests.support.graphql import GraphQLClient
from tests.support.http import http_client
from tests.support.sockets import Socket, socket

FLAGS = "subscription ($keys: [String!]) { featureFlags(keys: $keys) { key enabled version } }"
VIEWER = "subscription { viewerFlags { version flags { key value } } }"
PHASE = """subscription ($id: ID!) {
  launchPhase(id: $id) { status version flags { flag { enabled } } } }"""
EVENTS = """subscription ($after: String) {
  launchEvents(after: $after) { __typename cursor summary actor { __typename } } }"""
HEALTH = "subscription { systemHealth { overall checks { type status } } }"
TOGGLE = """mutation ($key: String!, $on: Boolean!) {
  toggleFeatureFlag(input: {key: $key, enabled: $on}) { errors { message } } }"""


@pytest.fixture
async def live(address: str, admin: GraphQLClient) -> AsyncIterator[Socket]:
    """An admin's socket."""
    async with socket(address, admin.token) as client:
        yield client


def health_change(index: int) -> HealthChanged:
    """One of many events."""
    return HealthChanged(
        check=CheckType.API,
        before=HealthStatus.HEALTHY,
        after=HealthStatus.WARNING,
        error=str(index),
    )


def streams(app: Starlette) -> int:
    """Return the number of subscriptions to the event tail besides the two of the process."""
    runtime: Runtime = app.state.runtime
    flags = runtime.flag_feed
    return runtime.tail.live - 2 + flags.sets.live - 1 + flags.hub.live


async def test_all_flags_are_sent_first_then_each_change(
    live: Socket, admin: GraphQLClient
) -> None:
    await make_flag(admin, "mvp_chat")
    stream = await live.subscribe(FLAGS)
    first = await stream.next()
    assert first["featureFlags"] == {"key": "mvp_chat", "enabled": False, "version": 1}
    await admin.data(TOGGLE, key="mvp_chat", on=True)
    assert (await stream.next())["featureFlags"]["enabled"] is True


async def test_only_the_selected_flags_are_sent(live: Socket, admin: GraphQLClient) -> None:
    await make_flag(admin, "wanted")
    await make_flag(admin, "other")
    stream = await live.subscribe(FLAGS, keys=["wanted"])
    await stream.next()
    await admin.data(TOGGLE, key="other", on=True)
    assert await stream.silent()


async def test_visitor_gets_a_set_only_when_a_value_changes(
    address: str, admin: GraphQLClient
) -> None:
    """Requirements S24 and S96."""
    await make_flag(admin, "mvp_chat")
    async with socket(address) as visitor:
        stream = await visitor.subscribe(VIEWER)
        first = (await stream.next())["viewerFlags"]
        assert first["flags"] == [{"key": "mvp_chat", "value": False}]
        await admin.data(
            'mutation { updateFeatureFlag(input: {key: "mvp_chat", name: "N"})'
            " { errors { code } } }"
        )
        assert await stream.silent()
        await admin.data(TOGGLE, key="mvp_chat", on=True)
        assert (await stream.next())["viewerFlags"]["flags"][0]["value"] is True


async def test_phase_is_sent_when_its_flags_change(
    live: Socket, admin: GraphQLClient, health: Health
) -> None:
    phase = await make_phase(admin)
    stream = await live.subscribe(PHASE, id=phase)
    assert (await stream.next())["launchPhase"]["status"] == "PLANNED"
    await activate(admin, phase)
    seen = await stream.next()
    while seen["launchPhase"]["flags"] != [{"flag": {"enabled": True}}]:
        seen = await stream.next()
    assert seen["launchPhase"]["status"] == "ACTIVE"
    await roll_back(admin, phase)
    while seen["launchPhase"]["status"] != "ROLLED_BACK":
        seen = await stream.next()
    assert seen["launchPhase"]["flags"] == [{"flag": {"enabled": False}}]


async def test_events_are_ordered_and_resume_after_a_cursor(
    live: Socket, admin: GraphQLClient
) -> None:
    """X6: no event is lost or sent twice."""
    stream = await live.subscribe(EVENTS)
    await make_flag(admin, "flag_a")
    first = (await stream.next())["launchEvents"]
    await stream.stop()
    await make_flag(admin, "flag_b")
    repeated = await live.subscribe(EVENTS, after=first["cursor"])
    missed = (await repeated.next())["launchEvents"]
    await make_flag(admin, "flag_c")
    news = (await repeated.next())["launchEvents"]
    assert [item["summary"] for item in (first, missed, news)] == [
        f"Flag flag_{name} created" for name in "abc"
    ]


async def test_thousand_events_are_resumed_without_a_gap(
    live: Socket, admin: GraphQLClient, db: Database
) -> None:
    stream = await live.subscribe(EVENTS)
    await make_flag(admin, "mvp_chat")
    cursor = (await stream.next())["launchEvents"]["cursor"]
    await stream.stop()
    async with db.write() as uow:
        for index in range(1_200):
            uow.record(system_actor("test"), health_change(index))
    repeated = await live.subscribe(EVENTS, after=cursor)
    seen = [(await repeated.next())["launchEvents"]["cursor"] for _ in range(1_200)]
    assert len(set(seen)) == 1_200


async def test_health_is_sent_at_once(live: Socket, health: Health, app: Starlette) -> None:
    await app.state.runtime.health.tick()
    snapshot = (await (await live.subscribe(HEALTH)).next())["systemHealth"]
    assert snapshot["overall"] == "HEALTHY"
    assert len(snapshot["checks"]) == 5


async def test_new_health_round_is_sent(live: Socket, health: Health, app: Starlette) -> None:
    await app.state.runtime.health.tick()
    stream = await live.subscribe(HEALTH)
    await stream.next()
    await app.state.runtime.health.tick()
    assert (await stream.next())["systemHealth"]["overall"] == "HEALTHY"


async def test_change_by_sql_is_sent(address: str, admin: GraphQLClient, db: Database) -> None:
    """S61: a trigger increments the version, and the poll finds it."""
    await make_flag(admin, "mvp_chat")
    async with socket(address) as visitor:
        stream = await visitor.subscribe(VIEWER)
        await stream.next()
        async with db.engine.begin() as connection:
            await connection.execute(
                text("UPDATE feature_flags SET enabled = true, rollout_percentage = 100")
            )
        seen = await stream.next()
        assert seen["viewerFlags"]["flags"][0]["value"] is True


@pytest.mark.parametrize("document", [FLAGS, VIEWER, EVENTS, HEALTH])
async def test_killed_socket_releases_everything(
    app: Starlette, address: str, admin: GraphQLClient, document: str
) -> None:
    """Requirement S74."""
    before = streams(app), app.state.runtime.bus.live
    async with socket(address, admin.token) as victim:
        for _ in range(10):
            await victim.subscribe(document)
        await asyncio.sleep(0.2)
        victim.connection.transport.abort()
        async with asyncio.timeout(PATIENCE):
            while (streams(app), app.state.runtime.bus.live) != before:  # noqa: ASYNC110
                await asyncio.sleep(0.02)


async def test_log_out_ends_the_streams_and_the_socket(address: str, admin: GraphQLClient) -> None:
    """S31: at once and in every process, because the event log delivers it."""
    async with socket(address, admin.token) as own_live:
        stream = await own_live.subscribe(EVENTS)
        await asyncio.sleep(0.1)
        await admin.data("mutation { logOut }")
        async with asyncio.timeout(PATIENCE):
            await own_live.connection.wait_closed()
        assert own_live.connection.close_code == 4403
        assert stream is not None


async def test_expired_session_ends_its_socket(
    address: str, admin: GraphQLClient, clock: Clock
) -> None:
    """Requirement A49."""
    clock.advance(timedelta(days=1).total_seconds() - 1)
    async with socket(address, admin.token) as own_live:
        await own_live.subscribe(EVENTS)
        async with asyncio.timeout(PATIENCE):
            await own_live.connection.wait_closed()
        assert own_live.connection.close_code == 4403


async def test_operator_on_a_socket_counts_as_watching(
    address: str, admin: GraphQLClient, viewer: GraphQLClient, health: Health
) -> None:
    """Requirement X2."""
    phase = await make_phase(admin)
    async with socket(address, viewer.token):
        assert await _watching(admin, phase) is False
    async with socket(address, admin.token):
        await until_watching(admin, phase, is_watching=True)
    await until_watching(admin, phase, is_watching=False)


async def until_watching(client: GraphQLClient, phase: str, *, is_watching: bool) -> None:
    async with asyncio.timeout(PATIENCE):
        while await _watching(client, phase) is not is_watching:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def _watching(client: GraphQLClient, phase: str) -> bool:
    document = "query ($id: ID) { launchPhase(id: $id) { readiness { checks { key ok } } } }"
    checks = (await client.data(document, id=phase))["launchPhase"]["readiness"]["checks"]
    return bool(next(check["ok"] for check in checks if check["key"] == "operators"))


async def test_stream_without_its_scope_is_refused(address: str, supplier: GraphQLClient) -> None:
    async with socket(address, supplier.token) as own_live:
        message = await (await own_live.subscribe(FLAGS)).message()
        payload = message["payload"]
        errors = payload["errors"] if isinstance(payload, dict) else payload
        assert errors[0]["extensions"]["code"] == "FORBIDDEN"


async def test_failed_operation_does_not_affect_others(live: Socket, admin: GraphQLClient) -> None:
    await make_flag(admin, "mvp_chat")
    good = await live.subscribe(FLAGS)
    await good.next()
    bad = await live.subscribe("subscription { ")
    assert (await bad.message())["type"] == "error"
    await admin.data(TOGGLE, key="mvp_chat", on=True)
    assert (await good.next())["featureFlags"]["enabled"] is True


async def test_streams_are_available_as_server_sent_events(
    address: str, admin: GraphQLClient
) -> None:
    await make_flag(admin, "mvp_chat")
    headers = {"accept": "text/event-stream", "authorization": f"Bearer {admin.token}"}
    async with (
        http_client() as client,
        client.stream(
            "POST", f"http://{address}/graphql", json={"query": FLAGS}, headers=headers
        ) as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = response.aiter_lines()
        assert await anext(lines) == "event: next"
        assert '"mvp_chat"' in await anext(lines)
