"""Servers of ASGI apps on 127.0.0.1, in the event loop of the test."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from types import MappingProxyType

import uvicorn
from starlette.types import ASGIApp

from server.http.protocol import HeaderLimitProtocol

_NO_STATE: Mapping[str, object] = MappingProxyType({})


class _Server(uvicorn.Server):
    """Leaves the signal handlers of pytest alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def run_server(config: uvicorn.Config) -> AsyncIterator[uvicorn.Server]:
    """Run a server within the block, in which it accepts connections."""
    server = _Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield server
    finally:
        server.should_exit = True
        await task


def port_of(server: uvicorn.Server) -> int:
    """Return the port that a running server listens on."""
    return int(server.servers[0].sockets[0].getsockname()[1])


@asynccontextmanager
async def run_launch(app: ASGIApp, state: Mapping[str, object] = _NO_STATE) -> AsyncIterator[int]:
    """Run an application with the HTTP protocol of `launch serve`; its port.

    `state` is what its lifespan would provide to connections.
    """
    config = uvicorn.Config(
        app,
        port=0,
        lifespan="off",
        log_level="critical",
        loop="none",
        http=HeaderLimitProtocol,
        ws="none",
        server_header=False,
        forwarded_allow_ips="127.0.0.1",
    )
    async with run_server(config) as server:
        server.lifespan.state.update(state)
        yield port_of(server)
