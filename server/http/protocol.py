"""uvicorn's HTTP protocol with limits for the head of a request, and direct replies (ADR 38).

uvicorn would wait for headers without a time limit, and keep all of them. The limits of a body are
in the application (server.http.request_limits), where the caller is known.
"""

import asyncio
import logging
from functools import partial
from http import HTTPStatus
from typing import cast

from starlette.types import Scope

from server.compat import ASGI3Application, HookedHttpProtocol, RequestResponseCycle
from server.http.direct import DirectHandler, DirectReply, apply_proxy_headers, find_handler
from server.http.security_headers import ALWAYS

logger = logging.getLogger(__name__)

HEAD_SECONDS = 10.0  # from the connection, or the first byte of a later request
MAX_BYTES = 65_536
_FIELD_SEPARATORS = 4  # bytes between name and value, and at the end

_TOO_LARGE = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
_SECURITY = "".join(f"{name}: {value}\r\n" for name, value in ALWAYS.items()).encode()


class BufferedHeadTransport:
    """The transport of one response: it writes head and body in one system call.

    uvicorn writes them separately, which costs as much as everything else that a small response
    needs. It does not wait for a body that does not follow at once.
    """

    __slots__ = ("_has_begun", "_head", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        """`transport` is the transport of the connection."""
        self._transport, self._loop = transport, loop
        self._head, self._has_begun = b"", False

    def write(self, data: bytes) -> None:
        """Buffer the head, which is written first; write it together with the body."""
        if self._has_begun:
            head, self._head = self._head, b""
            self._transport.write(head + data)
            return
        self._has_begun, self._head = True, data
        self._loop.call_soon(self._flush)

    def close(self) -> None:
        """Write the buffered head and close."""
        self._flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Return whether the transport is closing."""
        return self._transport.is_closing()

    def _flush(self) -> None:
        head, self._head = self._head, b""
        if head and not self._transport.is_closing():
            self._transport.write(head)


def _do_nothing() -> None:
    """Replaces the callback of a finished response."""


class HeaderLimitProtocol(HookedHttpProtocol):
    """The HTTP protocol that `commands.platform.serving` selects."""

    seconds = HEAD_SECONDS
    linger = 0.0  # seconds that an idle connection stays open after the listener is closed
    _timer: asyncio.TimerHandle | None = None
    _unread_timer: asyncio.TimerHandle | None = None  # of a body that nobody reads any more
    _received = 0
    _is_head_open = False
    _field_bytes = 0  # of the target and all header and trailer fields of a request
    _is_reading = False
    _pending_start: tuple[RequestResponseCycle, ASGI3Application] | None = None
    _direct: DirectHandler | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as the base
        """Start the timer of the first request."""
        super().connection_made(transport)
        self._direct = find_handler(self.app_state)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timers."""
        self._stop_timer()
        self._stop_unread_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count the bytes of an incomplete head, and start its timer."""
        self._is_reading = True
        super().data_received(data)
        self._is_reading = False
        if self._pending_start is not None:
            pending, self._pending_start = self._pending_start, None
            self._answer_directly(*pending)
        if self._is_head_open and self._timer is None:
            self._start_timer()
        if self._timer is None:
            return
        self._received += len(data)
        if self._received > MAX_BYTES:
            self._refuse(_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Note that a head has begun: each request on a connection has the same time."""
        super().on_message_begin()
        self._is_head_open, self._field_bytes = True, 0

    def on_url(self, url: bytes) -> None:
        """Count the target, which may arrive in parts."""
        self._count_field(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a field, and pass on those of the head.

        Trailer fields follow the body. uvicorn would add them to the headers, so that a
        client could choose its address (`X-Forwarded-For`) despite a proxy (RFC 9110, 6.5.1).
        """
        self._count_field(len(name) + len(value) + _FIELD_SEPARATORS)
        if self._is_head_open:
            super().on_header(name, value)

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be parsed: with 431 if its fields are too large."""
        is_large = self._field_bytes > MAX_BYTES
        self._refuse(_TOO_LARGE if is_large else HTTPStatus.BAD_REQUEST, msg)

    def on_headers_complete(self) -> None:
        """Stop the timer: the head is complete, also that of a websocket."""
        self._is_head_open = False
        self._stop_timer()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Stop the timer of a body that came after the response."""
        self._stop_unread_timer()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Limit the time in which the rest of the body may come: nobody reads it any more.

        uvicorn would wait as long as one byte comes within each keep-alive timeout.
        """
        super().on_response_complete()
        cycle = self.cycle
        if cycle is not None and cycle.response_complete and cycle.more_body:
            self._stop_unread_timer()
            self._unread_timer = self.loop.call_later(self.seconds, self.transport.close)

    def start(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Wait until all bytes that have arrived are parsed: they may be the whole request."""
        if self._is_reading and self._direct is not None:
            self._pending_start = (cycle, app)
        else:
            self._start_application(cycle, app)

    def shutdown(self) -> None:
        """Close later: a proxy may be sending a request on a connection that it has kept."""
        if self.linger and (self.cycle is None or self.cycle.response_complete):
            self.loop.call_later(self.linger, super().shutdown)
        else:
            super().shutdown()

    def _refuse(self, status: HTTPStatus, text: str = "") -> None:
        """Write a response of the connection itself, which no middleware sees, and close."""
        if self.transport.is_closing():
            return
        head = [b"HTTP/1.1 %d %s\r\n" % (status, status.phrase.encode()), _SECURITY]
        for name, value in self.server_state.default_headers:
            head += (name, b": ", value, b"\r\n")
        head += (
            b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\n",
            b"content-length: %d\r\n\r\n" % len(text),
            text.encode("ascii"),
        )
        self.transport.write(b"".join(head))
        self.transport.close()

    def _count_field(self, size: int) -> None:
        """Raise ValueError, at which the parser stops, if the fields are too large."""
        self._field_bytes += size
        if self._field_bytes > MAX_BYTES:
            raise ValueError

    def _start_application(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        cycle.transport = BufferedHeadTransport(self.transport, self.loop)  # type: ignore[assignment]
        super().start(cycle, app)

    def _answer_directly(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Answer directly if the whole request has arrived and its client is not slow."""
        is_usual = not (cycle.more_body or self.flow.write_paused or self.transport.is_closing())
        if is_usual and cycle.keep_alive and not cycle.waiting_for_100_continue:
            scope = apply_proxy_headers(cast("Scope", cycle.scope), self.app)
            if self._offer(scope, cycle, app):
                return
        self._start_application(cycle, app)

    def _offer(self, scope: Scope, cycle: RequestResponseCycle, app: ASGI3Application) -> bool:
        assert self._direct is not None
        try:
            return self._direct(scope, cycle.body, partial(self._finish, cycle, app))
        except Exception:
            logger.exception("A direct reply failed, falling back to the application")
            return cycle.response_complete

    def _finish(
        self, cycle: RequestResponseCycle, app: ASGI3Application, reply: DirectReply | None
    ) -> None:
        if cycle.disconnected:
            return
        if reply is None:
            self._start_application(cycle, app)
        else:
            self._write_reply(cycle, reply)

    def _write_reply(self, cycle: RequestResponseCycle, reply: DirectReply) -> None:
        cycle.response_started = cycle.response_complete = True
        cycle.keep_alive = cycle.keep_alive and not reply.is_last
        parts = [b"HTTP/1.1 200 OK\r\n"]
        for name, value in cycle.default_headers:
            parts += (name, b": ", value, b"\r\n")
        end = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
        self.transport.write(b"".join((*parts, reply.headers, end, reply.body)))
        cycle.on_response = _do_nothing  # breaks the reference cycle with this protocol
        if not cycle.keep_alive:  # the server is stopping
            self.transport.close()
        self.on_response_complete()

    def _stop_unread_timer(self) -> None:
        if self._unread_timer is not None:
            self._unread_timer.cancel()
            self._unread_timer = None

    def _start_timer(self) -> None:
        self._received = 0
        self._timer = self.loop.call_later(self.seconds, self.transport.close)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
