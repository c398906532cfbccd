"""Limits of a request: the size and time of its body, and the deadline of its operation."""

import asyncio
import logging
from collections.abc import Sequence
from time import perf_counter
from types import TracebackType
from typing import Any

from starlette.types import Message, Receive

from domain.platform.networks import network
from schema.context import Context
from schema.errors import Refused, TopLevelCode
from server.http.negotiation import Refusal
from services.platform.inbound_bytes import WAIT_SECONDS, NoRoom, Share
from services.platform.response_time import HeldBack

logger = logging.getLogger(__name__)

MAX_BODY = 1_000_000
BODY_SECONDS = WAIT_SECONDS
TOO_MANY_BYTES_WAITING = (
    "Too many bytes of your requests are waiting to be processed. Try again later."
)
TOO_MANY_STREAMS = "You have too many streams open."
_WATCH_AFTER_SECONDS = 0.1  # most operations have ended by then and need no watching task


def limit_body(
    receive: Receive,
    max_bytes: int = MAX_BODY,
    seconds: float = BODY_SECONDS,
    share: Share | None = None,
) -> Receive:
    """Return a `receive` that raises Refusal for a body that is too long (413) or slow (408).

    With a share, also if the caller has too many bytes waiting in all requests together (429).
    """
    size, complete = 0, False
    until = asyncio.get_running_loop().time() + seconds

    async def read() -> Message:
        nonlocal size, complete
        if complete:
            return await receive()
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError:
            raise Refusal(408, "The body did not come in time.", {"Connection": "close"}) from None
        size += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        if size > max_bytes:
            raise Refusal(413, f"A request has at most {max_bytes} bytes.")
        if share is not None:
            _grow_share(share, len(message.get("body", b"")))
        return message

    return read


def _grow_share(share: Share, size: int) -> None:
    try:
        share.grow(size)
    except NoRoom:
        headers = {"Retry-After": "2", "Connection": "close"}
        raise Refusal(429, TOO_MANY_BYTES_WAITING, headers, TopLevelCode.RATE_LIMITED) from None


class TimedReceive:
    """A `receive` that measures how long the caller took to send the body (L3).

    That time does not count as response time.
    """

    __slots__ = ("_complete", "receive", "waited_seconds")

    def __init__(self, receive: Receive) -> None:
        self.receive, self._complete = receive, False
        self.waited_seconds = 0.0

    async def __call__(self) -> Message:
        """Receive the next message. After the body only a disconnect follows."""
        if self._complete:
            return await self.receive()
        begin = perf_counter()
        try:
            message = await self.receive()
        finally:
            self.waited_seconds += perf_counter() - begin
        self._complete = not message.get("more_body", False)
        return message

    def response_seconds(self, begin: float, held_back: HeldBack) -> float:
        """Return the response time of a request that came at `begin`.

        The time for which the response was held back on purpose does not count either.
        """
        return perf_counter() - begin - self.waited_seconds - held_back.seconds


def stream_key(client: Sequence[Any] | None) -> str:
    """Return the key of the connection limit for streams over HTTP: the network of the client."""
    return f"stream:{network(client[0]) if client else 'local'}"


class OperationCancelled(Exception):
    """An operation took too long, or its caller has disconnected."""

    def __init__(self, *, is_disconnected: bool) -> None:
        """`is_disconnected`: the caller has disconnected."""
        reason = "the caller has disconnected" if is_disconnected else "the deadline has passed"
        super().__init__(reason)
        self.is_disconnected = is_disconnected


def deadline_error(error: OperationCancelled, context: Context) -> Refused:
    """Return the error for the caller; a passed deadline is logged and counts as our fault."""
    if error.is_disconnected:
        return Refused(TopLevelCode.BAD_USER_INPUT, "The caller has disconnected.")
    context.at_fault = True
    logger.warning("An operation was cancelled: %s", error)
    message = "The operation took too long and was cancelled. Ask for less at once."
    return Refused(TopLevelCode.DEADLINE_EXCEEDED, message)


class Deadline:
    """Cancels its block after some seconds or, with `receive`, when the caller disconnects.

    Raises OperationCancelled then. The cancellation reaches a running SQL statement too.
    """

    def __init__(self, seconds: float, receive: Receive | None = None) -> None:
        """`receive` must be at the end of the body, so that only a disconnect can follow."""
        self._receive = receive
        self._timeout = asyncio.timeout(seconds)
        self._watch: asyncio.TimerHandle | asyncio.Task[None] | None = None
        self._is_disconnected = False

    async def __aenter__(self) -> None:
        """Start the timeout, and a little later the task that watches for a disconnect."""
        await self._timeout.__aenter__()
        if self._receive is not None:
            loop = asyncio.get_running_loop()
            self._watch = loop.call_later(_WATCH_AFTER_SECONDS, self._start_watching, self._receive)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop watching; turn a timeout into OperationCancelled."""
        if self._watch is not None:
            self._watch.cancel()
        self._watch = self._receive = None  # the task would refer to itself
        try:
            await self._timeout.__aexit__(kind, error, trace)
        except TimeoutError:
            raise OperationCancelled(is_disconnected=self._is_disconnected) from None

    def _start_watching(self, receive: Receive) -> None:
        self._watch = asyncio.ensure_future(self._wait_for_disconnect(receive))

    async def _wait_for_disconnect(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._is_disconnected = True
        if not self._timeout.expired():
            self._timeout.reschedule(0)
