"""What a socket of the graph is written to and read from: starlette's, or the server's frames."""

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
_MAX_OF_A_REASON = 123
_LOST = 1006  # without a goodbye


class Frames(Protocol):
    """What a server offers that takes messages as bytes (`server.websocket.protocol`)."""

    @property
    def has_pending(self) -> bool:
        """Whether something has come that `receive` gives at once."""

    @property
    def is_gone(self) -> bool:
        """Whether nothing that is written arrives any more."""

    def write_text(self, *parts: bytes) -> bool:
        """Write a message; False where the reader is slow."""

    def when_writable(self, callback: Callable[[], None]) -> None:
        """Call back once, when it has caught up."""

    def admit(self, caller: str, most: int, *, is_visitor: bool) -> None:
        """The socket has begun: so many bytes of a caller may wait to be received."""

    def park(self, on_event: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Call `hear` when something has come; the application returns meanwhile."""

    async def receive(self) -> Any:  # noqa: ANN401 - an event of ASGI, as each server types it
        """As ASGI has it."""

    async def send(self, message: Any) -> None:  # noqa: ANN401 - as above
        """As ASGI has it."""


class SocketAdapter(ASGIWebSocketAdapter):
    """Through starlette, on any server. `handle` of a socket runs as long as it lives."""

    frames: Frames | None = None
    may_go_on = False
    is_lost = False  # it ended without a goodbye of the client

    async def iter_json(
        self, *, ignore_parsing_errors: bool = False
    ) -> AsyncGenerator[object, None]:
        """As the base does, and note how the connection ended."""
        while self.ws.application_state is not WebSocketState.DISCONNECTED:
            message = await self.ws.receive()
            if message["type"] == "websocket.disconnect":
                self.is_lost = message.get("code") == _LOST
                return
            yield _decoded(self.view, message)

    async def send_text(self, text: str) -> None:
        """Send what is JSON already; raises WebSocketDisconnected."""
        try:
            await self.ws.send_text(text)
        except WebSocketDisconnect as error:
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        """Close with as much of the reason as fits."""
        await super().close(code, fitting(reason))


class FrameAdapter(AsyncWebSocketAdapter):
    """Past starlette, where the server has frames: nothing of the request is kept.

    What has come is read and then the reading ends, though the socket lives on.
    """

    __slots__ = ("frames", "is_lost", "is_open", "may_go_on", "view")

    def __init__(self, view: AsyncBaseHTTPView[Any, Any, Any, Any, Any, Any, Any], frames: Frames):
        """The handshake is over."""
        super().__init__(view)
        self.frames = frames
        self.is_open = self.may_go_on = True
        self.is_lost = False

    async def iter_json(
        self, *, ignore_parsing_errors: bool = False
    ) -> AsyncGenerator[object, None]:
        """What has come; after a message that is none the rest of it is for the next reading."""
        while self.frames.has_pending:
            message: Message = await self.frames.receive()
            if message["type"] == "websocket.disconnect":
                self.is_lost = self.is_lost or message.get("code") == _LOST
                self.is_open = self.may_go_on = False
            elif self.is_open:
                yield _decoded(self.view, message)

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send, and wait while the reader is slow."""
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
            await self._send({"type": "websocket.close", "code": code, "reason": fitting(reason)})

    async def _send(self, message: Message) -> None:
        try:
            await self.frames.send(message)
        except OSError as error:
            self.is_open = False
            raise WebSocketDisconnected from error


def adapter_of(
    view: AsyncBaseHTTPView[Any, Any, Any, Any, Any, Any, Any],
    request: WebSocket,
    response: WebSocket,
) -> SocketAdapter | FrameAdapter:
    """The one that fits to the server of a socket."""
    frames = request.scope.get("extensions", {}).get(_EXTENSION)
    if frames is None:
        return SocketAdapter(view, request, response)
    return FrameAdapter(view, frames)


def fitting(reason: str) -> str:
    """As much of it as a close frame holds; one that is too long breaks the connection."""
    return reason.encode()[:_MAX_OF_A_REASON].decode(errors="ignore")


def _decoded(
    view: AsyncBaseHTTPView[Any, Any, Any, Any, Any, Any, Any], message: Message
) -> object:
    text = message.get("text")
    if text is None:
        raise NonTextMessageReceived
    try:
        return view.decode_json(text)
    except JSONDecodeError as error:
        raise NonJsonMessageReceived from error
