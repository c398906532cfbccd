"""uvicorn's websocket, made for thousands: a short way out, and little memory for each.

`send` of ASGI costs a coroutine, a dictionary, two copies and the making of a frame for each
message. Here the application writes the bytes of a text message itself: the ASGI extension
`launch.frames` of the scope. Where a server has no such extension, `send` does the same.

An application that waits in `receive` is a deep call stack of coroutines, a third of what a socket
takes. One that knows the extension returns instead, and is called again when something has come.
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
from server.websocket.inbound import MAX_BEGINNING, BoundedProtocol

_TEXT = 0x81  # the last frame of a text message
_SHORT, _MEDIUM = 126, 65_536
_LOST, _NO_PONG = 1006, 1011  # codes of a close: without one, and of a client that is silent

OnEvent = Callable[[], Coroutine[Any, Any, None]]


class LazyEvent:
    """An asyncio.Event that is open nearly always: it takes memory only while it is not."""

    __slots__ = ("_closed",)

    def __init__(self) -> None:
        """Open."""
        self._closed: asyncio.Event | None = None

    def is_set(self) -> bool:
        """Whether it is open."""
        return self._closed is None

    def set(self) -> None:
        """Open it, and let all go on who wait."""
        closed, self._closed = self._closed, None
        if closed is not None:
            closed.set()

    def clear(self) -> None:
        """Close it."""
        self._closed = self._closed or asyncio.Event()

    async def wait(self) -> None:
        """Return when it is open."""
        if self._closed is not None:
            await self._closed.wait()


class EventQueue:
    """What has come and was not taken yet: an asyncio.Queue without its five deques."""

    __slots__ = ("_items", "_news", "_tell")

    def __init__(self, tell: Callable[[], None]) -> None:
        """`tell` is called with each that comes."""
        self._items: tuple[ASGIReceiveEvent, ...] = ()
        self._news = LazyEvent()
        self._tell = tell

    def empty(self) -> bool:
        """Whether all was taken."""
        return not self._items

    def put_nowait(self, item: ASGIReceiveEvent) -> None:
        """One more. Whoever sends waits until it is taken, so that there are few."""
        self._items = (*self._items, item)
        self._news.set()
        self._tell()

    async def get(self) -> ASGIReceiveEvent:
        """The oldest; waits for it."""
        while not self._items:
            self._news.clear()
            await self._news.wait()
        item, *rest = self._items
        self._items = tuple(rest)
        return item


class SlottedServerProtocol(ServerProtocol):
    """That of `websockets`, with its attributes in slots: less than half of the memory."""

    __slots__ = (
        *("id", "logger", "debug", "side", "_state", "max_message_size", "max_fragment_size"),
        *("current_size", "expect_continuation_frame", "origin", "extensions", "subprotocol"),
        *("close_rcvd", "close_sent", "close_rcvd_then_sent", "handshake_exc", "eof_sent"),
        *("reader", "events", "writes", "parser", "parser_exc", "origins"),
        *("available_extensions", "available_subprotocols", "accept_called"),
    )

    def forget(self) -> None:
        """Between two frames: forget the last one, and the request before the first.

        The generators that parse hold on to what they read last.
        """
        innermost = cast("GeneratorType[None, None, None]", self.parser)
        while isinstance(inner := innermost.gi_yieldfrom, GeneratorType):
            innermost = inner
        if self.state is State.OPEN and innermost.gi_code is StreamReader.at_eof.__code__:
            self.parser = Protocol.parse(self)
            next(self.parser)


class WebSocketProtocol(BoundedProtocol):
    """Chosen by `commands.platform.serving`, which turns compression off."""

    __slots__ = (
        *("config", "app", "loop", "logger", "root_path", "asgi_version", "app_state"),
        *("connections", "tasks", "default_headers", "transport", "server", "client", "scheme"),
        *("queue", "handshake_initiated", "handshake_complete", "close_sent", "disconnected"),
        *("close_timer", "close_timeout", "initial_response", "conn", "read_paused", "writable"),
        *("ping_interval", "ping_timeout", "ping_timer", "pong_timer", "pending_ping_payload"),
        *("ping_sent_at", "last_ping_rtt", "frames", "curr_msg_data_type", "request", "response"),
        *("scope", "_waiting", "_on_event", "_context", "_is_running"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as the base
        """As uvicorn's, with lighter parts."""
        super().__init__(*args, **kwargs)
        self.queue = cast("asyncio.Queue[ASGIReceiveEvent]", EventQueue(self._go_on))
        self.writable = cast("asyncio.Event", LazyEvent())
        if not self.conn.available_extensions:
            self.conn = SlottedServerProtocol(max_size=MAX_BEGINNING, logger=self.conn.logger)
        self._waiting: Sequence[Callable[[], None]] = ()
        self._on_event: OnEvent | None = None
        self._context: Context | None = None
        self._is_running = False

    @property
    def has_pending(self) -> bool:
        """Whether something has come that `receive` gives at once."""
        return not self.queue.empty()

    def connection_lost(self, exc: Exception | None) -> None:
        """Say 1006 where no side has closed it: uvicorn says 1005, as of a client that has."""
        if self._is_lost:
            self.queue.put_nowait({"type": "websocket.disconnect", "code": _LOST})
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
        """The handshake is over: its headers, which the scope has as well, are 4 KiB a socket."""
        super().start_keepalive()
        del self.request, self.response

    def data_received(self, data: bytes) -> None:
        """Nothing of it is kept here."""
        super().data_received(data)
        if isinstance(self.conn, SlottedServerProtocol):
            self.conn.forget()

    def park(self, on_event: OnEvent) -> None:
        """Call `hear` when something has come, in this context; it takes all that there is.

        The application returns, and the socket lives on until one of both sides closes it.
        """
        self._on_event, self._context = on_event, copy_context()

    async def run_asgi(self) -> None:
        """As uvicorn does it, but for an application that listens."""
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
                self._go_on()
                return
            if not self.handshake_complete:
                self.logger.error("ASGI callable returned without completing handshake.")
                self.send_500_response()
        if self.close_timer is None:
            self.transport.close()

    def when_writable(self, callback: Callable[[], None]) -> None:
        """Call back once, when a slow reader has caught up."""
        self._waiting = (*self._waiting, callback)

    def resume_writing(self) -> None:
        """The transport has room again."""
        super().resume_writing()
        waiting, self._waiting = self._waiting, ()
        for callback in waiting:
            callback()

    @property
    def is_gone(self) -> bool:
        """Whether nothing that is written arrives any more."""
        transport: asyncio.Transport = self.transport
        return self.disconnected or self.close_sent or transport.is_closing()

    def write_text(self, *parts: bytes) -> bool:
        """Write a message; False where the reader is slow, and `send` must be awaited instead.

        To who has gone nothing is written, as if the message were on its way.
        """
        if self.is_gone:
            return True
        if not self.writable.is_set():
            return False
        transport: asyncio.Transport = self.transport
        transport.write(b"".join((head(sum(map(len, parts))), *parts)))
        return True

    def _go_on(self) -> None:
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
def head(length: int) -> bytes:
    """The head of an unmasked text frame, as RFC 6455 has it in section 5.2."""
    if length < _SHORT:
        return bytes((_TEXT, length))
    if length < _MEDIUM:
        return bytes((_TEXT, 126)) + length.to_bytes(2, "big")
    return bytes((_TEXT, 127)) + length.to_bytes(8, "big")
