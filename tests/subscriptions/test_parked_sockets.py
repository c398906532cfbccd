"""Parked sockets: a few objects and no task, with the behaviour of any other socket (S108)."""

import asyncio
import gc
import json
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any, NamedTuple, Self

import pytest
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame
from websockets.http11 import Request

from server.view import GraphQLView
from server.websocket.protocol import WebSocketProtocol
from tests.factories.propagation import runtime_of
from tests.support.clock import PATIENCE
from tests.support.sockets import LAUNCH_PROTOCOL, PLAIN, serving, socket
from tests.support.waiting import until

VIEWER = "subscription { viewerFlags { version } }"
INIT = {"type": "connection_init"}
_SILENCE = 1.0  # seconds after which nothing more is expected


def protocols() -> list[WebSocketProtocol]:
    """Return the protocols of all open sockets of this process."""
    protocols_of_uvicorn = (item for item in gc.get_objects() if type(item) is WebSocketProtocol)
    return [item for item in protocols_of_uvicorn if not item.disconnected]


async def test_parked_socket_releases_its_request(app: Starlette) -> None:
    async with serving(app) as address, socket(address) as visitor:
        await (await visitor.subscribe(VIEWER)).next()
        await asyncio.sleep(0.05)
        (protocol,) = protocols()
        assert (vars(protocol), vars(protocol.conn)) == ({}, {}), "an attribute has no slot"
        assert not any(hasattr(protocol, name) for name in ("scope", "request", "response"))
        referents = gc.get_referents(*gc.get_referents(protocol.conn.parser))
        assert not any(isinstance(item, Frame | Request) for item in referents)


async def test_parked_socket_has_no_task(app: Starlette) -> None:
    async with serving(app) as address, socket(address) as visitor:
        await (await visitor.subscribe(VIEWER)).next()
        await until(lambda: not any(map(is_of_server, asyncio.all_tasks())), PATIENCE)
        assert runtime_of(app).meter.sockets == 1


def is_of_server(task: asyncio.Task[Any]) -> bool:
    return any(
        name in repr(task.get_coro()) for name in ("WebSocketProtocol", "TransportWSHandler")
    )


async def test_burst_of_messages_is_answered_in_order(app: Starlette) -> None:
    async with serving(app) as address, connected(address) as client:
        pings = [{"type": "ping", "payload": {"number": number}} for number in range(200)]
        await asyncio.gather(*(client.send(json.dumps(item)) for item in [INIT, *pings]))
        async with asyncio.timeout(PATIENCE):
            heard = [json.loads(await client.recv())["type"] for _ in range(201)]
    assert heard == ["connection_ack", *["pong"] * 200]


