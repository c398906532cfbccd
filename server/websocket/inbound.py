"""Half-received messages of a socket: bounded in bytes and time, less before it begins (SEC9).

A socket may send little until `connection_init` was answered; then the application says who it is
(`admit`), and from there on its caller has a share.
"""

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from services.platform.inbound_bytes import INBOUND, WAIT_SECONDS, NoRoom

MAX_BEGINNING = 16_000  # of `connection_init`, which carries a credential
MAX_BEGINNINGS = 8_000_000  # that wait in all sockets that have not begun
MAX_VISITOR_MESSAGE = 256_000
_FREE = 1_000  # of each socket: most messages come at once
_FRAGMENT = 100  # what a fragment takes besides its bytes
_TOO_SLOW, _NO_ROOM = 1008, 1013
_NOBODY = "begins"


class BoundedProtocol(WebSocketsSansIOProtocol):
    """uvicorn's, which holds up to `ws_max_size` of each socket for ever."""

    __slots__ = ("_caller", "_deadline", "_fragments", "_held", "_most")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as the base
        """Nobody has said who this is."""
        super().__init__(*args, **kwargs)
        self._caller, self._most = _NOBODY, MAX_BEGINNINGS
        self._held = self._fragments = 0
        self._deadline: asyncio.TimerHandle | None = None
        self.conn.max_message_size = MAX_BEGINNING

    def admit(self, caller: str, most: int, *, is_visitor: bool) -> None:
        """The socket has begun: `caller` may have `most` bytes that wait."""
        self._let_go()
        self._caller, self._most = caller, most
        allowed = self.config.ws_max_size
        self.conn.max_message_size = min(MAX_VISITOR_MESSAGE, allowed) if is_visitor else allowed

    def data_received(self, data: bytes) -> None:
        """Count what is no message yet."""
        super().data_received(data)
        waiting = len(self.conn.reader.buffer) + self._fragments
        if waiting == 0 and self._deadline is None:
            return
        self._wait_for_rest(waiting)
        counted = max(0, waiting - _FREE)
        try:
            if counted > self._held:
                INBOUND.take(self._caller, counted - self._held, self._most)
            elif counted < self._held:
                INBOUND.give_back(self._caller, self._held - counted)
        except NoRoom:
            self._fail(_NO_ROOM, "Too much waits to be received: try again later")
        else:
            self._held = counted

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody waits any more."""
        self._wait_for_rest(0)
        self._let_go()
        super().connection_lost(exc)

    def handle_text(self, event: Frame) -> None:
        """The first frame of a message."""
        self._count_frame(event)
        super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        """As of text."""
        self._count_frame(event)
        super().handle_bytes(event)

    def handle_cont(self, event: Frame) -> None:
        """A later frame of a message."""
        self._count_frame(event)
        super().handle_cont(event)

    def _count_frame(self, event: Frame) -> None:
        """Nothing waits after the last frame of a message, and so before the first."""
        self._fragments = 0 if event.fin else self._fragments + len(event.data) + _FRAGMENT

    def _wait_for_rest(self, waiting: int) -> None:
        if waiting and self._deadline is None:
            self._deadline = self.loop.call_later(WAIT_SECONDS, self._too_slow)
        elif not waiting and self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
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

    def _let_go(self) -> None:
        if self._held:
            INBOUND.give_back(self._caller, self._held)
            self._held = 0
