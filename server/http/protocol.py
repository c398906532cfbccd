"""uvicorn's HTTP, with limits for the head of a request: who sends none holds no connection.

uvicorn waits without end for headers, and keeps all that come. A body has its limits in the app
(server.http.request_limits), where who sends it is known.
"""

import asyncio
import logging
from functools import partial
from typing import cast

from starlette.types import Scope

from server.compat import ASGI3Application, HookedHttpProtocol, RequestResponseCycle
from server.http.direct import DirectHandler, Reply, forwarded, handler_of

logger = logging.getLogger(__name__)

HEAD_SECONDS = 10.0  # from the connection, or the first byte of a later request
MAX_BYTES = 65_536

_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)


class Whole:
    """The transport of one answer: its head goes out with its body, in one call of the system.

    uvicorn writes both by themselves, which costs as much as all that we do for a small answer.
    A body that does not follow at once is not waited for.
    """

    __slots__ = ("_has_begun", "_head", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        """`transport` is that of the connection."""
        self._transport, self._loop = transport, loop
        self._head, self._has_begun = b"", False

    def write(self, data: bytes) -> None:
        """The first time the head."""
        if self._has_begun:
            head, self._head = self._head, b""
            self._transport.write(head + data)
            return
        self._has_begun, self._head = True, data
        self._loop.call_soon(self._flush)

    def close(self) -> None:
        """After all that was written."""
        self._flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether nothing more goes out."""
        return self._transport.is_closing()

    def _flush(self) -> None:
        head, self._head = self._head, b""
        if head and not self._transport.is_closing():
            self._transport.write(head)


def _nothing() -> None:
    """What follows a response that was sent."""


class HeaderLimitProtocol(HookedHttpProtocol):
    """Chosen by `commands.platform.serving`."""

    seconds = HEAD_SECONDS
    linger = 0.0  # seconds that a connection without a request stays open at the end
    _timer: asyncio.TimerHandle | None = None
    _received = 0
    _is_head_open = False
    _is_reading = False
    _held: tuple[RequestResponseCycle, ASGI3Application] | None = None
    _direct: DirectHandler | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as the base
        """The first request has its time from here on."""
        super().connection_made(transport)
        self._direct = handler_of(self.app_state)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is expected any more."""
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """What belongs to a head that is not complete is counted, and has its time."""
        self._is_reading = True
        super().data_received(data)
        self._is_reading = False
        if self._held is not None:
            held, self._held = self._held, None
            self._answer(*held)
        if self._is_head_open and self._timer is None:
            self._expect()
        if self._timer is None:
            return
        self._received += len(data)
        if self._received > MAX_BYTES and not self.transport.is_closing():
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def on_message_begin(self) -> None:
        """A later request on the same connection has as much time as the first."""
        super().on_message_begin()
        self._is_head_open = True

    def on_headers_complete(self) -> None:
        """The head is here; a websocket goes on from it too."""
        self._is_head_open = False
        self._stop()
        super().on_headers_complete()

    def start(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Wait for the rest of the bytes that have arrived: they may hold the whole request."""
        if self._is_reading and self._direct is not None:
            self._held = (cycle, app)
        else:
            self._hand_over(cycle, app)

    def shutdown(self) -> None:
        """The listener is closed. A proxy may be sending a request on a connection that it kept."""
        if self.linger and (self.cycle is None or self.cycle.response_complete):
            self.loop.call_later(self.linger, super().shutdown)
        else:
            super().shutdown()

    def _hand_over(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        cycle.transport = Whole(self.transport, self.loop)  # type: ignore[assignment]
        super().start(cycle, app)

    def _answer(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Directly, where the whole request is here and its client reads what it gets."""
        is_usual = not (cycle.more_body or self.flow.write_paused or self.transport.is_closing())
        if is_usual and cycle.keep_alive and not cycle.waiting_for_100_continue:
            scope = forwarded(cast("Scope", cycle.scope), self.app)
            if self._is_taken(scope, cycle, app):
                return
        self._hand_over(cycle, app)

    def _is_taken(self, scope: Scope, cycle: RequestResponseCycle, app: ASGI3Application) -> bool:
        assert self._direct is not None
        try:
            return self._direct(scope, cycle.body, partial(self._finish, cycle, app))
        except Exception:
            logger.exception("a direct answer failed, the application answers")
            return cycle.response_complete

    def _finish(
        self, cycle: RequestResponseCycle, app: ASGI3Application, reply: Reply | None
    ) -> None:
        if cycle.disconnected:
            return
        if reply is None:
            self._hand_over(cycle, app)
        else:
            self._reply(cycle, reply)

    def _reply(self, cycle: RequestResponseCycle, reply: Reply) -> None:
        cycle.response_started = cycle.response_complete = True
        parts = [b"HTTP/1.1 200 OK\r\n"]
        for name, value in cycle.default_headers:
            parts += (name, b": ", value, b"\r\n")
        end = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
        self.transport.write(b"".join((*parts, reply.headers, end, reply.body)))
        cycle.on_response = _nothing  # or both keep each other in memory
        if not cycle.keep_alive:  # the server stops meanwhile
            self.transport.close()
        self.on_response_complete()

    def _expect(self) -> None:
        self._received = 0
        self._timer = self.loop.call_later(self.seconds, self.transport.close)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
