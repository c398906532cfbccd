"""The protocol graphql-transport-ws: what closes a socket, and what does not (A49)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from server.view import MAX_OPERATIONS, GraphQLView
from tests.support.clock import PATIENCE
from tests.support.graphql import GraphQLClient
from tests.support.http import http_client
from tests.support.sockets import Socket, socket

VIEWER = "subscription { viewerFlags { version } }"
SUBSCRIBE = {"type": "subscribe", "id": "1", "payload": {"query": VIEWER}}
QUERY = {"query": "{ __typename }"}


@pytest.fixture
async def live(address: str) -> AsyncIterator[Socket]:
    async with socket(address) as client:
        yield client


def raw(
    address: str, protocol: str | None = "graphql-transport-ws", origin: str | None = None
) -> connect:
    """A connection that has not sent anything."""
    protocols: Any = [protocol] if protocol else None
    origin_header: Any = origin
    return connect(f"ws://{address}/graphql", subprotocols=protocols, origin=origin_header)


async def close_code(connection: ClientConnection, within: float = PATIENCE) -> int:
    """Return the code with which the server closed the connection."""
    try:
        async with asyncio.timeout(within):
            while True:
                await connection.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd is not None else 0


async def send(connection: ClientConnection, *messages: object) -> None:
    for message in messages:
        sent = message if isinstance(message, str | bytes) else json.dumps(message)
        with suppress(ConnectionClosed):  # in the midst of a long one
            await connection.send(sent)


@pytest.mark.parametrize(
    "message",
    [
        "nope", "", "[]", "1", "null", "{}", '{"type": 1}', b'{"type": "ping"}', '{"type": "ping"',
        {"type": "next", "id": "1", "payload": {}}, {"type": "x" * 500}, {"type": "start"},
        {"type": "ping", "payload": [1]}, {"type": "connection_init", "payload": "text"},
        {"type": "complete"}, {"type": "complete", "id": 1},
        {"type": "subscribe", "payload": QUERY}, {"type": "subscribe", "id": "", "payload": QUERY},
        {"type": "subscribe", "id": "i" * 1_001, "payload": QUERY},
        {"type": "subscribe", "id": "1"}, {"type": "subscribe", "id": "1", "payload": []},
        {"type": "subscribe", "id": "1", "payload": {"query": 1}},
        {"type": "subscribe", "id": "1", "payload": {**QUERY, "variables": []}},
        {"type": "subscribe", "id": "1", "payload": {**QUERY, "operationName": 1}},
        {"type": "subscribe", "id": "1", "payload": {**QUERY, "extensions": "x"}},
        '{"type": "ping", "payload": ' + '{"a":' * 2_000 + "1" + "}" * 2_001,
        '{"type": "ping", "payload": {"a": ' + "9" * 5_000 + "}}",
        '{"type": "ping", "payload": {"a": 1e999}}',
        '{"type": "subscribe", "id": "\\ud800", "payload": {"query": "{ a }"}}',
    ],
)  # fmt: skip
async def test_malformed_message_closes_with_4400(address: str, message: object) -> None:
    async with raw(address) as connection:
        await send(connection, message)
        assert await close_code(connection) == 4400


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([SUBSCRIBE], 4401),
        ([{"type": "connection_init"}, {"type": "connection_init"}], 4429),
        ([{"type": "connection_init"}, SUBSCRIBE, SUBSCRIBE], 4409),
        ([{"type": "connection_init"}, *[{**SUBSCRIBE, "id": "i" * 500}] * 2], 4409),
        (["x" * 20_000_000], 1009),
    ],
)
async def test_message_out_of_order_closes_with_its_code(
    address: str, messages: list[object], code: int
) -> None:
    async with raw(address) as connection:
        await send(connection, *messages)
        assert await close_code(connection) == code


@pytest.mark.parametrize("protocol", ["graphql-ws", "graphql-sse", None])
async def test_unknown_subprotocol_closes_with_4406(address: str, protocol: str | None) -> None:
    async with raw(address, protocol) as connection:
        assert await close_code(connection) == 4406


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example"]
)
async def test_foreign_origin_opens_no_socket(address: str, origin: str) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        async with raw(address, origin=origin):
            pass


@pytest.mark.parametrize("hosts", ["", "Host: a\r\nHost: a\r\n", "Host: a\r\nHost: b\r\n"])
async def test_socket_with_several_hosts_is_refused(address: str, hosts: str) -> None:
    name, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    writer.write(
        b"GET /graphql HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n" + hosts.encode() + b"\r\n"
    )
    async with asyncio.timeout(PATIENCE):
        assert (await reader.readline()).startswith(b"HTTP/1.1 400")
    writer.close()


async def test_an_origin_of_another_scheme_opens_no_socket(address: str) -> None:
    """SEC15: the same host over https is another origin while the site is http."""
    with pytest.raises(InvalidStatus, match="403"):
        async with raw(address, origin=f"https://{address}"):
            pass
    async with raw(address, origin=f"http://{address}"):
        pass


async def test_own_origin_opens_a_socket(address: str) -> None:
    async with raw(address, origin=f"http://{address}") as connection:
        await send(connection, {"type": "connection_init"})
        assert json.loads(await connection.recv())["type"] == "connection_ack"


async def test_server_sent_events_end_with_the_session(address: str, admin: GraphQLClient) -> None:
    """S31: the stream ends as sockets do, with a final message."""
    headers = {"accept": "text/event-stream", "authorization": f"Bearer {admin.token}"}
    body = {"query": "subscription { launchEvents { cursor } }"}
    async with (
        http_client() as client,
        client.stream("POST", f"http://{address}/graphql", json=body, headers=headers) as answer,
        asyncio.timeout(PATIENCE),
    ):
        await admin.data("mutation { logOut }")
        text = "".join([part async for part in answer.aiter_text()])
    assert '"code":"FORBIDDEN"' in text
    assert text.endswith("event: complete\ndata: \n\n")


async def test_socket_without_init_closes_with_4408_despite_pings(
    address: str, monkeypatch: pytest.MonkeyPatch, app: Starlette
) -> None:
    apps = (getattr(route, "app", None) for route in app.routes)
    view = next(app_of_route for app_of_route in apps if isinstance(app_of_route, GraphQLView))
    monkeypatch.setattr(view, "connection_init_wait_timeout", timedelta(seconds=0.3))
    async with raw(address) as connection:
        pings = asyncio.create_task(_ping(connection))
        assert await close_code(connection) == 4408
        pings.cancel()


async def _ping(connection: ClientConnection) -> None:
    while True:
        await send(connection, {"type": "ping"})
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("payload", [{}, {"payload": None}, {"payload": {"a": 1}}])
async def test_ping_is_answered_before_and_after_init(
    live: Socket, address: str, payload: dict[str, object]
) -> None:
    async with raw(address) as connection:
        await send(connection, {"type": "ping", **payload})
        assert json.loads(await connection.recv())["type"] == "pong"
    await live.send({"type": "ping", **payload})
    assert (await asyncio.wait_for(live.inbox("").get(), PATIENCE))["type"] == "pong"


async def test_pong_contains_the_age_of_stream_data(app: Starlette, live: Socket) -> None:
    """F12: a socket answers pings while Redis, which delivers the data of its streams, is down."""
    await live.send({"type": "ping"})
    pong = await asyncio.wait_for(live.inbox("").get(), PATIENCE)
    assert 0 <= pong["payload"]["streamAgeMs"] <= app.state.runtime.bus.silent_seconds * 1000 + 8000


@pytest.mark.parametrize(
    "payload",
    [
        {"query": ""},
        {"query": "{"},
        {"query": "{ nowhere }"},
        {"query": "fragment F on Query { __typename }"},
        {"query": "query A { __typename }", "operationName": "B"},
        {"query": "query A { __typename } query B { __typename }"},
        {"query": f"{{ suppliers(first: {'9' * 5_000}) {{ totalCount }} }}"},
        {"query": "query ($n: Int) { nodes(ids: [$n]) { id } }", "variables": {"n": "x"}},
        {"query": "{ systemHealth { overall } }"},
    ],
)  # fmt: skip
async def test_invalid_operation_does_not_close_the_socket(
    live: Socket, payload: dict[str, object]
) -> None:
    sibling = await live.subscribe(VIEWER)
    await sibling.next()
    await live.send({"type": "subscribe", "id": "bad", "payload": payload})
    answer = await asyncio.wait_for(live.inbox("bad").get(), PATIENCE)
    errors = answer["payload"] if answer["type"] == "error" else answer["payload"]["errors"]
    assert errors[0]["extensions"]["code"] in ("BAD_USER_INPUT", "UNAUTHENTICATED")
    repeated = await live.subscribe("{ __typename }")
    assert (await repeated.next())["__typename"] == "Query"


async def test_operations_per_socket_are_limited(live: Socket) -> None:
    streams = [await live.subscribe(VIEWER) for _ in range(MAX_OPERATIONS)]
    for stream in streams:
        await stream.next()
    refused = await (await live.subscribe(VIEWER)).message()
    assert refused["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
    await streams[0].stop()
    await live.send({"type": "ping"})  # its answer comes after the end of the stream was read
    await asyncio.wait_for(live.inbox("").get(), PATIENCE)
    assert "viewerFlags" in await (await live.subscribe(VIEWER)).next()
