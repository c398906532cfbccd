"""Writes results that are already JSON to a socket, for streams that share payloads (S108)."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson
from strawberry.http.exceptions import WebSocketDisconnected

from server.execution.serializer import HandoffResult, SharedSerializer
from server.websocket.adapters import FrameAdapter, Frames, SocketAdapter
from subscriptions.hub import Subscriber


class DetachedStream:
    """A stream that continues as a subscriber of a hub, without a task of its own.

    It is listed among the operations of its socket.
    """

    __slots__ = ("_frames", "_head", "_hub", "_log_end", "_serializer", "_subscriber", "fail")

    task = None

    def __init__(
        self,
        frames: Frames,
        head: bytes,
        handoff: HandoffResult,
        serializer: SharedSerializer,
        fail: Callable[[], None],
    ) -> None:
        """`fail` is called when the stream breaks, so that the client does not wait forever."""
        self._frames, self._head, self._serializer = frames, head, serializer
        self._hub, self._log_end, self.fail = handoff.handoff.hub, handoff.log_end, fail
        self._subscriber: Subscriber[Any] = handoff.handoff.take(self)

    def send(self, payload: object) -> bool:
        """Send a payload. False: the client is slow or gone and did not get it (S97)."""
        frames = self._frames
        if frames.offer_text(self._head, self._serializer.encode(payload), b"}"):
            return True
        if not frames.is_gone:  # otherwise the socket is about to end this stream
            frames.when_writable(self._resume)
        return False

    def end(self) -> None:
        """Leave the hub: the client has completed the operation, or is gone."""
        self._hub.remove(self._subscriber)
        self._log_end(self._subscriber.sent)

    def _resume(self) -> None:
        self._hub.flush(self._subscriber)


class OperationSink:
    """Sends the results of one operation."""

    __slots__ = ("_adapter", "_head")

    def __init__(self, adapter: SocketAdapter | FrameAdapter, operation_id: str) -> None:
        """Each message starts with the id of the operation."""
        self._adapter = adapter
        self._head = b'{"id":%b,"type":"next","payload":' % orjson.dumps(operation_id)

    async def send(self, payload: bytes) -> None:
        """Send a result, and wait while the client is slow."""
        message, frames = b"%b%b}" % (self._head, payload), self._adapter.frames
        if frames is None or not frames.write_text(message):
            with suppress(WebSocketDisconnected):  # the reader of this socket notices it too
                await self._adapter.send_text(message.decode())

    def attach_to_hub(
        self, handoff: HandoffResult, fail: Callable[[], None]
    ) -> DetachedStream | None:
        """Let the hub send further results, or call `fail`. None: the transport cannot do it."""
        frames, serializer = self._adapter.frames, handoff.serializer
        if frames is None or serializer is None:
            return None
        return DetachedStream(frames, self._head, handoff, serializer, fail)
