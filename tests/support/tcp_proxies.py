"""TCP proxies in front of real servers that can stop responding silently."""

import asyncio
from contextlib import suppress
from pathlib import Path

from tests.support.tcp_servers import TcpServer

_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class ForwardingProxy(TcpServer):
    """A proxy that forwards everything, like the virtual address of a cluster.

    Connections keep the target they started with.
    """

    def __init__(self, target: Path | int | None) -> None:
        """Forward to a socket or port; with None, close connections at once."""
        super().__init__()
        self.target = target
        self._tasks: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        """Close all connections."""
        await super().stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with suppress(OSError, asyncio.CancelledError):
                await self._take(reader, writer)
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.target is None:
            return
        far_reader, far_writer = await _breaker(self.target)
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))


class StallingProxy(ForwardingProxy):
    """A proxy that forwards until it stalls; then it accepts connections and stays silent."""

    def __init__(self, target: int | None) -> None:
        """Create the proxy; see ForwardingProxy."""
        super().__init__(target)
        self.stalled_connections = 0  # connections accepted while stalled
        self._stalled: asyncio.Event | None = None

    def stall(self) -> None:
        """Stop forwarding."""
        self.stalled_connections, self._stalled = 0, asyncio.Event()

    def go_on(self) -> None:
        """Forward again; connections accepted while stalled are closed."""
        stalled, self._stalled = self._stalled, None
        if stalled is not None:
            stalled.set()

    async def stop(self) -> None:
        """Close all connections, including stalled ones."""
        self.go_on()
        await super().stop()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._stalled is None:
            await super()._take(reader, writer)
        else:
            self.stalled_connections += 1
            await self._stalled.wait()


async def _breaker(target: Path | int) -> _Streams:
    if isinstance(target, Path):
        return await asyncio.open_unix_connection(target)
    return await asyncio.open_connection("127.0.0.1", target)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
