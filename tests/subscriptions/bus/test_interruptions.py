"""The bus while Redis is stopped, killed or frozen: a gap is never silent (S59, A24)."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from redis.asyncio import Redis

from subscriptions.bus import Broadcast, BusUnavailable, Event, Resync
from tests.support.bus import TIMING, read, read_texts
from tests.support.promises import is_within
from tests.support.servers import ValkeyProcess
from tests.support.waiting import until


async def stop_and_start(valkey: ValkeyProcess, admin: Redis) -> None:
    valkey.stop()
    await asyncio.to_thread(valkey.start)


async def kill_and_start(valkey: ValkeyProcess, admin: Redis) -> None:
    valkey.kill()
    await asyncio.to_thread(valkey.start)


async def kill_client(valkey: ValkeyProcess, admin: Redis) -> None:
    assert await admin.client_kill_filter(_type="pubsub") == 1


@pytest.mark.parametrize("interrupt", [stop_and_start, kill_and_start, kill_client])
async def test_all_subscribers_resync_and_receive_after_an_interruption(
    interrupt: Callable[[ValkeyProcess, Redis], Awaitable[None]],
    bus: Broadcast,
    valkey: ValkeyProcess,
    admin: Redis,
) -> None:
    """S59, A24: a gap is never silent."""
    async with bus.subscribe("a") as first, bus.subscribe("b") as second:
        await interrupt(valkey, admin)
        assert [await read(one) for one in (first, second)] == [Resync("reconnected")] * 2
        async with bus.subscribe("c") as third:
            for channel in "abc":
                await bus.publish(channel, "again")
            assert [await read_texts(one, 1) for one in (first, second, third)] == [["again"]] * 3
    assert bus.counters.reconnects == 1


@pytest.mark.parametrize("outage", [ValkeyProcess.kill, ValkeyProcess.freeze])
async def test_publishing_without_redis_raises_within_the_deadline(
    outage: Callable[[ValkeyProcess], None], bus: Broadcast, valkey: ValkeyProcess
) -> None:
    await bus.publish("a", "before")
    outage(valkey)
    started = time.monotonic()
    with pytest.raises(BusUnavailable):
        await bus.publish("a", "lost")
    assert is_within(2 * TIMING.deadline, time.monotonic() - started)
    assert (bus.counters.published, bus.counters.publish_failures) == (1, 1)


async def test_publishing_works_right_after_a_restart_of_redis(
    bus: Broadcast, valkey: ValkeyProcess
) -> None:
    """The pooled connection is closed then, which the publisher must not notice."""
    await bus.publish("a", "before")
    valkey.kill()
    valkey.start()
    await bus.publish("a", "after")


async def test_frozen_redis_is_detected_and_followed_by_a_resync(
    bus: Broadcast, valkey: ValkeyProcess
) -> None:
    """A24: the state must not be older than the page says."""
    async with bus.subscribe("a") as messages:
        valkey.freeze()
        started = time.monotonic()
        await until(lambda: not bus.connected)
        assert is_within(2 * TIMING.silence, time.monotonic() - started)
        assert bus.silent_seconds >= TIMING.silence
        valkey.thaw()
        assert await read(messages) == Resync("reconnected")
        assert bus.silent_seconds < TIMING.silence
        await bus.publish("a", "again")
        assert await read(messages) == Event("a", "again")


async def test_subscribing_to_a_frozen_redis_leads_to_a_resync(
    bus: Broadcast, valkey: ValkeyProcess
) -> None:
    valkey.freeze()
    async with bus.subscribe("a") as messages:
        valkey.thaw()
        assert await read(messages) == Resync("reconnected")
        await bus.publish("a", "1")
        assert await read(messages) == Event("a", "1")


async def test_connecting_succeeds_without_redis_and_keeps_retrying(valkey: ValkeyProcess) -> None:
    valkey.stop()
    async with Broadcast(valkey.url, timing=TIMING) as bus:
        assert not bus.connected
        async with bus.subscribe("a") as messages:
            await asyncio.to_thread(valkey.start)
            assert await read(messages) == Resync("reconnected")
            await bus.publish("a", "1")
            assert await read(messages) == Event("a", "1")
