"""TCP servers in the event loop of the test."""

import asyncio
from abc import ABC, abstractmethod


class TcpServer(ABC):
    """A server on 127.0.0.1 that a test starts and stops; subclasses say what it does."""

    def __init__(self, port: int = 0) -> None:
        """Listen on `port`, or with 0 on a free one."""
        self._port = port
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Return the port on 127.0.0.1; a free one is known once the server has started."""
        if self._port:
            return self._port
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Start listening."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)

    async def stop(self) -> None:
        """Stop accepting connections."""
        if self._server is not None:
            self._server.close()

    @abstractmethod
    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
