"""What a caller does to a request beside its content: sends too much, too slowly, or leaves."""

import asyncio
import logging
from collections.abc import Sequence
from time import perf_counter
from types import TracebackType
from typing import Any

from starlette.types import Message, Receive

from domain.platform.rate_limits import network
from schema.context import Context
from schema.errors import Refused, TopLevelCode
from server.http.negotiation import Refusal
from services.platform.inbound_bytes import WAIT_SECONDS, NoRoom, Share

logger = logging.getLogger(__name__)

MAX_BODY = 1_000_000
BODY_SECONDS = WAIT_SECONDS
TOO_MUCH_WAITS = "Too much that you send waits to be received: try again later."
TOO_MANY_STREAMS = "You have too many streams open."
_FIRST_LOOK = 0.1  # most operations are over by then, and need nobody who watches


def bounded(
    receive: Receive,
    most: int = MAX_BODY,
    seconds: float = BODY_SECONDS,
    share: Share | None = None,
) -> Receive:
    """A `receive` that gives up on a body that is too long (413) or too slow (408).

    With a share, also on one that finds no room beside the others of its caller (429).
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
        if size > most:
            raise Refusal(413, f"A request has at most {most} bytes.")
        if share is not None:
            _grow(share, len(message.get("body", b"")))
        return message

    return read


def _grow(share: Share, size: int) -> None:
    try:
        share.grow(size)
    except NoRoom:
        headers = {"Retry-After": "2", "Connection": "close"}
        raise Refusal(429, TOO_MUCH_WAITS, headers, TopLevelCode.RATE_LIMITED) from None


class TimedReceive:
    """A `receive` that knows how long the caller took to send the body: no response time (L3)."""

    __slots__ = ("_complete", "_receive", "waited_seconds")

    def __init__(self, receive: Receive) -> None:
        self._receive, self._complete = receive, False
        self.waited_seconds = 0.0

    async def __call__(self) -> Message:
        """The next message. What follows the body is the end of the connection."""
        if self._complete:
            return await self._receive()
        begin = perf_counter()
        try:
            message = await self._receive()
        finally:
            self.waited_seconds += perf_counter() - begin
        self._complete = not message.get("more_body", False)
        return message


def stream_of(client: Sequence[Any] | None) -> str:
    """Whose connection limit a stream over HTTP counts towards: that of its address."""
    return f"stream:{network(client[0]) if client else 'local'}"


class OutOfTime(Exception):
    """An operation took too long, or nobody waits for it any more."""

    def __init__(self, *, left: bool) -> None:
        """`left`: the caller has gone."""
        super().__init__("the caller has gone" if left else "the deadline has passed")
        self.left = left


def too_late(error: OutOfTime, context: Context) -> Refused:
    """What the caller reads, and we in the log: an operation that nobody waited for is no fault."""
    if error.left:
        return Refused(TopLevelCode.BAD_USER_INPUT, "The caller has gone.")
    context.at_fault = True
    logger.warning("an operation was cancelled: %s", error)
    message = "The operation took too long and was cancelled. Ask for less at once."
    return Refused(TopLevelCode.DEADLINE_EXCEEDED, message)


class Deadline:
    """Cancels what runs inside when its time is up or, with `receive`, when the caller leaves.

    Raises OutOfTime then. What was cancelled cancels its statement in the database.
    """

    def __init__(self, seconds: float, receive: Receive | None = None) -> None:
        """`receive` gives nothing any more but the caller's end."""
        self._receive = receive
        self._timeout = asyncio.timeout(seconds)
        self._watch: asyncio.TimerHandle | asyncio.Task[None] | None = None
        self._left = False

    async def __aenter__(self) -> None:
        """The time begins."""
        await self._timeout.__aenter__()
        if self._receive is not None:
            loop = asyncio.get_running_loop()
            self._watch = loop.call_later(_FIRST_LOOK, self._begin, self._receive)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nobody watches any more."""
        if self._watch is not None:
            self._watch.cancel()
        try:
            await self._timeout.__aexit__(kind, error, trace)
        except TimeoutError:
            raise OutOfTime(left=self._left) from None

    def _begin(self, receive: Receive) -> None:
        self._watch = asyncio.ensure_future(self._until_gone(receive))

    async def _until_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._left = True
        if not self._timeout.expired():
            self._timeout.reschedule(0)
