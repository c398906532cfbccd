"""The tail of the event log: every event once and in order, whatever bus and database do."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.actors import UserType
from domain.events import RecordedEvent, UserSignedUp
from domain.ids import UserId
from subscriptions.bus import Broadcast, BusUnavailable, Event
from subscriptions.fanout import Bounded, Subscription
from subscriptions.redis_backend import Counters, Gap
from subscriptions.tail import PAGE, EventTail
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


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async for each in running(World()):
        yield each


@pytest.fixture
async def watching() -> AsyncIterator[World]:
    """Make a world that looks into the log every `SOON`."""
    async for each in running(World(SOON)):
        yield each


async def test_the_tail_starts_at_the_newest_event() -> None:
    world = World()
    world.log.append(7)
    async for each in running(world):
        assert (each.tail.ready, each.tail.position) == (True, 7)
        async with each.tail.subscribe(Bounded(9)) as events:
            await each.commit()
            assert await read(events, 1) == [8]


async def test_events_come_in_order_without_reading_the_log(world: World) -> None:
    """S108: the fast way is the bus alone."""
    async with world.tail.subscribe(Bounded(99)) as events:
        for number in (1, 3, 2):
            await world.commit(number)
        assert await read(events, 6) == [1, 2, 3, 4, 5, 6]
    assert (world.log.reads, world.tail.repaired) == (0, 0)


@pytest.mark.parametrize(
    "messages",
    [
        [(1,), (1,), (2,), (1, 2), (3,), (4,)],  # duplicates
        [(2,), (1,), (4,), (3,)],  # out of order
        [(1,), (4,)],  # a hole
        [(3, 4), (1, 2)],  # whole transactions out of order
    ],
)
async def test_each_event_is_delivered_once_and_in_order(
    world: World, messages: list[tuple[int, ...]]
) -> None:
    world.log.append(4)
    async with world.tail.subscribe(Bounded(99)) as events:
        for message in messages:
            await world.send(*message)
        assert await read(events, 4) == [1, 2, 3, 4]
        await world.commit()
        assert await read(events, 1) == [5]


@pytest.mark.parametrize("seed", range(5))
async def test_a_bus_that_loses_repeats_and_shuffles_changes_nothing(
    watching: World, seed: int
) -> None:
    chance = random.Random(seed)
    sent = [seq for seq in range(1, 201) for _ in range(chance.choice([0, 1, 1, 2]))]
    sent.sort(key=lambda seq: seq + chance.uniform(0, 4))
    async with watching.tail.subscribe(Bounded(999)) as events:
        for seq in sent:
            watching.log.append(max(0, seq - watching.log.head))
            await watching.send(seq)
        watching.log.append(200 - watching.log.head)
        assert await read(events, 200) == list(range(1, 201))


async def test_after_a_resync_it_reads_what_it_missed(world: World) -> None:
    """S59: gaps of the bus are closed from the log."""
    async with world.tail.subscribe(Bounded(9)) as events:
        world.backend.lose = True
        await world.commit(3)
        world.backend.interrupt()
        assert await read(events, 3) == [1, 2, 3]
    assert world.tail.repaired == 3


async def test_without_redis_a_lost_publish_is_noticed_within_the_interval(
    watching: World,
) -> None:
    """A24."""
    watching.backend.connected = False
    async with watching.tail.subscribe(Bounded(9)) as events:
        with pytest.raises(BusUnavailable):
            await watching.commit()
        assert await read(events, 1) == [1]


async def test_without_a_connected_bus_the_log_alone_is_followed() -> None:
    world = World(SOON)
    await world.tail.start()
    async with world.tail.subscribe(Bounded(9)) as events:
        world.log.append(2)
        assert await read(events, 2) == [1, 2]
    await world.tail.stop()


async def test_the_tail_starts_without_the_database_and_follows_later() -> None:
    world = World(SOON)
    world.log.append(3)
    world.log.down = True
    async for each in running(world):
        assert (each.tail.ready, each.tail.position) == (False, 0)
        world.log.down = False
        await each.tail.wait_for(0, PATIENCE)
        async with each.tail.subscribe(Bounded(9)) as events:
            await each.commit()
            assert await read(events, 1) == [4]


async def test_a_database_that_fails_meanwhile_only_delays(watching: World) -> None:
    async with watching.tail.subscribe(Bounded(9)) as events:
        watching.log.down = True
        watching.log.append(2)
        await watching.send(2)
        with pytest.raises(TimeoutError):
            await watching.tail.wait_for(1, 3 * SOON)
        watching.log.down = False
        assert await read(events, 2) == [1, 2]


async def test_far_behind_it_reads_in_pages_and_readers_keep_up(world: World) -> None:
    async with world.tail.subscribe(Bounded(100)) as events:
        world.log.append(10_250)
        reading = asyncio.create_task(read(events, 10_250))
        await world.tail.catch_up()
        assert await reading == list(range(1, 10_251))
    assert world.log.reads == 10_250 // PAGE + 1


async def test_malformed_messages_are_counted_and_repaired(watching: World) -> None:
    async with watching.tail.subscribe(Bounded(9)) as events:
        watching.log.append()
        await watching.bus.publish(CHANNEL, "not numbers")
        assert await read(events, 1) == [1]
    assert watching.tail.malformed == 1


async def test_only_matching_events_reach_a_subscription(world: World) -> None:
    async with world.tail.subscribe(Bounded(2), lambda event: event.seq % 5 == 0) as events:
        await world.commit(10)
        assert await read(events, 2) == [5, 10]


async def test_own_events_can_be_offered_before_the_bus_brings_them(world: World) -> None:
    world.backend.lose = True
    world.tail.offer([recorded(seq) for seq in world.log.append(2)])
    await world.tail.wait_for(2, 0)
    world.backend.lose = False
    async with world.tail.subscribe(Bounded(9)) as events:
        await world.send(1, 2)
        await world.commit()
        assert await read(events, 1) == [3]


async def test_waiting_for_an_event_ends_with_it_or_with_the_time(world: World) -> None:
    waiting = [asyncio.create_task(world.tail.wait_for(seq, PATIENCE)) for seq in (1, 2, 2)]
    await world.commit(2)
    await asyncio.gather(*waiting)
    with pytest.raises(TimeoutError):
        await world.tail.wait_for(3, 0)


async def test_events_removed_from_the_log_do_not_hold_up_the_rest(world: World) -> None:
    async with world.tail.subscribe(Bounded(99)) as events:
        world.log.append(9)
        world.log.first = 6
        await world.tail.catch_up()
        assert await read(events, 4) == [6, 7, 8, 9]


async def test_a_log_restored_from_a_backup_is_followed_from_its_end(watching: World) -> None:
    await watching.commit(9)
    await watching.tail.wait_for(9, PATIENCE)
    watching.log.head = 4
    async with asyncio.timeout(PATIENCE), watching.tail.subscribe(Bounded(9)) as events:
        while watching.tail.position != 4:  # noqa: ASYNC110 - going back is no event
            await asyncio.sleep(SOON)
        await watching.commit()
        assert await read(events, 1) == [5]
    assert watching.tail.rewinds == 1


async def test_concurrent_catch_ups_deliver_nothing_twice(world: World) -> None:
    world.log.append(1200)
    async with world.tail.subscribe(Bounded(9999)) as events:
        await asyncio.gather(*(world.tail.catch_up() for _ in range(5)), world.commit())
        assert await read(events, 1201) == list(range(1, 1202))


async def test_when_its_own_buffer_overflows_it_subscribes_again(world: World) -> None:
    world.log.append(2)
    async with world.tail.subscribe(Bounded(9)) as events:
        for _ in range(2000):
            world.backend.interrupt()
        assert await read(events, 2) == [1, 2]
        assert world.bus.counters.dropped > 1000
        await world.commit()
        assert await read(events, 1) == [3]


async def test_stopping_ends_every_stream(world: World) -> None:
    """S74."""

    async def stream() -> list[int]:
        async with world.tail.subscribe(Bounded(9)) as events:
            return [event.seq async for event in events]

    streams = [asyncio.create_task(stream()) for _ in range(10)]
    await asyncio.sleep(0)
    await world.tail.stop()
    assert await asyncio.gather(*streams) == [[]] * 10
