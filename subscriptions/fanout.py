"""Publishes to many readers inside one process without waiting for any of them.

A reader that cannot keep up either gets only the newest state or loses its subscription, so that
the buffers bound the memory regardless of slow readers (A49).
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Protocol, Self, TypeAlias, TypeVar

from services.platform.response_time import begins_to_wait

T = TypeVar("T")


class Overflow(Exception):
    """A reader was too slow: it lost at least `missed` items, and its subscription has ended."""

    def __init__(self, missed: int) -> None:
        super().__init__(f"A slow reader missed {missed} items.")
        self.missed = missed


@dataclass(frozen=True, slots=True)
class Latest(Generic[T]):
    """A buffer of the newest item, or the newest per key: for state, where newer replaces older.

    With a key, the number of different keys bounds the memory.
    """

    key: Callable[[T], Hashable] | None = None


@dataclass(frozen=True, slots=True)
class Bounded:
    """A buffer of at most `size` unread items; one more ends the subscription with Overflow."""

    size: int

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError("A buffer holds at least one item.")


Buffer: TypeAlias = Latest[T] | Bounded


class Subscription(Generic[T]):
    """One reader of a `Fanout`: iterate over it, and close it or use it as a context manager."""

    def __init__(
        self, fanout: "Fanout[T]", buffer: Buffer[T], matches: Callable[[T], bool] | None
    ) -> None:
        self._fanout = fanout
        self._matches = matches
        self._queue: _Queue[T] = (
            _Fifo(buffer.size) if isinstance(buffer, Bounded) else _Newest(buffer.key)
        )
        self._wake = asyncio.Event()
        self._ended = False
        self._error: Exception | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while not len(self._queue):
            if self._error is not None:
                error, self._error = self._error, None
                raise error
            if self._ended:
                raise StopAsyncIteration
            # An event, not a future: it wakes every waiter, so that one that is cancelled at that
            # moment takes no item from the others.
            self._wake.clear()
            begins_to_wait()
            await self._wake.wait()
        return self._queue.take()

    def close(self) -> None:
        """Stop receiving and drop unread items. May be called again."""
        self._queue.clear()
        self._error = None
        self.end()

    def end(self, error: Exception | None = None) -> None:
        """Stop receiving. Unread items can still be read, then the error is raised, if any."""
        if self._ended:
            return
        self._ended, self._error = True, error
        self._fanout.detach(self)
        self._wake.set()

    def offer(self, item: T) -> int:
        """Buffer an item if it matches, and return how many items the reader lost by that."""
        try:
            if self._matches is not None and not self._matches(item):
                return 0
            self._queue.put(item)
        except Overflow as overflow:
            self.end(overflow)
            return overflow.missed
        except Exception as error:
            # An error in the filter or key of one reader ends that reader, not the publisher.
            self.end(error)
            return 0
        self._wake.set()
        return 0


class Fanout(Generic[T]):
    """Delivers each published item to every subscription whose filter matches, in order."""

    def __init__(self) -> None:
        self._subscriptions: dict[Subscription[T], None] = {}
        self._closed = False

    @property
    def live(self) -> int:
        """The number of subscriptions; tests check it for leaks (S74)."""
        return len(self._subscriptions)

    def publish(self, item: T) -> int:
        """Deliver an item without blocking, and return how many unread items were dropped."""
        # A copy, because a reader that overflows is removed during the iteration.
        return sum(subscription.offer(item) for subscription in tuple(self._subscriptions))

    def subscribe(
        self, buffer: Buffer[T], matches: Callable[[T], bool] | None = None
    ) -> Subscription[T]:
        """Return a subscription that receives from now on, even before the first read."""
        subscription = Subscription(self, buffer, matches)
        if self._closed:
            subscription.end()
        else:
            self._subscriptions[subscription] = None
        return subscription

    def detach(self, subscription: Subscription[T]) -> None:
        """Remove a subscription that has ended."""
        self._subscriptions.pop(subscription, None)

    def close(self) -> None:
        """End all subscriptions once they are read to the end; later ones end at once."""
        self._closed = True
        for subscription in tuple(self._subscriptions):
            subscription.end()


class _Queue(Protocol[T]):
    def put(self, item: T) -> None: ...
    def take(self) -> T: ...
    def clear(self) -> None: ...
    def __len__(self) -> int: ...


class _Fifo(Generic[T]):
    def __init__(self, size: int) -> None:
        self._size = size
        self._items: deque[T] = deque()

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: T) -> None:
        missed = len(self._items) + 1
        if missed > self._size:
            self._items.clear()
            raise Overflow(missed)
        self._items.append(item)

    def take(self) -> T:
        return self._items.popleft()

    def clear(self) -> None:
        self._items.clear()


class _Newest(Generic[T]):
    def __init__(self, key: Callable[[T], Hashable] | None) -> None:
        self._key = key
        self._items: OrderedDict[Hashable, T] = OrderedDict()

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: T) -> None:
        # A key keeps its place when its item is replaced: a busy key would never be read otherwise.
        self._items[self._key(item) if self._key else None] = item

    def take(self) -> T:
        return self._items.popitem(last=False)[1]

    def clear(self) -> None:
        self._items.clear()
