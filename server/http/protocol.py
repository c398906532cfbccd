"""uvicorn's HTTP, with limits for the head of a request: who sends none holds no connection.

uvicorn waits without end for headers, and keeps all that come. A body has its limits in the app
(server.http.request_limits), where who sends it is known.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

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


class HeaderLimitProtocol(HttpToolsProtocol):
    """Chosen by `commands.platform.serving`."""

    seconds = HEAD_SECONDS
    linger = 0.0  # seconds that a connection without a request stays open at the end
    _timer: asyncio.TimerHandle | None = None
    _received = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as the base
        """The first request has its time from here on."""
        super().connection_made(transport)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is expected any more."""
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """What belongs to a head that is not complete is counted."""
        super().data_received(data)
        if self._timer is None:
            return
        self._received += len(data)
        if self._received > MAX_BYTES and not self.transport.is_closing():
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def on_message_begin(self) -> None:
        """A later request on the same connection has as much time as the first."""
        super().on_message_begin()
        if self._timer is None:
            self._expect()

    def on_headers_complete(self) -> None:
        """The head is here; a websocket goes on from it too."""
        self._stop()
        super().on_headers_complete()
        if self.cycle is not None:  # none for a websocket
            self.cycle.transport = Whole(self.transport, self.loop)  # type: ignore[assignment]

    def shutdown(self) -> None:
        """The listener is closed. A proxy may be sending a request on a connection that it kept."""
        if self.linger and (self.cycle is None or self.cycle.response_complete):
            self.loop.call_later(self.linger, super().shutdown)
        else:
            super().shutdown()

    def _expect(self) -> None:
        self._received = 0
        self._timer = self.loop.call_later(self.seconds, self.transport.close)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
