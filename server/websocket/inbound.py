"""Limits for partly received messages of a socket: bytes and time, stricter at first (SEC9).

Until `connection_init` is acknowledged a socket may send little. Then the application names the
caller (`admit`), and the socket uses the share of that caller.
"""

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from services.platform.inbound_bytes import INBOUND, WAIT_SECONDS, NoRoom

MAX_INIT_BYTES = 16_000  # of `connection_init`, which contains a credential
MAX_UNADMITTED_BYTES = 8_000_000  # waiting in all sockets before `connection_init`
MAX_VISITOR_MESSAGE = 256_000
_UNCOUNTED_BYTES = 1_000  # per socket: most messages arrive at once
_FRAGMENT_BYTES = 100  # memory that a fragment takes besides its data
_TOO_SLOW, _NO_ROOM = 1008, 1013  # close codes
_UNADMITTED = "begins"


class BoundedProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol, which would hold up to `ws_max_size` per socket without a time limit."""

    __slots__ = ("_caller", "_counted", "_deadline", "_fragments", "_max_bytes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as the base
        """Start without a caller."""
        super().__init__(*args, **kwargs)
        self._caller, self._max_bytes = _UNADMITTED, MAX_UNADMITTED_BYTES
        self._counted = self._fragments = 0
        self._deadline: asyncio.TimerHandle | None = None
        self.conn.max_message_size = MAX_INIT_BYTES

    def admit(self, caller: str, max_bytes: int, *, is_visitor: bool) -> None:
        """Name the caller, whose sockets may have `max_bytes` waiting bytes together."""
        self._release_share()
        self._caller, self._max_bytes = caller, max_bytes
        allowed = self.config.ws_max_size
        self.conn.max_message_size = min(MAX_VISITOR_MESSAGE, allowed) if is_visitor else allowed

    def data_received(self, data: bytes) -> None:
        """Count the bytes that are not a complete message yet."""
        super().data_received(data)
        waiting = len(self.conn.reader.buffer) + self._fragments
        if waiting == 0 and self._deadline is None:
            return
        self._set_deadline(waiting)
        counted = max(0, waiting - _UNCOUNTED_BYTES)
        try:
            if counted > self._counted:
                INBOUND.take(self._caller, counted - self._counted, self._max_bytes)
            elif counted < self._counted:
                INBOUND.give_back(self._caller, self._counted - counted)
        except NoRoom:
            self._fail(_NO_ROOM, "Too much waits to be received: try again later")
        else:
            self._counted = counted

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting, and return the share."""
        self._set_deadline(0)
        self._release_share()
        super().connection_lost(exc)

    def handle_text(self, event: Frame) -> None:
        """Count the first frame of a text message."""
        self._count_frame(event)
        super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        """Count the first frame of a binary message."""
        self._count_frame(event)
        super().handle_bytes(event)

    def handle_cont(self, event: Frame) -> None:
        """Count a later frame of a message."""
        self._count_frame(event)
        super().handle_cont(event)

    def _count_frame(self, event: Frame) -> None:
        """Add the frame to the fragments; the last frame of a message resets the count."""
        self._fragments = 0 if event.fin else self._fragments + len(event.data) + _FRAGMENT_BYTES

    def _set_deadline(self, waiting: int) -> None:
        if waiting and self._deadline is None:
            self._deadline = self.loop.call_later(WAIT_SECONDS, self._fail_slow)
        elif not waiting and self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _fail_slow(self) -> None:
        self._fail(_TOO_SLOW, "The rest of a message did not come in time")

    def _fail(self, code: int, reason: str) -> None:
        self._fragments = 0
        self.frames = []
        if self.transport.is_closing():
            return
        self.conn.fail(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.close()

    def _release_share(self) -> None:
        if self._counted:
            INBOUND.give_back(self._caller, self._counted)
            self._counted = 0
