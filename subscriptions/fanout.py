"""Delivery inside one process: publish to many readers without ever waiting for one of them.

A reader that cannot keep up either sees only the newest state or loses its subscription, so
memory is bounded by the buffers whatever the readers do (A49).
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
    """The reader was too slow: at least `missed` items are lost and its subscription has ended."""

    def __init__(self, missed: int) -> None:
        super().__init__(f"A slow reader missed {missed} items.")
        self.missed = missed


@dataclass(frozen=True, slots=True)
class Latest(Generic[T]):
    """Keep only the newest item, or the newest of each key. For state, where newer replaces older.

    With a key, the number of different keys is what bounds the memory.
    """

    key: Callable[[T], Hashable] | None = None


@dataclass(frozen=True, slots=True)
class Bounded:
    """Keep every item, at most `size` unread ones; one more ends the subscription in `Overflow`."""

    size: int

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError("A buffer holds at least one item.")


Buffer: TypeAlias = Latest[T] | Bounded


class Subscription(Generic[T]):
    """One reader of a `Fanout`: iterate it, and close it (or use it as a context)."""

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
            # An event and not a future: it wakes every waiter, so that one which is cancelled
            # at that moment takes nothing from the others.
            self._wake.clear()
            begins_to_wait()
            await self._wake.wait()
        return self._queue.take()

    def close(self) -> None:
        """Stop receiving and forget what is unread. May be called again."""
        self._queue.clear()
        self._error = None
        self.end()

    def end(self, error: Exception | None = None) -> None:
        """Stop receiving: what is unread can still be read, then the error, then the end."""
        if self._ended:
            return
        self._ended, self._error = True, error
        self._fanout.detach(self)
        self._wake.set()

    def offer(self, item: T) -> int:
        """Take the item if it matches. Returns how many items the reader lost by that."""
        try:
            if self._matches is not None and not self._matches(item):
                return 0
            self._queue.put(item)
        except Overflow as overflow:
            self.end(overflow)
            return overflow.missed
        except Exception as error:
            # A fault in one reader's filter or key ends that reader, not the publisher.
            self.end(error)
            return 0
        self._wake.set()
        return 0


class Fanout(Generic[T]):
    """Hands each published item to every subscription that wants it, in order."""

    def __init__(self) -> None:
        self._subscriptions: dict[Subscription[T], None] = {}
        self._closed = False

    @property
    def live(self) -> int:
        """How many subscriptions receive at present. Tests of leaks count on it (S74)."""
        return len(self._subscriptions)

    def publish(self, item: T) -> int:
        """Hand the item to all; never blocks. Returns how many unread items were given up."""
        # A copy, because a reader that overflows leaves while we go round.
        return sum(subscription.offer(item) for subscription in tuple(self._subscriptions))

    def subscribe(
        self, buffer: Buffer[T], matches: Callable[[T], bool] | None = None
    ) -> Subscription[T]:
        """Receive from now on, not only from the first read. The caller closes it."""
        subscription = Subscription(self, buffer, matches)
        if self._closed:
            subscription.end()
        else:
            self._subscriptions[subscription] = None
        return subscription

    def detach(self, subscription: Subscription[T]) -> None:
        """Forget a subscription that has ended."""
        self._subscriptions.pop(subscription, None)

    def close(self) -> None:
        """Wake every reader: each reads what it still has and then ends. Later ones end at once."""
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
        # A key keeps its place when it is replaced, or a busy one could hold back its own news.
        self._items[self._key(item) if self._key else None] = item

    def take(self) -> T:
        return self._items.popitem(last=False)[1]

    def clear(self) -> None:
        self._items.clear()
