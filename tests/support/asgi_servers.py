"""Servers of ASGI apps on 127.0.0.1, in the event loop of the test."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn


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
