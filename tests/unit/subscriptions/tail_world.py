"""A tail of the event log between a fake bus and a fake log, which tests disturb."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

from domain.actors import UserType
from domain.events import RecordedEvent, UserSignedUp
from domain.ids import UserId
from subscriptions.bus import Broadcast, BusUnavailable, Event
from subscriptions.fanout import Subscription
from subscriptions.redis_backend import Counters, Gap
from subscriptions.tail import EventTail
from tests.factories.events import recorded_event
from tests.support.clock import PATIENCE

CHANNEL = "events"
NEVER = 60.0  # an interval that no test reaches
SOON = 0.02


class FakeBackend:
    """The other processes' side of the bus. `lose` makes it drop what is sent, as Redis may."""

    def __init__(self) -> None:
        self.counters = Counters()
        self.connected = True
        self.silent_seconds = 0.0
        self.cause: str | None = None
        self.lose = False
        self._queue: asyncio.Queue[Event | Gap] = asyncio.Queue()

    async def connect(self) -> None: ...

    async def disconnect(self) -> None: ...

    async def subscribe(self, group: str) -> None: ...

    async def unsubscribe(self, group: str) -> None: ...

    async def publish(self, channel: str, message: str) -> None:
        if not self.connected:
            raise BusUnavailable
        if not self.lose:
            self._queue.put_nowait(Event(channel, message))

    async def next_published(self) -> Event:
        item = await self._queue.get()
        if isinstance(item, Gap):
            raise item
        return item

    def interrupt(self) -> None:
        """Lose the connection and get it back."""
        self._queue.put_nowait(Gap(CHANNEL))


class FakeLog:
    """The table of events. While it is `down` each read fails; `reads` counts the pages."""

    def __init__(self) -> None:
        self.head = 0
        self.first = 1
        self.down = False
        self.reads = 0

    def append(self, number: int = 1) -> list[int]:
        self.head += number
        return list(range(self.head - number + 1, self.head + 1))

    async def read_after(self, after: int, limit: int) -> Sequence[RecordedEvent]:
        self.reads += 1
        await self._answer()
        start = max(after + 1, self.first)
        return [recorded(seq) for seq in range(start, self.head + 1)][:limit]

    async def read_head(self) -> int:
        head = self.head
        await self._answer()
        return head

    async def _answer(self) -> None:
        await asyncio.sleep(0)
        if self.down:
            raise ConnectionError


class World:
    """A tail, and the log and the bus that it follows."""

    def __init__(self, interval: float = NEVER) -> None:
        self.log = FakeLog()
        self.backend = FakeBackend()
        self.bus = Broadcast(backend=self.backend)
        self.tail = EventTail(
            self.bus, CHANNEL, decode, self.log.read_after, self.log.read_head, interval=interval
        )

    async def send(self, *seqs: int) -> None:
        await self.bus.publish(CHANNEL, " ".join(map(str, seqs)))

    async def commit(self, number: int = 1) -> None:
        """One transaction, published after it."""
        await self.send(*self.log.append(number))


def recorded(seq: int) -> RecordedEvent:
    event = UserSignedUp(user_id=UserId(UUID(int=seq)), user_type=UserType.COUPLE)
    at = datetime(2025, 1, 1, tzinfo=UTC)
    return recorded_event(event, seq, at)


def decode(message: str, after: int) -> list[RecordedEvent]:
    return [recorded(seq) for seq in map(int, message.split()) if seq > after]


async def read(subscription: Subscription[RecordedEvent], number: int) -> list[int]:
    async with asyncio.timeout(PATIENCE):
        return [(await anext(subscription)).seq for _ in range(number)]


async def running(world: World) -> AsyncIterator[World]:
    await world.bus.connect()
    await world.tail.start()
    yield world
    await world.tail.stop()
    await world.bus.disconnect()
    assert (world.tail.live, world.bus.live) == (0, 0)
