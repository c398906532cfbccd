"""Drains a process of `launch serve` at SIGTERM, then lets uvicorn stop it (F7).

uvicorn alone closes the listener and idle connections at once: a proxy that is sending a request
loses it. Here `/readyz` fails first, the listener closes later, and kept connections are answered
for a moment more. SIGINT, and a second SIGTERM, stop at once.
"""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from types import FrameType
from typing import Any

import uvicorn
from starlette.applications import Starlette

from app import create_app
from db.pooling import refuse_when_unsuitable
from endpoints.stopping import Stopping
from server.http.protocol import HeaderLimitProtocol
from services.platform import background
from settings import load_settings

logger = logging.getLogger("launch.serve")

LINGER_SECONDS = 1.0
PARENT = "LAUNCH_SERVE_PARENT"  # the environment: who has started this process with others
RETIRE = signal.SIGUSR1  # from the process that has started others: a successor serves

Handler = Callable[[int, FrameType | None], Any]


def application() -> Starlette:
    """The application with the settings of the environment; it drains at SIGTERM."""
    settings = load_settings()
    app = create_app(settings)
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: Starlette) -> AsyncIterator[Any]:
        async with inner(served) as state:
            Draining(served.state.stopping, settings.drain_seconds).install()
            db = served.state.runtime.db
            check = asyncio.create_task(refuse_when_unsuitable(db.url, db.breaker), name="pooling")
            try:
                yield state
            finally:
                await background.end(check)

    app.router.lifespan_context = lifespan
    return app


class Draining:
    """Signal handlers in front of those of uvicorn."""

    def __init__(self, stopping: Stopping, seconds: float) -> None:
        """`seconds` between the first SIGTERM and the end of the listener."""
        self._stopping = stopping
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._before: dict[int, Handler] = {}
        self._has_begun = False

    def install(self) -> None:
        """Install the handlers; only possible in the main thread, as for uvicorn.

        SIGHUP is meant for the parent process; without one it ends this process like SIGTERM.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            handler = signal.getsignal(number)
            server = getattr(handler, "__self__", None)
            if callable(handler) and isinstance(server, uvicorn.Server):
                self._before[number] = handler
                signal.signal(number, self._on_signal)
                server.shutdown = partial(_shut_down, server)  # type: ignore[method-assign]
        if self._before and os.environ.get(PARENT) == str(os.getppid()):
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            signal.signal(RETIRE, self._on_retire)
        elif self._before:
            signal.signal(signal.SIGHUP, self._on_hang_up)

    def _on_hang_up(self, _number: int, frame: FrameType | None) -> None:
        self._on_signal(signal.SIGTERM, frame)

    def _on_retire(self, _number: int, _frame: FrameType | None) -> None:
        HeaderLimitProtocol.linger = LINGER_SECONDS
        self._loop.call_soon_threadsafe(self._finish, signal.SIGTERM)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._has_begun or number == signal.SIGINT or not self._seconds:
            self._loop.call_soon_threadsafe(self._stopping.end)
            self._before[number](number, frame)
            return
        self._has_begun = True
        HeaderLimitProtocol.linger = LINGER_SECONDS
        self._loop.call_soon_threadsafe(self._drain, number)

    def _drain(self, number: int) -> None:
        logger.info("draining for %g s: /readyz answers 503", self._seconds)
        self._stopping.drain()
        self._loop.call_later(self._seconds, self._finish, number)

    def _finish(self, number: int) -> None:
        if not self._stopping.ended.is_set():
            self._stopping.end()
            self._before[number](number, None)


async def _shut_down(
    server: uvicorn.Server, sockets: Sequence[socket.socket] | None = None
) -> None:
    """Accept connections that are already established, before uvicorn shuts down.

    A connection that the kernel has accepted and this process has not is cut when the listener
    closes, and the request that a proxy sent over it is lost. Nothing here waits.
    """
    late = [*_let_in(server, sockets or ())]
    await asyncio.gather(*late)
    # From here on they are connections like all others.
    await uvicorn.Server.shutdown(server, list(sockets or ()))


def _let_in(
    server: uvicorn.Server, sockets: Sequence[socket.socket]
) -> Iterator[Coroutine[Any, Any, object]]:
    for listener in _listeners(server):
        for bound in sockets:  # the same listener under other numbers
            bound.close()
        with listener:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:  # no process is left
                    break
                connection.setblocking(False)
                yield _serve(server, connection)


def _listeners(server: uvicorn.Server) -> list[socket.socket]:
    """Duplicates of the listeners, because the event loop has closed its own."""
    listeners = []
    for each in server.servers:
        for listening in each.sockets:
            listener = socket.socket(fileno=os.dup(listening.fileno()))
            listener.setblocking(False)
            listeners.append(listener)
        each.close()
    return listeners


def _serve(server: uvicorn.Server, connection: socket.socket) -> Coroutine[Any, Any, object]:
    def protocol() -> asyncio.Protocol:
        return server.config.http_protocol_class(  # type: ignore[call-arg]
            config=server.config,
            server_state=server.server_state,
            app_state=server.lifespan.state,
        )

    return asyncio.get_running_loop().connect_accepted_socket(protocol, connection)
