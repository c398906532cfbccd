"""Adapters between strawberry and a websocket: through starlette, or the frames of the server."""

from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from json import JSONDecodeError
from typing import Any, Protocol

from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.async_base_view import AsyncBaseHTTPView, AsyncWebSocketAdapter
from strawberry.http.exceptions import (
    NonJsonMessageReceived,
    NonTextMessageReceived,
    WebSocketDisconnected,
)

_EXTENSION = "launch.frames"
_MAX_REASON_BYTES = 123
_ABNORMAL = 1006  # closed without a close frame


class Frames(Protocol):
    """The ASGI extension of a server that accepts messages as bytes; see `.protocol`."""

    @property
    def has_pending(self) -> bool:
        """Whether `receive` would return at once."""

    @property
    def is_gone(self) -> bool:
        """Whether the connection is closing, so that nothing written would arrive."""

    def write_text(self, *parts: bytes) -> bool:
        """Write a message. False: the client is slow."""

    def offer_text(self, *parts: bytes) -> bool:
        """Write a message. False: the client is slow or gone, and does not get it."""

    def when_writable(self, callback: Callable[[], None]) -> None:
        """Call back once, when the client is no longer slow."""

    def admit(self, caller: str, most: int, *, is_visitor: bool) -> None:
        """Note who the caller is, and how many of their bytes may wait to be received."""

    def park(self, on_event: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Call `on_event` when messages have arrived; the application returns meanwhile."""

    async def receive(self) -> Any:  # noqa: ANN401 - an event of ASGI, as each server types it
        """Wait for the next event, as `receive` of ASGI does."""

    async def send(self, message: Any) -> None:  # noqa: ANN401 - as above
        """Send an event, as `send` of ASGI does."""


class SocketAdapter(ASGIWebSocketAdapter):
    """Uses starlette, on any server. `handle` of a socket runs as long as the socket is open."""

    frames: Frames | None = None
    is_parked = False
    is_lost = False  # the connection ended without a close frame

    async def iter_json(
        self, *, ignore_parsing_errors: bool = False
    ) -> AsyncGenerator[object, None]:
        """Yield messages as the base does, and note how the connection ended."""
        while self.ws.application_state is not WebSocketState.DISCONNECTED:
            message = await self.ws.receive()
            if message["type"] == "websocket.disconnect":
                self.is_lost = message.get("code") == _ABNORMAL
                return
            yield _decode(self.view, message)

    async def send_text(self, text: str) -> None:
        """Send what is JSON already; raises WebSocketDisconnected."""
        try:
            await self.ws.send_text(text)
        except WebSocketDisconnect as error:
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        """Close with as much of the reason as fits."""
        await super().close(code, truncate_reason(reason))


class FrameAdapter(AsyncWebSocketAdapter):
    """Uses the frames of the server directly, so that nothing of the request stays in memory.

    `iter_json` ends when all messages that have arrived are read, although the socket stays open.
    """

    __slots__ = ("frames", "is_lost", "is_open", "is_parked", "view")

    def __init__(self, view: AsyncBaseHTTPView[Any, Any, Any, Any, Any, Any, Any], frames: Frames):
        """Start after the handshake."""
        super().__init__(view)
        self.frames = frames
        self.is_open = self.is_parked = True
        self.is_lost = False

    async def iter_json(
        self, *, ignore_parsing_errors: bool = False
    ) -> AsyncGenerator[object, None]:
        """Yield the messages that have arrived; after an invalid one, the next call continues."""
        while self.frames.has_pending:
            message: Message = await self.frames.receive()
            if message["type"] == "websocket.disconnect":
                self.is_lost = self.is_lost or message.get("code") == _ABNORMAL
                self.is_open = self.is_parked = False
            elif self.is_open:
                yield _decode(self.view, message)

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send a message, and wait while the client is slow."""
        await self.send_text(self.view.encode_json_string(message))

    async def send_text(self, text: str) -> None:
        """Send what is JSON already; raises WebSocketDisconnected."""
        if not self.is_open:
            raise WebSocketDisconnected
        if not self.frames.write_text(text.encode()):
            await self._send({"type": "websocket.send", "text": text})

    async def close(self, code: int, reason: str) -> None:
        """Close with as much of the reason as fits."""
        if self.is_open:
            self.is_open = False
            await self._send(
                {"type": "websocket.close", "code": code, "reason": truncate_reason(reason)}
            )

    async def _send(self, message: Message) -> None:
        try:
            await self.frames.send(message)
        except OSError as error:
            self.is_open = False
            raise WebSocketDisconnected from error


def select_adapter(
    view: AsyncBaseHTTPView[Any, Any, Any, Any, Any, Any, Any],
    request: WebSocket,
    response: WebSocket,
) -> SocketAdapter | FrameAdapter:
    """Return the adapter for a socket: with frames if its server offers them."""
    frames = request.scope.get("extensions", {}).get(_EXTENSION)
    if frames is None:
        return SocketAdapter(view, request, response)
    return FrameAdapter(view, frames)


def truncate_reason(reason: str) -> str:
    """Cut a reason to what a close frame holds; a longer one would break the connection."""
    return reason.encode()[:_MAX_REASON_BYTES].decode(errors="ignore")


def _decode(view: AsyncBaseHTTPView[Any, Any, Any, Any, Any, Any, Any], message: Message) -> object:
    text = message.get("text")
    if text is None:
        raise NonTextMessageReceived
    try:
        return view.decode_json(text)
    except JSONDecodeError as error:
        raise NonJsonMessageReceived from error
