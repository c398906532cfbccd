"""A websocket protocol for uvicorn that serves thousands of sockets: less work and memory for each.

`send` of ASGI costs a coroutine, a dictionary, two copies and the encoding of a frame for each
message. With the ASGI extension `launch.frames` of the scope, the application writes the bytes of a
text message itself. On a server without the extension it uses `send`.

An application that waits in `receive` is a deep call stack of coroutines, a third of the memory of
a socket. An application that uses the extension returns instead (the socket is parked, ADR 33), and
is called again when a message has arrived.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextvars import Context, copy_context
from functools import lru_cache
from types import GeneratorType
from typing import Any, cast

from uvicorn.protocols.utils import ClientDisconnected
from websockets.http11 import Request
from websockets.protocol import Protocol, State
from websockets.server import ServerProtocol
from websockets.streams import StreamReader

from server.compat import ASGIReceiveEvent
from server.websocket.inbound import MAX_INIT_BYTES, BoundedProtocol

_TEXT = 0x81  # the last frame of a text message
_SHORT, _MEDIUM = 126, 65_536
_ABNORMAL, _NO_PONG = 1006, 1011  # close codes: no close frame; the client sent no pong

OnEvent = Callable[[], Coroutine[Any, Any, None]]


class LazyEvent:
    """Like asyncio.Event, but set from the start, and without memory while it is set."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        """Start as set."""
        self._event: asyncio.Event | None = None

    def is_set(self) -> bool:
        """Return whether the event is set."""
        return self._event is None

    def set(self) -> None:
        """Set the event and wake all waiters."""
        event, self._event = self._event, None
        if event is not None:
            event.set()

    def clear(self) -> None:
        """Reset the event."""
        self._event = self._event or asyncio.Event()

    async def wait(self) -> None:
        """Wait until the event is set."""
        if self._event is not None:
            await self._event.wait()


class EventQueue:
    """The ASGI events that wait for `receive`: an asyncio.Queue without its five deques."""

    __slots__ = ("_has_items", "_items", "_on_put")

    def __init__(self, on_put: Callable[[], None]) -> None:
        """`on_put` is called after each new item."""
        self._items: tuple[ASGIReceiveEvent, ...] = ()
        self._has_items = LazyEvent()
        self._on_put = on_put

    def empty(self) -> bool:
        """Return whether no item is waiting."""
        return not self._items

    def put_nowait(self, item: ASGIReceiveEvent) -> None:
        """Add an item. uvicorn pauses reading until it is taken, so that there are few."""
        self._items = (*self._items, item)
        self._has_items.set()
        self._on_put()

    async def get(self) -> ASGIReceiveEvent:
        """Wait for the oldest item and remove it."""
        while not self._items:
            self._has_items.clear()
            await self._has_items.wait()
        item, *rest = self._items
        self._items = tuple(rest)
        return item


class SlottedServerProtocol(ServerProtocol):
    """The protocol of `websockets` with slots: it takes less than half of the memory."""

    __slots__ = (
        *("id", "logger", "debug", "side", "_state", "max_message_size", "max_fragment_size"),
        *("current_size", "expect_continuation_frame", "origin", "extensions", "subprotocol"),
        *("close_rcvd", "close_sent", "close_rcvd_then_sent", "handshake_exc", "eof_sent"),
        *("reader", "events", "writes", "parser", "parser_exc", "origins"),
        *("available_extensions", "available_subprotocols", "accept_called"),
    )

    def release_last_frame(self) -> None:
        """Between two frames, replace the parser: its generators hold on to what they read last."""
        innermost = cast("GeneratorType[None, None, None]", self.parser)
        while isinstance(inner := innermost.gi_yieldfrom, GeneratorType):
            innermost = inner
        if self.state is State.OPEN and innermost.gi_code is StreamReader.at_eof.__code__:
            self.parser = Protocol.parse(self)
            next(self.parser)


class WebSocketProtocol(BoundedProtocol):
    """The websocket protocol that `commands.platform.serving` selects, without compression."""

    __slots__ = (
        *("config", "app", "loop", "logger", "root_path", "asgi_version", "app_state"),
        *("connections", "tasks", "default_headers", "transport", "server", "client", "scheme"),
        *("queue", "handshake_initiated", "handshake_complete", "close_sent", "disconnected"),
        *("close_timer", "close_timeout", "initial_response", "conn", "read_paused", "writable"),
        *("ping_interval", "ping_timeout", "ping_timer", "pong_timer", "pending_ping_payload"),
        *("ping_sent_at", "last_ping_rtt", "frames", "curr_msg_data_type", "request", "response"),
        *("scope", "_writable_callbacks", "_on_event", "_context", "_is_running"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as the base
        """Replace parts of uvicorn's protocol by lighter ones."""
        super().__init__(*args, **kwargs)
        self.queue = cast("asyncio.Queue[ASGIReceiveEvent]", EventQueue(self._resume_parked))
        self.writable = cast("asyncio.Event", LazyEvent())
        if not self.conn.available_extensions:
            self.conn = SlottedServerProtocol(max_size=MAX_INIT_BYTES, logger=self.conn.logger)
        self._writable_callbacks: Sequence[Callable[[], None]] = ()
        self._on_event: OnEvent | None = None
        self._context: Context | None = None
        self._is_running = False

    @property
    def has_pending(self) -> bool:
        """Whether `receive` would return at once."""
        return not self.queue.empty()

    def connection_lost(self, exc: Exception | None) -> None:
        """Report 1006 if no side sent a close frame; uvicorn reports 1005, as if the client had."""
        if self._is_lost:
            self.queue.put_nowait({"type": "websocket.disconnect", "code": _ABNORMAL})
        super().connection_lost(exc)

    @property
    def _is_lost(self) -> bool:
        sent = self.conn.close_sent
        return self.conn.close_rcvd is None and (sent is None or sent.code == _NO_PONG)

    def handle_connect(self, event: Request) -> None:
        """Offer the extension to the application."""
        super().handle_connect(event)
        scope = cast("dict[str, Any] | None", getattr(self, "scope", None))
        if scope is not None and not self.conn.available_extensions:
            scope["extensions"]["launch.frames"] = self

    def start_keepalive(self) -> None:
        """Release the handshake, which takes 4 KiB per socket; the scope has its headers too."""
        super().start_keepalive()
        del self.request, self.response

    def data_received(self, data: bytes) -> None:
        """Process the data, then release what the parser holds of it."""
        super().data_received(data)
        if isinstance(self.conn, SlottedServerProtocol):
            self.conn.release_last_frame()

    def park(self, on_event: OnEvent) -> None:
        """Call `on_event` in this context when messages have arrived; it receives all of them.

        The application returns then, and the socket stays open until one side closes it.
        """
        self._on_event, self._context = on_event, copy_context()

    async def run_asgi(self) -> None:
        """Run the application as uvicorn does, unless it parks the socket."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except BaseException:
            self.logger.exception("Exception in ASGI application\n")
            self.send_500_response()
        else:
            if self._on_event is not None:
                del self.scope
                self._resume_parked()
                return
            if not self.handshake_complete:
                self.logger.error("ASGI callable returned without completing handshake.")
                self.send_500_response()
        if self.close_timer is None:
            self.transport.close()

    def when_writable(self, callback: Callable[[], None]) -> None:
        """Call back once, when the transport accepts data again."""
        self._writable_callbacks = (*self._writable_callbacks, callback)

    def resume_writing(self) -> None:
        """Run the callbacks: the transport has room again."""
        super().resume_writing()
        waiting, self._writable_callbacks = self._writable_callbacks, ()
        for callback in waiting:
            callback()

    @property
    def is_gone(self) -> bool:
        """Whether the connection is closing, so that nothing written would arrive."""
        transport: asyncio.Transport = self.transport
        return self.disconnected or self.close_sent or transport.is_closing()

    def write_text(self, *parts: bytes) -> bool:
        """Write a text message. False: the client is slow, and `send` must be awaited instead.

        On a closing connection it writes nothing and returns True, as if the message was sent.
        """
        return self.is_gone or self.offer_text(*parts)

    def offer_text(self, *parts: bytes) -> bool:
        """Write a text message. False: the client is slow or gone, and does not get it."""
        if self.is_gone or not self.writable.is_set():
            return False
        transport: asyncio.Transport = self.transport
        transport.write(b"".join((frame_header(sum(map(len, parts))), *parts)))
        return True

    def _resume_parked(self) -> None:
        if self._on_event is None or self._is_running or self.queue.empty():
            return
        self._is_running = True
        task = self.loop.create_task(self._run(self._on_event), context=self._context)
        task.add_done_callback(self.on_task_complete)
        self.tasks.add(task)

    async def _run(self, on_event: OnEvent) -> None:
        try:
            while not self.queue.empty():
                await on_event()
        except ClientDisconnected:
            pass
        except Exception:
            self.logger.exception("Exception in ASGI application\n")
            self.transport.close()
        finally:
            self._is_running = False


@lru_cache(maxsize=4_096)
def frame_header(length: int) -> bytes:
    """Return the header of an unmasked text frame (RFC 6455, section 5.2)."""
    if length < _SHORT:
        return bytes((_TEXT, length))
    if length < _MEDIUM:
        return bytes((_TEXT, 126)) + length.to_bytes(2, "big")
    return bytes((_TEXT, 127)) + length.to_bytes(8, "big")
