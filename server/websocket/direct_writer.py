"""The way of results that many are sent to one socket: bytes that are JSON already (S108)."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson
from strawberry.http.exceptions import WebSocketDisconnected

from server.execution.serializer import Handing, Renderer
from server.websocket.adapters import FrameAdapter, Frames, SocketAdapter
from subscriptions.station import Member


class Takeover:
    """A stream that goes on as a member of a station, and the way of its payloads.

    It stands among the operations of its socket, as one without a task.
    """

    __slots__ = ("_frames", "_head", "_member", "_renderer", "_station", "_tell", "fail")

    task = None

    def __init__(
        self,
        frames: Frames,
        head: bytes,
        handing: Handing,
        renderer: Renderer,
        fail: Callable[[], None],
    ) -> None:
        """`fail` is called where something breaks: the client must not wait for ever."""
        self._frames, self._head, self._renderer = frames, head, renderer
        self._station, self._tell, self.fail = handing.handover.station, handing.tell, fail
        self._member: Member[Any] = handing.handover.take(self)

    def send(self, payload: object) -> bool:
        """Send a payload; False where the reader is slow, or has gone and has not got it (S97)."""
        if self._frames.is_gone:
            return False  # its socket is about to end this
        if self._frames.write_text(self._head, self._renderer.encoded(payload), b"}"):
            return True
        self._frames.when_writable(self._resume)
        return False

    def end(self) -> None:
        """The client has completed it, or has gone."""
        self._station.leave(self._member)
        self._tell(self._member.sent)

    def _resume(self) -> None:
        self._station.resume(self._member)


class WayOut:
    """Where the results of one operation go."""

    __slots__ = ("_adapter", "_head")

    def __init__(self, adapter: SocketAdapter | FrameAdapter, operation_id: str) -> None:
        """The id is put before each result."""
        self._adapter = adapter
        self._head = b'{"id":%b,"type":"next","payload":' % orjson.dumps(operation_id)

    async def send(self, payload: bytes) -> None:
        """Send a result, and wait while the reader is slow."""
        message, frames = b"%b%b}" % (self._head, payload), self._adapter.frames
        if frames is None or not frames.write_text(message):
            with suppress(WebSocketDisconnected):  # the reader of this socket finds it as well
                await self._adapter.send_text(message.decode())

    def take_over(self, handing: Handing, fail: Callable[[], None]) -> Takeover | None:
        """Let a station send the rest, or call `fail`; None where it cannot."""
        frames, renderer = self._adapter.frames, handing.renderer
        if frames is None or renderer is None:
            return None
        return Takeover(frames, self._head, handing, renderer, fail)
