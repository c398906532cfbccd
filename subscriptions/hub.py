"""Delivers the latest state to many subscribers without a task for each (S108).

A stream with a task and a stack of generators per subscriber is fine for dozens, and too expensive
for thousands. A hub delivers to all subscribers from one task of the process.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from services.platform import background
from subscriptions.fanout import Fanout, Latest

logger = logging.getLogger(__name__)

T = TypeVar("T")
S_contra = TypeVar("S_contra", contravariant=True)

YIELD_EVERY = 100  # subscribers, before other tasks of the event loop get a turn


class Sink(Protocol):
    """Where the payloads of one subscriber go."""

    def send(self, payload: object) -> bool:
        """Send a payload. False: the client is slow, and the sink calls `StateHub.flush` later."""

    @property
    def fail(self) -> Callable[[], None]:
        """Called when the stream breaks, so that its client does not wait forever."""


class StateCursor(Protocol[S_contra]):
    """The state that one subscriber has, and what it needs to reach another."""

    def move_to(self, state: S_contra) -> Sequence[object]:
        """Return the payloads that lead from the subscriber's state to this one."""

    def mark_delivered(self, state: S_contra) -> None:
        """Note that the transport has accepted all payloads of this state."""

    def close(self) -> None:
        """Release what the cursor holds: the subscriber is gone."""


class Subscriber(Generic[T]):
    """A cursor with its sink. A slow subscriber skips states and receives the latest one."""

    __slots__ = ("_cursor", "_pending", "_state", "sent", "sink")

    def __init__(self, cursor: StateCursor[T], sink: Sink) -> None:
        """Start without a state; `sent` counts the payloads that the sink has accepted."""
        self.sink = sink
        self.sent = 0
        self._cursor = cursor
        self._state: T | None = None
        self._pending: Sequence[object] = ()

    def deliver(self, state: T) -> None:
        """Send the payloads of this state, as far as the sink accepts them."""
        if self._pending and not self._flush():
            return
        if state is not self._state:
            self._state, self._pending = state, self._cursor.move_to(state)
            self._flush()

    def close(self) -> None:
        """Drop pending payloads and close the cursor."""
        self._pending = ()
        self._cursor.close()

    def _flush(self) -> bool:
        for index, payload in enumerate(self._pending):
            if not self.sink.send(payload):
                self._pending = self._pending[index:]
                return False
            self.sent += 1
        self._pending = ()
        if self._state is not None:
            self._cursor.mark_delivered(self._state)
        return True


@dataclass(slots=True)
class StreamHandoff(Generic[T]):
    """The last payload of a generator: it offers to continue the stream as a subscriber of a hub.

    The transport may decline; then the generator continues.
    """

    hub: "StateHub[T]"
    cursor: StateCursor[T]
    is_taken: bool = False

    def take(self, sink: Sink) -> Subscriber[T]:
        """Accept: from now on the hub drives the cursor, and closes it at the end."""
        self.is_taken = True
        return self.hub.add(Subscriber(self.cursor, sink))


class StateHub(Generic[T]):
    """Delivers one kind of state; a process has a hub for each state that thousands follow."""

    def __init__(self, source: Fanout[T], newest: Callable[[], T]) -> None:
        """`source` announces a new state; `newest` returns it."""
        self._source = source
        self._newest = newest
        self._subscribers: dict[Subscriber[T], None] = {}
        self._task: asyncio.Task[None] | None = None

    @property
    def live(self) -> int:
        """The number of subscribers; tests check it for leaks (S74)."""
        return len(self._subscribers)

    async def start(self) -> None:
        """Start to follow the source."""
        self._task = asyncio.create_task(self._follow(), name="state-hub")

    async def stop(self) -> None:
        """Stop. Subscribers are removed by their sockets."""
        await background.end(self._task)

    def add(self, subscriber: Subscriber[T]) -> Subscriber[T]:
        """Add a subscriber and send it at once what it missed during the handoff."""
        self._subscribers[subscriber] = None
        self.flush(subscriber)
        return subscriber

    def remove(self, subscriber: Subscriber[T]) -> None:
        """Remove and close a subscriber; a subscriber that is not there is ignored."""
        if subscriber in self._subscribers:
            del self._subscribers[subscriber]
            subscriber.close()

    def flush(self, subscriber: Subscriber[T]) -> None:
        """Send the newest state to a subscriber whose client is no longer slow."""
        if subscriber in self._subscribers:
            self._deliver(subscriber, self._newest())

    def _deliver(self, subscriber: Subscriber[T], state: T) -> None:
        try:
            subscriber.deliver(state)
        except Exception:
            logger.exception("Removing a subscriber whose stream failed")
            self.remove(subscriber)
            subscriber.sink.fail()

    async def _follow(self) -> None:
        async with self._source.subscribe(Latest()) as states:
            async for _ in states:
                await self._publish()

    async def _publish(self) -> None:
        """Deliver to all subscribers, each time the newest state, which may change meanwhile."""
        subscribers, state = self._subscribers, self._newest()
        for index, subscriber in enumerate(tuple(subscribers)):
            if index % YIELD_EVERY == YIELD_EVERY - 1:
                await asyncio.sleep(0)
                state = self._newest()
            if subscriber in subscribers:
                self._deliver(subscriber, state)
