"""The way of results that many are sent to one socket: bytes that are JSON already (SPEC S108)."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from schema.rendering import Handing
from subscriptions.station import Member, Station

_EXTENSION = "launch.frames"


class Frames(Protocol):
    """What a server offers that takes the bytes of messages as they are (commands.frames)."""

    def write_text(self, message: bytes) -> bool:
        """Write a message; False where the reader is slow."""

    def when_writable(self, callback: Any) -> None:  # noqa: ANN401 - a callable
        """Call back once, when it has caught up."""


def has_frames(socket: WebSocket) -> bool:
    """Whether the server of a socket offers that."""
    return _EXTENSION in socket.scope.get("extensions", ())


@dataclass(frozen=True, slots=True)
class Takeover:
    """A stream that goes on as a member of a station."""

    station: Station[Any]
    member: Member[Any]
    handing: Handing

    def end(self) -> None:
        """The client has completed it, or has gone."""
        self.station.leave(self.member)
        self.handing.tell(self.member.sent)


class WayOut:
    """Where the results of one operation go."""

    __slots__ = ("_frames", "_head", "_socket")

    def __init__(self, socket: WebSocket, operation_id: str) -> None:
        """The id is put before each result."""
        self._socket = socket
        self._head = b'{"id":%b,"type":"next","payload":' % orjson.dumps(operation_id)
        self._frames: Frames | None = socket.scope.get("extensions", {}).get(_EXTENSION)

    async def send(self, payload: bytes) -> None:
        """Send a result, and wait while the reader is slow."""
        message = b"%b%b}" % (self._head, payload)
        if self._frames is None or not self._frames.write_text(message):
            with suppress(WebSocketDisconnect):  # the reader of this socket finds it as well
                await self._socket.send_text(message.decode())

    def take_over(self, handing: Handing, fail: Callable[[], None]) -> Takeover | None:
        """Let a station send the rest, or call `fail`; None where it cannot."""
        frames, renderer, handover = self._frames, handing.renderer, handing.handover
        if frames is None or renderer is None:
            return None
        head, station = self._head, handover.station

        def send(payload: object) -> bool:
            if frames.write_text(b"%b%b}" % (head, renderer.encoded(payload))):
                return True
            frames.when_writable(lambda: station.resume(member))
            return False

        member = handover.take(send, fail)
        return Takeover(station, member, handing)
