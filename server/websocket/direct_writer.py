"""The way of results that many are sent to one socket: bytes that are JSON already (S108)."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson
from strawberry.http.exceptions import WebSocketDisconnected

from server.execution.serializer import HandoffResult, Renderer
from server.websocket.adapters import FrameAdapter, Frames, SocketAdapter
from subscriptions.hub import Subscriber


class DetachedStream:
    """A stream that goes on as a subscriber of a hub, and the way of its payloads.

    It stands among the operations of its socket, as one without a task.
    """

    __slots__ = ("_frames", "_head", "_hub", "_renderer", "_subscriber", "_tell", "fail")

    task = None

    def __init__(
        self,
        frames: Frames,
        head: bytes,
        handoff: HandoffResult,
        renderer: Renderer,
        fail: Callable[[], None],
    ) -> None:
        """`fail` is called where something breaks: the client must not wait for ever."""
        self._frames, self._head, self._renderer = frames, head, renderer
        self._hub, self._tell, self.fail = handoff.handoff.hub, handoff.tell, fail
        self._subscriber: Subscriber[Any] = handoff.handoff.take(self)

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
        self._hub.remove(self._subscriber)
        self._tell(self._subscriber.sent)

    def _resume(self) -> None:
        self._hub.flush(self._subscriber)


class OperationSink:
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

    def attach_to_hub(
        self, handoff: HandoffResult, fail: Callable[[], None]
    ) -> DetachedStream | None:
        """Let a hub send the rest, or call `fail`; None where it cannot."""
        frames, renderer = self._adapter.frames, handoff.renderer
        if frames is None or renderer is None:
            return None
        return DetachedStream(frames, self._head, handoff, renderer, fail)
