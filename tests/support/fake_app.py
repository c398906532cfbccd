"""A stand-in for the app at its public URL, with as much GraphQL as the probes use."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from tests.support.asgi_servers import run_server
from tests.support.servers import free_port


class FakeApp:
    """Responds correctly until told to fail."""

    def __init__(self) -> None:
        self.broken = False
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.asgi = Starlette(
            routes=[
                Route("/graphql", self.query, methods=["POST"]),
                WebSocketRoute("/graphql", self.stream),
            ]
        )

    async def query(self, _request: Request) -> JSONResponse:
        if self.broken:
            return JSONResponse({"errors": [{"message": "no"}]}, status_code=503)
        return JSONResponse({"data": {"__typename": "Query"}})

    async def stream(self, socket: WebSocket) -> None:
        await socket.accept(subprotocol="graphql-transport-ws")
        assert (await socket.receive_json())["type"] == "connection_init"
        await socket.send_json({"type": "connection_ack"})
        operation = (await socket.receive_json())["id"]
        if self.broken:
            await socket.send_json({"id": operation, "type": "error", "payload": []})
        else:
            data = {"viewerFlags": {"version": 7}}
            await socket.send_json({"id": operation, "type": "next", "payload": {"data": data}})
        await socket.close()


@asynccontextmanager
async def serving(app: FakeApp) -> AsyncIterator[FakeApp]:
    """Serve the app on 127.0.0.1 within the block."""
    config = uvicorn.Config(
        app.asgi, host="127.0.0.1", port=app.port, ws="websockets-sansio", log_level="error"
    )
    async with run_server(config):
        yield app
