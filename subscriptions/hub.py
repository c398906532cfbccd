"""Delivers one state to many subscribers without a task for each (S108).

A stream of its own costs each subscriber a task and a stack of generators: fine for dozens, too
much for thousands. Here one task of the process delivers the latest state to all subscribers.
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

YIELD_EVERY = 100  # subscribers between two turns for everything else


class Sink(Protocol):
    """How the payloads of one subscriber get to it."""

    def send(self, payload: object) -> bool:
        """Send one; False where the reader is slow: then the subscriber is resumed later."""

    @property
    def fail(self) -> Callable[[], None]:
        """Called where something breaks: its client must not wait for ever."""


class StateCursor(Protocol[S_contra]):
    """What one subscriber has of the state, and what is news to it."""

    def move_to(self, state: S_contra) -> Sequence[object]:
        """The payloads that bring it from where it is to this state."""

    def handed(self, state: S_contra) -> None:
        """All that was new in this state has been taken by the transport."""

    def leave(self) -> None:
        """The subscriber has gone."""


class Subscriber(Generic[T]):
    """A cursor with its sink. A slow one skips states and gets the latest."""

    __slots__ = ("_at", "_cursor", "_due", "sent", "sink")

    def __init__(self, cursor: StateCursor[T], sink: Sink) -> None:
        """It has nothing yet."""
        self.sink = sink
        self.sent = 0
        self._cursor = cursor
        self._at: T | None = None
        self._due: Sequence[object] = ()

    def deliver(self, state: T) -> None:
        """Send what is new in this state, as far as the reader takes it."""
        if self._due and not self._flush():
            return
        if state is not self._at:
            self._at, self._due = state, self._cursor.move_to(state)
            self._flush()

    def leave(self) -> None:
        """The subscriber has gone."""
        self._due = ()
        self._cursor.leave()

    def _flush(self) -> bool:
        for index, payload in enumerate(self._due):
            if not self.sink.send(payload):
                self._due = self._due[index:]
                return False
            self.sent += 1
        self._due = ()
        if self._at is not None:
            self._cursor.handed(self._at)
        return True


@dataclass(slots=True)
class StreamHandoff(Generic[T]):
    """The last payload of a stream that would rather go on as a subscriber; it may be refused."""

    hub: "StateHub[T]"
    cursor: StateCursor[T]
    is_taken: bool = False

    def take(self, sink: Sink) -> Subscriber[T]:
        """From now on the hub drives the cursor, its end included."""
        self.is_taken = True
        return self.hub.add(Subscriber(self.cursor, sink))


class StateHub(Generic[T]):
    """One for each state of a process that thousands follow."""

    def __init__(self, source: Fanout[T], newest: Callable[[], T]) -> None:
        """`source` tells that there is a new state; `newest` is that state."""
        self._source = source
        self._newest = newest
        self._subscribers: dict[Subscriber[T], None] = {}
        self._task: asyncio.Task[None] | None = None

    @property
    def live(self) -> int:
        """How many subscribers there are. Tests of leaks count on it (S74)."""
        return len(self._subscribers)

    async def start(self) -> None:
        """Begin to go round."""
        self._task = asyncio.create_task(self._follow(), name="state-hub")

    async def stop(self) -> None:
        """Stop; the subscribers go with their sockets."""
        await background.end(self._task)

    def add(self, subscriber: Subscriber[T]) -> Subscriber[T]:
        """Care for one more, who gets at once what it has missed on its way here."""
        self._subscribers[subscriber] = None
        self.flush(subscriber)
        return subscriber

    def remove(self, subscriber: Subscriber[T]) -> None:
        """Forget one."""
        if subscriber in self._subscribers:
            del self._subscribers[subscriber]
            subscriber.leave()

    def flush(self, subscriber: Subscriber[T]) -> None:
        """Bring one to the newest state: its reader has caught up."""
        if subscriber in self._subscribers:
            self._deliver(subscriber, self._newest())

    def _deliver(self, subscriber: Subscriber[T], state: T) -> None:
        try:
            subscriber.deliver(state)
        except Exception:
            logger.exception("a subscriber of a stream is given up")
            self.remove(subscriber)
            subscriber.sink.fail()

    async def _follow(self) -> None:
        async with self._source.subscribe(Latest()) as states:
            async for _ in states:
                await self._publish()

    async def _publish(self) -> None:
        """Always to the newest state, which may have moved on since the round began."""
        subscribers, state = self._subscribers, self._newest()
        for index, subscriber in enumerate(tuple(subscribers)):
            if index % YIELD_EVERY == YIELD_EVERY - 1:
                await asyncio.sleep(0)
                state = self._newest()
            if subscriber in subscribers:
                self._deliver(subscriber, state)
