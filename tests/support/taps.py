"""TCP addresses before real servers of this machine, which can stop answering without a word."""

import asyncio
from contextlib import suppress
from pathlib import Path

_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Forwarder:
    """Passes everything on, as a virtual address of a cluster does."""

    def __init__(self, target: Path | int | None) -> None:
        """The socket or the port of the server; None: it hangs up at once."""
        self.target = target
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """On a free port. Connections stay with the target of their beginning."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def stop(self) -> None:
        """Close all of it."""
        if self._server is not None:
            self._server.close()
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


class Tap(Forwarder):
    """Passes everything on, until it stalls: then connections are taken and nothing is said."""

    def __init__(self, target: int | None) -> None:
        """As of a forwarder."""
        super().__init__(target)
        self.held = 0  # connections that were taken since it stalls
        self._stalled: asyncio.Event | None = None

    def stall(self) -> None:
        """From now on."""
        self.held, self._stalled = 0, asyncio.Event()

    def go_on(self) -> None:
        """Pass on again; who was held is hung up on."""
        stalled, self._stalled = self._stalled, None
        if stalled is not None:
            stalled.set()

    async def stop(self) -> None:
        """Close all of it, those that are held too."""
        self.go_on()
        await super().stop()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._stalled is None:
            await super()._take(reader, writer)
        else:
            self.held += 1
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