async def test_internal_error_closes_the_socket_and_releases_its_slot(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_view: GraphQLView, _context: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(GraphQLView, "on_ws_connect", broken)
    async with serving(app) as address, connected(address) as client:
        await client.send(json.dumps(INIT))
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(client.recv(), PATIENCE)
        await until(lambda: runtime_of(app).meter.sockets == 0, PATIENCE)


async def test_stopping_server_waits_for_its_sockets(app: Starlette) -> None:
    async with serving(app) as address:
        client = await connected(address)
        await client.send(json.dumps(INIT))
        subscribe = {"id": "1", "type": "subscribe", "payload": {"query": VIEWER}}
        await client.send(json.dumps(subscribe))
        async with asyncio.timeout(PATIENCE):
            while json.loads(await client.recv())["type"] != "next":
                pass
        await until(lambda: runtime_of(app).flag_feed.hub.live == 1, PATIENCE)
    runtime = runtime_of(app)
    assert (runtime.meter.sockets, runtime.flag_feed.hub.live, runtime.receipts.live) == (0,) * 3
    with pytest.raises(ConnectionClosed):
        await asyncio.wait_for(client.recv(), PATIENCE)
    assert client.close_code == 1012


async def test_stopping_server_finishes_messages_in_progress(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def slow(_view: GraphQLView, _context: object) -> None:
        began.set()
        await asyncio.sleep(0.5)
        ended.set()

    monkeypatch.setattr(GraphQLView, "on_ws_connect", slow)
    async with serving(app) as address:
        client = await connected(address)
        await client.send(json.dumps(INIT))
        await asyncio.wait_for(began.wait(), PATIENCE)
    assert ended.is_set()


class Script(NamedTuple):
    """The messages of a client, and after which of them it pauses."""

    messages: list[object]
    pauses: list[bool]

    @classmethod
    def by(cls, random: Random) -> Self:
        """A conversation that may end badly."""
        count = random.randrange(3, 25)
        messages = [INIT, *(message(random, number) for number in range(count))]
        return cls(messages, [random.random() < 0.3 for _ in messages])


class Transcript(NamedTuple):
    """What a client received, by connection and operation, and how it was closed."""

    heard: dict[str, list[Any]]
    code: int | None


async def test_parked_sockets_behave_like_those_of_uvicorn(app: Starlette) -> None:
    """The same messages, in chunks of any size, to our protocol and to that of uvicorn."""
    scripts = [Script.by(Random(seed)) for seed in range(40)]
    conversations = []
    for ws in (LAUNCH_PROTOCOL, PLAIN):
        async with serving(app, ws) as address:
            conversations.append(
                await asyncio.gather(*(conversation(address, item) for item in scripts))
            )
    for seed, (parked, plain) in enumerate(zip(*conversations, strict=True)):
        assert parked.code == plain.code, seed
        # What is under way when a socket is closed may still come, or not.
        assert parked.heard == plain.heard or parked.code is not None, seed
    assert {item.code for item in conversations[0]} >= {None, 4400, 4409, 4429}


def message(random: Random, number: int) -> object:
    """Return a message, which is valid in most cases."""
    kinds: list[Callable[[], object]] = [
        *[lambda: {"type": "ping"}] * 6,
        *[lambda: {"type": "complete", "id": f"quiet{random.randrange(4)}"}] * 4,
        *[lambda: _subscribe(f"query{number}", "{ __typename }")] * 6,
        *[lambda: _subscribe(f"stream{number}", VIEWER)] * 6,
        lambda: _subscribe(f"quiet{number}", VIEWER),
        lambda: _subscribe(f"bad{number}", "{ nowhere }"),
        lambda: {"type": "pong"},
        *([lambda: "{", lambda: b"\x00", lambda: INIT] if random.random() < 0.4 else []),
        *([lambda: _subscribe("twin", VIEWER)] * 2 if random.random() < 0.5 else []),
    ]
    return random.choice(kinds)()


def _subscribe(key: str, query: str) -> dict[str, object]:
    return {"id": key, "type": "subscribe", "payload": {"query": query}}


async def conversation(address: str, script: Script) -> Transcript:
    """Send all messages, and wait until there are no more replies."""
    heard: dict[str, list[Any]] = {}
    async with connected(address) as client:
        reader = asyncio.create_task(_read(client, heard))
        with suppress(ConnectionClosed):
            for item, pause in zip(script.messages, script.pauses, strict=True):
                await client.send(item if isinstance(item, str | bytes) else json.dumps(item))
                if pause:
                    await asyncio.sleep(0.01)
        await asyncio.sleep(_SILENCE)
        count = 0
        while count < (count := sum(map(len, heard.values()))):  # noqa: ASYNC110 - for silence
            await asyncio.sleep(_SILENCE)
        code = client.close_code
    await reader
    return Transcript(heard, code)


async def _read(client: ClientConnection, heard: dict[str, list[Any]]) -> None:
    with suppress(ConnectionClosed):
        async for raw in client:
            message = json.loads(raw)
            key, payload = message.get("id", ""), message.get("payload")
            if isinstance(payload, dict):
                payload.pop("extensions", None)  # points, which come back with time
                payload.pop("streamAgeMs", None)  # of a pong
            if not key.startswith("quiet"):  # completed while it begins: it may have begun, or not
                heard.setdefault(key, []).append((message["type"], payload))


def connected(address: str) -> connect:
    """A connection that has not sent anything."""
    protocol: Any = "graphql-transport-ws"
    return connect(f"ws://{address}/graphql", subprotocols=[protocol])
