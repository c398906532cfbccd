"""Sockets that listen to one stream each, and come back by themselves when they are lost."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from time import time
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

Json = Any
_GRAPHQL_WS = Subprotocol("graphql-transport-ws")
_BACK_AFTER = (0.2, 1.5)  # seconds, as a browser spreads them
_OPEN_SECONDS = 20.0


@dataclass(slots=True)
class Life:
    """One connection, from its first result to its loss."""

    port: int
    since: float
    until: float | None = None


@dataclass(slots=True)
class Listener:
    """`take` hears every result with its moment; `variables` are asked for at each start."""

    document: str
    take: Callable[[float, Json], None]
    token: str | None = None
    variables: Callable[[], Mapping[str, object]] = dict
    lives: list[Life] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    first: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, ports: Sequence[int], random: Random) -> None:
        """Until it is cancelled; a lost connection is opened again to the next process."""
        turn = 0
        while True:
            with suppress(OSError, WebSocketException, TimeoutError):
                await self._live(ports[turn % len(ports)])
            turn += 1
            await asyncio.sleep(random.uniform(*_BACK_AFTER))

    async def _live(self, port: int) -> None:
        url = f"ws://127.0.0.1:{port}/graphql"
        async with connect(
            url,
            subprotocols=[_GRAPHQL_WS],
            open_timeout=_OPEN_SECONDS,
            max_size=None,
            compression=None,
            proxy=None,
        ) as connection:
            await self._begin(connection)
            life: Life | None = None
            try:
                async for raw in connection:
                    now, message = time(), orjson.loads(raw)
                    if message["type"] == "next" and "errors" not in message["payload"]:
                        if life is None:
                            life = Life(port, now)
                            self.lives.append(life)
                            self.first.set()
                        self.take(now, message["payload"]["data"])
                    elif message["type"] in ("error", "complete", "next"):
                        self.refusals.append(raw if isinstance(raw, str) else raw.decode())
                        return
                    elif message["type"] == "ping":
                        await connection.send('{"type":"pong"}')
            finally:
                if life is not None:
                    life.until = time()

    async def _begin(self, connection: ClientConnection) -> None:
        payload = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        await connection.send(
            orjson.dumps({"type": "connection_init", "payload": payload}).decode()
        )
        ack = orjson.loads(await asyncio.wait_for(connection.recv(), _OPEN_SECONDS))
        if ack["type"] != "connection_ack":
            raise OSError(f"not let in: {ack}")
        command = {"query": self.document, "variables": dict(self.variables())}
        await connection.send(
            orjson.dumps({"id": "1", "type": "subscribe", "payload": command}).decode()
        )

    def connected(self, at: float) -> bool:
        """Whether it had a stream at a moment."""
        return any(
            life.since <= at and (life.until is None or life.until > at) for life in self.lives
        )
