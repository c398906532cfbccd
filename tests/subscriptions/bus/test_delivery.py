"""What subscribers of the bus receive, with a test for each known defect of broadcaster 0.3.1."""

import asyncio
import gc

import pytest
from redis.asyncio import Redis

from subscriptions.bus import Broadcast, BusMessage, Event
from subscriptions.fanout import Bounded, Latest, Overflow
from tests.support.bus import read, read_texts


async def test_first_subscriber_receives_messages(bus: Broadcast) -> None:
    async with bus.subscribe("first") as messages:
        await bus.publish("first", "größer")
        assert await read(messages) == Event("first", "größer")


async def test_each_subscriber_receives_only_its_channel(bus: Broadcast) -> None:
    async with bus.subscribe("a") as first, bus.subscribe("a") as second, bus.subscribe("b") as b:
        await bus.publish("a", "1")
        await bus.publish("b", "2")
        assert [await read(one) for one in (first, second)] == [Event("a", "1")] * 2
        assert await read(b) == Event("b", "2")


async def test_message_that_is_not_utf8_is_counted_and_dropped(
    bus: Broadcast, admin: Redis
) -> None:
    async with bus.subscribe("a") as messages:
        await admin.publish("a", b"\xff\xfe")
        await admin.publish("a", "fine")
        assert await read(messages) == Event("a", "fine")
    assert (bus.counters.undecodable, bus.counters.received) == (1, 1)


@pytest.mark.parametrize("channels", [1, 50])
async def test_fifty_concurrent_first_subscribers_all_receive(
    bus: Broadcast, channels: int
) -> None:
    names = [f"c{number % channels}" for number in range(50)]

    async def receive(name: str, entered: asyncio.Barrier) -> BusMessage:
        async with bus.subscribe(name) as messages:
            await entered.wait()
            return await read(messages)

    entered = asyncio.Barrier(51)
    readers = [asyncio.create_task(receive(name, entered)) for name in names]
    await entered.wait()
    for name in set(names):
        await bus.publish(name, name)
    assert await asyncio.gather(*readers) == [Event(name, name) for name in names]
    assert bus.live == 0


async def test_subscribing_and_unsubscribing_does_not_affect_others(bus: Broadcast) -> None:
    async def come_and_go(name: str) -> list[str]:
        received = []
        for turn in range(20):
            async with bus.subscribe(name) as messages:
                await bus.publish(name, str(turn))
                received += await read_texts(messages, 1)
        return received

    received = await asyncio.gather(*(come_and_go(name) for name in "abcdef"))
    assert received == [[str(turn) for turn in range(20)]] * 6


async def flood(admin: Redis, channel: str, number: int) -> None:
    for start in range(0, number, 1000):
        pipeline = admin.pipeline(transaction=False)
        for index in range(start, start + 1000):
            _ = pipeline.publish(channel, f"{index:0100}")  # queued: only `execute` is awaited
        await pipeline.execute()


def messages_in_memory() -> int:
    """Count objects by type: `isinstance` would fail on a dead weak proxy."""
    return sum(type(each) is Event for each in gc.get_objects())


async def test_stalled_reader_is_bounded_and_others_stay_current(
    bus: Broadcast, admin: Redis
) -> None:
    """A49: 100,000 messages, of which the stalled reader keeps 1,000 at most."""
    async with (
        bus.subscribe("flood", Bounded(1000)) as stalled,
        bus.subscribe("flood", Latest()) as newest,
        bus.subscribe("flood", Bounded(100)) as current,  # no slower than the bus: it must do
        asyncio.TaskGroup() as group,
    ):
        group.create_task(flood(admin, "flood", 100_000))
        for index in range(100_000):
            assert await read(current) == Event("flood", f"{index:0100}")
            assert index % 20_000 or messages_in_memory() < 2500
        assert await read(newest) == Event("flood", f"{99_999:0100}")
        with pytest.raises(Overflow):
            await read(stalled)
    assert bus.counters.dropped == 1001
