"""Stops a process behind a load balancer: drain first, then end streams (F7, F10).

1. Draining: `/readyz` answers 503, everything else goes on; each response closes its connection, so
   that a proxy keeps none.
2. Ended: event streams are completed. Their bodies end properly in HTTP, without an event
   `complete`: the operation is not over, and clients resume it elsewhere.
"""

import asyncio
import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

CAUSE = "the process is about to stop"

_CLOSE = (b"connection", b"close")
_STREAM = b"text/event-stream"
_LATER: Message = {
    "type": "http.response.start",
    "status": 503,
    "headers": [(b"content-length", b"0"), (b"retry-after", b"1"), _CLOSE],
}
_END: Message = {"type": "http.response.body", "body": b"", "more_body": False}


class Stopping:
    """How far the process is on its way to the end."""

    def __init__(self) -> None:
        """The process serves."""
        self.draining = False
        self.ended = asyncio.Event()

    def drain(self) -> None:
        """Let proxies know, and go on serving."""
        self.draining = True

    def end(self) -> None:
        """End the event streams."""
        self.draining = True
        self.ended.set()


class EndsStreams:
    """The middleware that applies it to requests."""

    def __init__(self, app: ASGIApp, stopping: Stopping) -> None:
        """`app` is the wrapped application."""
        self._app = app
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; at the end, an event stream sees a disconnected client."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(receive, send, self._stopping)
        try:
            await self._app(scope, answer.receive, answer.send)
        except asyncio.CancelledError:
            if not self._stopping.ended.is_set():
                raise
            # The grace period of this request is over.
            logger.warning("%s was cut off: the process stops", scope["path"])
            if not answer.has_begun:
                await send(_LATER)
                await send(_END)
            return
        if answer.is_open_stream:
            await send(_END)


class _Answer:
    """A request and its response."""

    __slots__ = ("_is_read", "_receive", "_send", "_stopping", "has_begun", "is_open_stream")

    def __init__(self, receive: Receive, send: Send, stopping: Stopping) -> None:
        self._receive, self._send, self._stopping = receive, send, stopping
        self._is_read = self.has_begun = self.is_open_stream = False

    async def receive(self) -> Message:
        if not self._is_read:
            message = await self._receive()
            self._is_read = not message.get("more_body", False)
            return message
        return await self._until_gone()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            headers = message.get("headers", ())
            kinds = [value for name, value in headers if name == b"content-type"]
            self.is_open_stream = any(value.startswith(_STREAM) for value in kinds)
            if self._stopping.draining:
                message = {**message, "headers": [*headers, _CLOSE]}
        elif not message.get("more_body", False):
            self.is_open_stream = False
        await self._send(message)

    async def _until_gone(self) -> Message:
        """Wait for the disconnect; for a stream also for the end of the process."""
        disconnected = asyncio.ensure_future(self._receive())
        ended = asyncio.ensure_future(self._stopping.ended.wait())
        try:
            await asyncio.wait({disconnected, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not disconnected.done() and self.is_open_stream:
                return {"type": "http.disconnect"}
            return await disconnected
        finally:
            disconnected.cancel()
            ended.cancel()
