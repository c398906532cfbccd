"""A TCP address before a real server of this machine; it can stop answering without a word."""

import asyncio
from contextlib import suppress


class Tap:
    """Passes everything on, until it stalls: then connections are taken and nothing is said."""

    def __init__(self, target: int | None) -> None:
        """The port of the server; None: it hangs up at once."""
        self.target = target
        self.held = 0  # connections that were taken since it stalls
        self._stalled: asyncio.Event | None = None
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    def stall(self) -> None:
        """From now on."""
        self.held, self._stalled = 0, asyncio.Event()

    def go_on(self) -> None:
        """Pass on again; who was held is hung up on."""
        stalled, self._stalled = self._stalled, None
        if stalled is not None:
            stalled.set()

    async def stop(self) -> None:
        self.go_on()
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
                if self._stalled is not None:
                    self.held += 1
                    await self._stalled.wait()
                elif self.target is not None:
                    await self._pass_on(reader, writer, self.target)
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int
    ) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
