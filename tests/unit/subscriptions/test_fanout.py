"""The fan-out: bounded, fair, and without leaks."""

import asyncio
from collections.abc import Hashable

import pytest

from subscriptions.fanout import Bounded, Buffer, Fanout, Latest, Overflow, Subscription


def read_available(subscription: Subscription[int]) -> list[int]:
    """Read what there is without waiting."""
    read: list[int] = []
    while True:
        step = subscription.__anext__()
        try:
            step.send(None)
        except StopIteration as item:
            read.append(item.value)
        except StopAsyncIteration:
            return read
        else:
            step.close()
            return read


def parity(item: int) -> Hashable:
    return item % 2


async def until_waiting() -> None:
    """Give every ready task its turn."""
    for _ in range(3):
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("buffer", "expected"),
    [
        (Bounded(10), [1, 2, 3, 4, 5]),
        (Bounded(5), [1, 2, 3, 4, 5]),
        (Latest(), [5]),
        (Latest(key=parity), [5, 4]),
    ],
)
async def test_a_buffer_keeps_what_it_promises(buffer: Buffer[int], expected: list[int]) -> None:
    fanout: Fanout[int] = Fanout()
    async with fanout.subscribe(buffer) as subscription:
        for item in range(1, 6):
            fanout.publish(item)
        assert read_available(subscription) == expected


async def test_every_subscriber_gets_every_item_in_order() -> None:
    fanout: Fanout[int] = Fanout()
    subscriptions = [fanout.subscribe(Bounded(100)) for _ in range(5)]
    for item in range(100):
        fanout.publish(item)
    assert all(read_available(one) == list(range(100)) for one in subscriptions)


async def test_only_matching_items_are_kept() -> None:
    fanout: Fanout[int] = Fanout()
    subscription = fanout.subscribe(Bounded(2), lambda item: item % 10 == 0)
    for item in range(20):
        fanout.publish(item)
    assert read_available(subscription) == [0, 10]


async def test_a_slow_reader_overflows_once_and_then_ends() -> None:
    """A49: a bounded queue, then the end."""
    fanout: Fanout[int] = Fanout()
    subscription = fanout.subscribe(Bounded(3))
    assert [fanout.publish(item) for item in range(5)] == [0, 0, 0, 4, 0]
    with pytest.raises(Overflow) as caught:
        await anext(subscription)
    assert caught.value.missed == 4
    assert [item async for item in subscription] == []


async def test_a_slow_reader_does_not_touch_the_others() -> None:
    fanout: Fanout[int] = Fanout()
    fanout.subscribe(Bounded(1))
    current = fanout.subscribe(Bounded(10))
    for item in range(10):
        fanout.publish(item)
    assert read_available(current) == list(range(10))
    assert fanout.live == 1


async def test_a_faulty_filter_ends_only_its_own_reader() -> None:
    fanout: Fanout[int] = Fanout()
    faulty = fanout.subscribe(Bounded(10), lambda item: 1 // item > 0)
    sound = fanout.subscribe(Bounded(10))
    for item in (1, 0, 2):
        fanout.publish(item)
    assert read_available(sound) == [1, 0, 2]
    assert await anext(faulty) == 1
    with pytest.raises(ZeroDivisionError):
        await anext(faulty)


async def test_a_waiting_reader_is_woken() -> None:
    fanout: Fanout[int] = Fanout()
    async with fanout.subscribe(Latest()) as subscription, asyncio.TaskGroup() as group:
        reading = group.create_task(first(subscription))
        await until_waiting()
        fanout.publish(7)
    assert reading.result() == 7


async def test_closing_the_fanout_wakes_all_readers_and_ends_later_ones() -> None:
    fanout: Fanout[int] = Fanout()
    readers = [asyncio.create_task(read_all(fanout.subscribe(Bounded(9)))) for _ in range(20)]
    await until_waiting()
    fanout.publish(1)
    fanout.close()
    assert await asyncio.gather(*readers) == [[1]] * 20
    assert fanout.live == 0
    assert await read_all(fanout.subscribe(Latest())) == []


async def read_all(subscription: Subscription[int]) -> list[int]:
    return [item async for item in subscription]


async def test_closing_a_subscription_twice_is_harmless_and_leaves_nothing() -> None:
    """Requirement S74."""
    fanout: Fanout[int] = Fanout()
    async with fanout.subscribe(Bounded(9)) as subscription:
        fanout.publish(1)
        assert fanout.live == 1
        subscription.close()
    subscription.close()
    fanout.publish(2)
    assert await read_all(subscription) == []
    assert fanout.live == 0


async def test_closing_a_subscription_wakes_its_reader() -> None:
    subscription = Fanout[int]().subscribe(Bounded(1))
    reader = asyncio.create_task(read_all(subscription))
    await until_waiting()
    subscription.close()
    assert await reader == []


async def test_a_cancelled_reader_takes_no_wake_up_from_the_others() -> None:
    fanout: Fanout[int] = Fanout()
    subscription = fanout.subscribe(Bounded(9))
    cancelled, waiting = (asyncio.create_task(first(subscription)) for _ in range(2))
    await until_waiting()
    fanout.publish(1)
    cancelled.cancel()
    assert await waiting == 1
    with pytest.raises(asyncio.CancelledError):
        await cancelled


async def first(subscription: Subscription[int]) -> int:
    return await anext(subscription)


async def test_a_cancelled_block_leaves_no_subscription() -> None:
    """Requirement S74."""
    fanout: Fanout[int] = Fanout()

    async def stream() -> None:
        async with fanout.subscribe(Latest()) as subscription:
            await read_all(subscription)

    task = asyncio.create_task(stream())
    await until_waiting()
    assert fanout.live == 1
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert fanout.live == 0


async def test_a_buffer_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Bounded(0)
