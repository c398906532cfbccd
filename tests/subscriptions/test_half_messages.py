"""Incomplete messages and bodies take little memory, for a limited time (SEC9)."""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest
from redis.asyncio import Redis
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.typing import Subprotocol

from app import create_app, running
from db.session import Database
from server.websocket import inbound
from services.platform.inbound_bytes import INBOUND, MAX_CALLER, MAX_VISITOR
from settings import Settings
from tests.factories.health import PROBES
from tests.support.clock import PATIENCE, Clock
from tests.support.graphql import GraphQLClient
from tests.support.sockets import serving
from tests.support.waiting import until

MASK = b"\0\0\0\0"
PROTOCOLS = [Subprotocol("graphql-transport-ws")]


async def begun(address: str, token: str | None = None) -> ClientConnection:
    connection = await connect(f"ws://{address}/graphql", subprotocols=PROTOCOLS, max_size=None)
    payload = {} if token is None else {"payload": {"authorization": f"Bearer {token}"}}
    await connection.send(json.dumps({"type": "connection_init", **payload}))
    assert json.loads(await connection.recv())["type"] == "connection_ack"
    return connection


def half(connection: ClientConnection, size: int) -> None:
    """Return the beginning of a message that is a little longer."""
    head = bytes((0x81, 0xFF)) + (size + 10).to_bytes(8, "big") + MASK
    connection.transport.write(head + b" " * size)


async def code_of(connection: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed):
        async with asyncio.timeout(PATIENCE):
            await connection.recv()
    return connection.close_code


async def test_socket_before_init_is_limited_to_small_messages(address: str) -> None:
    async with connect(f"ws://{address}/graphql", subprotocols=PROTOCOLS) as early:
        half(early, inbound.MAX_INIT_BYTES + 1)
        assert await code_of(early) == 1009


async def test_message_is_refused_by_its_announced_length(address: str) -> None:
    connection = await begun(address)
    size = inbound.MAX_VISITOR_MESSAGE + 1
    connection.transport.write(bytes((0x81, 0xFF)) + size.to_bytes(8, "big") + MASK)
    assert await code_of(connection) == 1009


async def test_waiting_bytes_of_visitors_are_bounded_and_released(address: str) -> None:
    """All visitors of this address are one caller; each account has a share of its own."""
    each = 250_000
    most = MAX_VISITOR // each
    async with AsyncExitStack() as stack:
        sockets = [await begun(address) for _ in range(most + 1)]
        for connection in sockets:
            stack.push_async_callback(connection.close)
        for connection in sockets[:most]:
            half(connection, each)
        await until(lambda: INBOUND.size > (most - 1) * each)
        half(sockets[most], each)
        assert await code_of(sockets[most]) == 1013
        assert INBOUND.size <= MAX_VISITOR
        for connection in sockets[:most]:
            connection.transport.abort()
        await until(lambda: INBOUND.size == 0)


async def test_large_message_of_an_account_is_accepted(address: str, admin: GraphQLClient) -> None:
    connection = await begun(address, admin.token)
    ping = {"type": "ping", "payload": {"filling": "x" * 900_000}}
    await connection.send(json.dumps(ping))
    assert json.loads(await connection.recv())["type"] == "pong"
    assert INBOUND.size == 0
    await connection.close()


async def test_incomplete_message_times_out(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbound, "WAIT_SECONDS", 0.2)
    connection = await begun(address)
    half(connection, 5_000)
    assert await code_of(connection) == 1008
    await until(lambda: INBOUND.size == 0)


async def test_small_fragments_count_with_their_overhead(address: str) -> None:
    connection = await begun(address)
    first = Frame(Opcode.TEXT, b"{", fin=False).serialize(mask=True)
    more = Frame(Opcode.CONT, b" ", fin=False).serialize(mask=True)
    connection.transport.write(first + more * (MAX_VISITOR // 100))
    assert await code_of(connection) == 1013


async def test_half_sent_bodies_of_an_address_are_bounded(address: str) -> None:
    host, _, port = address.rpartition(":")
    head = (
        b"POST /graphql HTTP/1.1\r\nHost: launch.test\r\nContent-Type: application/json\r\n"
        b"Content-Length: 999000\r\n\r\n"
    )
    writers: list[asyncio.StreamWriter] = []
    answers: list[asyncio.Task[bytes]] = []
    for _ in range(MAX_CALLER // 900_000 + 2):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(head + b" " * 900_000)
        writers.append(writer)
        answers.append(asyncio.create_task(reader.readline()))
    async with asyncio.timeout(PATIENCE):
        done, _ = await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
    assert b" 429 " in next(iter(done)).result()
    assert INBOUND.size <= MAX_CALLER
    for writer in writers:
        writer.close()
    await asyncio.gather(*answers, return_exceptions=True)
    await until(lambda: INBOUND.size == 0)


async def test_sockets_before_init_are_limited_per_address(
    db: Database, redis: Redis, settings: Settings, clock: Clock
) -> None:
    app = create_app(settings.model_copy(update={"max_sockets_per_caller": 2}), clock, PROBES)
    url = "ws://{}/graphql"
    async with running(app.state.runtime), serving(app) as address, AsyncExitStack() as stack:
        for _ in range(2):
            early = connect(url.format(address), subprotocols=PROTOCOLS)
            first = await stack.enter_async_context(early)
        await until(lambda: not app.state.runtime.connections.has("begins:127.0.0.1"))
        third = connect(url.format(address), subprotocols=PROTOCOLS)
        assert await code_of(await stack.enter_async_context(third)) == 1013
        await first.send('{"type": "connection_init"}')
        assert json.loads(await first.recv())["type"] == "connection_ack"
        assert app.state.runtime.connections.has("begins:127.0.0.1")
