"""uvicorn's websocket, with a short way out for messages that thousands are sent at once.

`send` of ASGI costs a coroutine, a dictionary, two copies and the making of a frame for each
message. Here the application writes the bytes of a text message itself: the ASGI extension
`launch.frames` of the scope. Where a server has no such extension, `send` does the same.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

_TEXT = 0x81  # the last frame of a text message
_SHORT, _MEDIUM = 126, 65_536


class FrameProtocol(WebSocketsSansIOProtocol):
    """Chosen by `commands.serving`, which turns compression off: frames go out as they are."""

    _waiting: Sequence[Callable[[], None]] = ()

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

    def when_writable(self, callback: Callable[[], None]) -> None:
        """Call back once, when a slow reader has caught up."""
        self._waiting = (*self._waiting, callback)

    def resume_writing(self) -> None:
        """The transport has room again."""
        super().resume_writing()
        waiting, self._waiting = self._waiting, ()
        for callback in waiting:
            callback()

    def write_text(self, message: bytes) -> bool:
        """Write a message; False where the reader is slow, and `send` must be awaited instead.

        To who has gone nothing is written, as if the message were on its way.
        """
        if self.disconnected or self.close_sent or self.conn.state is not State.OPEN:
            return True
        if not self.writable.is_set():
            return False
        transport: asyncio.Transport = self.transport
        transport.write(head(len(message)) + message)
        return True


def head(length: int) -> bytes:
    """The head of an unmasked text frame, as RFC 6455 has it in section 5.2."""
    if length < _SHORT:
        return bytes((_TEXT, length))
    if length < _MEDIUM:
        return bytes((_TEXT, 126)) + length.to_bytes(2, "big")
    return bytes((_TEXT, 127)) + length.to_bytes(8, "big")
