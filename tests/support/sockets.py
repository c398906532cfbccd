"""A small graphql-transport-ws client: tests see what goes over the wire."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect

from tests.support.asgi_servers import port_of, run_server
from tests.support.clock import PATIENCE

Payload = Any
LAUNCH_PROTOCOL, PLAIN = "server.websocket.protocol:WebSocketProtocol", "websockets-sansio"


@asynccontextmanager
async def serving(app: Starlette, ws: str = LAUNCH_PROTOCOL) -> AsyncIterator[str]:
    """Serve the running app on a real socket; yields `host:port`."""
    config = uvicorn.Config(
        app,
        port=0,
        lifespan="off",
        log_level="warning",
        ws=ws,
        ws_per_message_deflate=False,
        loop="none",
    )
    async with run_server(config) as server:
        yield f"127.0.0.1:{port_of(server)}"


class Stream:
    """One operation on a socket."""

    def __init__(self, socket: "Socket", key: str) -> None:
        self._socket, self._key = socket, key

    @property
    def key(self) -> str:
        """Return its id on the socket."""
        return self._key

    async def next(self, within: float = PATIENCE) -> Payload:
        """Return the data of the next result."""
        message = await self.message(within)
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]

    async def message(self, within: float = PATIENCE) -> dict[str, Any]:
        """Return the next message of this operation."""
        return await asyncio.wait_for(self._socket.inbox(self._key).get(), within)

    async def silent(self, seconds: float = 0.3) -> bool:
        """Tell whether no message arrives within `seconds`."""
        try:
            await self.message(seconds)
        except TimeoutError:
            return True
        return False

    async def stop(self) -> None:
        """Complete the operation."""
        await self._socket.send({"id": self._key, "type": "complete"})


class Socket:
    """A connection with any number of operations."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._inboxes: dict[str, asyncio.Queue[dict[str, Any]]] = {}
        self._reader = asyncio.create_task(self._read())

    def inbox(self, key: str) -> "asyncio.Queue[dict[str, Any]]":
        """Return the queue of messages of an operation; '' is the connection itself."""
        return self._inboxes.setdefault(key, asyncio.Queue())

    async def send(self, message: object) -> None:
        """Send any message."""
        await self.connection.send(json.dumps(message))

    async def subscribe(self, document: str, **variables: object) -> Stream:
        """Subscribe with a document and variables."""
        return await self.operate({"query": document, "variables": variables})

    async def operate(self, payload: object) -> Stream:
        """Subscribe with a raw payload."""
        key = str(len(self._inboxes) + 1)
        self.inbox(key)
        await self.send({"id": key, "type": "subscribe", "payload": payload})
        return Stream(self, key)

    async def _read(self) -> None:
        async for raw in self.connection:
            message = json.loads(raw)
            self.inbox(message.get("id", "")).put_nowait(message)

    async def close(self) -> None:
        """Close the connection properly."""
        await self.connection.close()
        await asyncio.gather(self._reader, return_exceptions=True)


@asynccontextmanager
async def socket(address: str, token: str | None = None) -> AsyncIterator[Socket]:
    """Open an acknowledged connection of a caller."""
    url = f"ws://{address}/graphql"
    async with connect(url, subprotocols=["graphql-transport-ws"]) as connection:  # type: ignore[list-item] # a NewType of str
        opened = Socket(connection)
        payload = {"Authorization": f"Bearer {token}"} if token else None
        await opened.send({"type": "connection_init", "payload": payload})
        ack = await asyncio.wait_for(opened.inbox("").get(), PATIENCE)
        assert ack["type"] == "connection_ack"
        try:
            yield opened
        finally:
            await opened.close()
