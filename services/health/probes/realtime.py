"""The probe of real-time updates: through Redis, and over a real WebSocket (S5)."""

import asyncio
import json
from pathlib import Path
from uuid import uuid4

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from domain.health.health import ProbeResult
from services.health.probes.base import Finding, ProbeFailed, measure, trust

_PROTOCOL = Subprotocol("graphql-transport-ws")
DOCUMENT = "subscription { viewerFlags { version } }"


class RealtimeProbe:
    """Publishes a message to itself, and opens one stream as any visitor may."""

    def __init__(self, redis: Redis, base_url: str, authorities: Path | None = None) -> None:
        """`base_url` has no trailing slash; `authorities` are trusted beside the system CAs."""
        self._redis = redis
        self._authorities = authorities
        self._url = f"ws{base_url.removeprefix('http')}/graphql"

    async def run(self) -> ProbeResult:
        """Check both ways at once."""
        return await measure(self._check())

    async def _check(self) -> Finding:
        async with asyncio.TaskGroup() as both:
            both.create_task(self._echo())
            version = both.create_task(self._stream())
        return Finding({"flagsVersion": version.result()})

    async def _echo(self) -> None:
        channel = f"launch:probe:{uuid4().hex}"
        async with self._redis.pubsub() as pubsub:
            await pubsub.subscribe(channel)
            await _wait_for(pubsub, "subscribe")
            await self._redis.publish(channel, channel)
            if await _wait_for(pubsub, "message") != channel.encode():
                raise ProbeFailed("Redis delivered another message than the one published")

    async def _stream(self) -> object:
        async with connect(
            self._url,
            subprotocols=[_PROTOCOL],
            compression=None,
            ssl=trust(self._authorities) if self._url.startswith("wss:") else None,
            proxy=None,
            open_timeout=None,
            close_timeout=1,
        ) as socket:
            await _send(socket, {"type": "connection_init"})
            await _expect(socket, "connection_ack")
            await _send(socket, {"id": "1", "type": "subscribe", "payload": {"query": DOCUMENT}})
            return _version(await _expect(socket, "next"))


async def _wait_for(pubsub: PubSub, kind: str) -> object:
    while True:
        message = await pubsub.get_message(timeout=None)
        if message is not None and message["type"] == kind:
            data: object = message["data"]
            return data.encode() if isinstance(data, str) else data


async def _send(socket: ClientConnection, message: dict[str, object]) -> None:
    await socket.send(json.dumps(message))


async def _expect(socket: ClientConnection, kind: str) -> dict[str, object]:
    while True:
        message: dict[str, object] = json.loads(await socket.recv())
        if message.get("type") == kind:
            return message
        if message.get("type") != "ping":
            raise ProbeFailed(f"expected {kind}, got {message.get('type')}")
        await _send(socket, {"type": "pong"})


def _version(message: dict[str, object]) -> object:
    match message:
        case {"payload": {"data": {"viewerFlags": {"version": version}}}}:
            return version
    raise ProbeFailed("the first message of the stream contains no data")
