"""Acknowledgements of real sockets, and the stream that shows them (X5, S97, S108)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette

from tests.factories.launches import make_flag
from tests.factories.propagation import (
    SPREAD,
    acknowledge_as,
    add_dead_process,
    runtime_of,
    toggle_flag,
    wait_for_propagation,
    wait_for_result,
)
from tests.support.clock import PATIENCE
from tests.support.graphql import GraphQLClient
from tests.support.http import http_client
from tests.support.sockets import Socket, Stream, socket

VIEWER = """subscription ($device: String) {
  viewerFlags(deviceId: $device) { version flags { key value } } }"""
FOLLOW = f"subscription ($version: Int!) {{ propagation(version: $version) {{ {SPREAD} }} }}"
ACKNOWLEDGE = """mutation ($version: Int!, $device: String) {
  acknowledgeFlags(version: $version, deviceId: $device) }"""


@pytest.fixture
async def address(address: str, admin: GraphQLClient) -> str:
    await make_flag(admin, "mvp_chat")
    return address


@pytest.fixture
async def live(address: str, admin: GraphQLClient) -> AsyncIterator[Socket]:
    """An admin's socket."""
    async with socket(address, admin.token) as client:
        yield client


async def watch(visitor: Socket, device: str | None = None) -> Stream:
    """A stream of flags that has sent its snapshot."""
    stream = await visitor.subscribe(VIEWER, device=device)
    await stream.next()
    return stream


async def test_open_stream_counts_once_its_transport_has_the_change(
    app: Starlette, address: str, admin: GraphQLClient
) -> None:
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(socket(address)) for _ in range(20)]
        streams = [await watch(item) for item in sockets]
        version = await toggle_flag(admin, app, "mvp_chat", on=True)
        propagation = await wait_for_propagation(app, version, lambda item: item.complete)
        seen = [(await stream.next())["viewerFlags"]["version"] for stream in streams]
    assert (propagation.total, propagation.acked, set(seen)) == (21, 21, {version})
    assert propagation.within_budget is True


async def test_stream_without_a_changed_value_counts_too(
    app: Starlette, address: str, admin: GraphQLClient
) -> None:
    await make_flag(admin, "hidden", clientVisible=False)
    async with socket(address) as visitor:
        stream = await watch(visitor)
        version = await toggle_flag(admin, app, "hidden", on=True)
        assert (await wait_for_propagation(app, version, lambda item: item.complete)).total == 2
        assert await stream.silent()


async def test_server_sent_events_are_counted_like_sockets(
    app: Starlette, address: str, admin: GraphQLClient
) -> None:
    headers = {"accept": "text/event-stream"}
    body = {"query": "subscription { viewerFlags { version } }"}
    url = f"http://{address}/graphql"
    async with (
        http_client() as http,
        http.stream("POST", url, json=body, headers=headers) as response,
    ):
        lines = response.aiter_lines()
        while "viewerFlags" not in await anext(lines):
            pass
        version = await toggle_flag(admin, app, "mvp_chat", on=True)
        assert (await wait_for_propagation(app, version, lambda item: item.complete)).acked == 2


async def test_ended_stream_is_not_waited_for(
    app: Starlette, address: str, admin: GraphQLClient
) -> None:
    receipts = runtime_of(app).receipts
    async with socket(address) as visitor:
        stream = await watch(visitor)
        await stream.stop()
        await wait_for_result(_live(app), lambda count: count == 0)
        await watch(visitor)
        assert receipts.live == 1
        visitor.connection.transport.abort()
        await wait_for_result(_live(app), lambda count: count == 0)
    version = await toggle_flag(admin, app, "mvp_chat", on=True)
    assert (await wait_for_propagation(app, version, lambda item: item.complete)).total == 1


async def test_stream_lost_before_the_change_is_unknown(
    app: Starlette, address: str, admin: GraphQLClient
) -> None:
    """S97, D7: what its client shows is unknown; a properly closed socket does not count."""
    runtime = runtime_of(app)
    await runtime.flag_feed.hub.stop()  # nothing is handed out: as before the first round
    async with socket(address) as breaks, socket(address) as leaves:
        await watch(breaks)
        await watch(leaves)
        version = await toggle_flag(admin, app, "mvp_chat", on=True)
        breaks.connection.transport.abort()
        await leaves.connection.close()
        await wait_for_result(_live(app), lambda count: count == 0)
    propagation = await wait_for_propagation(app, version, lambda item: item.unknown_streams > 0)
    assert (propagation.total, propagation.acked, propagation.unknown_streams) == (2, 1, 1)
    assert (propagation.complete, propagation.within_budget) == (False, None)


async def test_client_acknowledges_over_the_same_socket(
    app: Starlette, address: str, admin: GraphQLClient
) -> None:
    async with socket(address) as visitor, socket(address) as stranger:
        stream = await watch(visitor, "device-1")
        version = await toggle_flag(admin, app, "mvp_chat", on=True)
        await stream.next()
        for client, device, counts in (
            (stranger, "device-1", False),
            (visitor, "device-2", False),
            (visitor, "device-1", True),
            (visitor, "device-1", True),
        ):
            assert await _acknowledge(client, version, device) is counts
        propagation = await wait_for_propagation(app, version, lambda item: item.confirmed > 0)
    assert (propagation.confirmed, propagation.acked) == (1, 2)


async def test_propagation_is_followed_until_all_have_the_version(
    app: Starlette, live: Socket, admin: GraphQLClient, redis: Redis
) -> None:
    await add_dead_process(redis, "slow:1")
    version = await toggle_flag(admin, app, "mvp_chat", on=True)
    stream = await live.subscribe(FOLLOW, version=version)
    seen = [(await stream.next())["propagation"]]
    await acknowledge_as(redis, "slow:1", version)
    while not seen[-1]["complete"]:
        seen.append((await stream.next())["propagation"])
    assert (await stream.message())["type"] == "complete"
    assert {item["complete"] for item in seen[:-1]} == {False}
    assert (seen[-1]["withinBudget"], seen[-1]["total"]) == (True, 2)


@pytest.mark.parametrize("version", [-1, 0, 2**31 - 1])
async def test_unknown_version_is_an_error(live: Socket, version: int) -> None:
    message = await (await live.subscribe(FOLLOW, version=version)).message()
    errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
    assert errors[0]["message"] == "There is no such version of the flags."
    assert errors[0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_visitor_cannot_follow_a_propagation(app: Starlette, address: str) -> None:
    async with socket(address) as visitor:
        message = await (await visitor.subscribe(FOLLOW, version=1)).message()
    assert "UNAUTHENTICATED" in str(message)


async def test_following_ends_with_the_session(
    app: Starlette, live: Socket, admin: GraphQLClient, redis: Redis
) -> None:
    """S31: the stream ends although the version does not progress."""
    await add_dead_process(redis, "dead:1", dies_in_ms=600_000)
    version = await toggle_flag(admin, app, "mvp_chat", on=True)
    stream = await live.subscribe(FOLLOW, version=version)
    await stream.next()
    await admin.data("mutation { logOut }")
    await asyncio.wait_for(live.connection.wait_closed(), PATIENCE)
    assert live.connection.close_code == 4403


async def _acknowledge(client: Socket, version: int, device: str) -> bool:
    stream = await client.subscribe(ACKNOWLEDGE, version=version, device=device)
    return bool((await stream.next())["acknowledgeFlags"])


def _live(app: Starlette) -> Callable[[], Awaitable[int]]:
    async def count() -> int:
        return runtime_of(app).receipts.live

    return count
