"""The tail of the event log: every event once and in order."""

import asyncio

import pytest

from subscriptions.fanout import Bounded
from subscriptions.tail import PAGE
from tests.support.clock import PATIENCE
from tests.unit.subscriptions.tail_world import World, read, recorded, running


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


async def test_far_behind_it_reads_in_pages_and_readers_keep_up(world: World) -> None:
    async with world.tail.subscribe(Bounded(100)) as events:
        world.log.append(10_250)
        reading = asyncio.create_task(read(events, 10_250))
        await world.tail.catch_up()
        assert await reading == list(range(1, 10_251))
    assert world.log.reads == 10_250 // PAGE + 1


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


async def test_concurrent_catch_ups_deliver_nothing_twice(world: World) -> None:
    world.log.append(1200)
    async with world.tail.subscribe(Bounded(9999)) as events:
        await asyncio.gather(*(world.tail.catch_up() for _ in range(5)), world.commit())
        assert await read(events, 1201) == list(range(1, 1202))


async def test_stopping_ends_every_stream(world: World) -> None:
    """Requirement S74."""

    async def stream() -> list[int]:
        async with world.tail.subscribe(Bounded(9)) as events:
            return [event.seq async for event in events]

    streams = [asyncio.create_task(stream()) for _ in range(10)]
    await asyncio.sleep(0)
    await world.tail.stop()
    assert await asyncio.gather(*streams) == [[]] * 10
