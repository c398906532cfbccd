"""The bus on a real Valkey, with a test for each known defect of broadcaster 0.3.1."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection

from subscriptions.bus import Broadcast, BusMessage, BusUnavailable, Event, Resync, Timing
from subscriptions.fanout import Bounded, Latest, Overflow, Subscription
from tests.support.clock import PATIENCE
from tests.support.promises import is_within
from tests.support.servers import ValkeyProcess

TIMING = Timing(deadline=0.5, heartbeat=0.2, silence=1.0, backoff_base=0.02, backoff_cap=0.1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyProcess]:
    server = ValkeyProcess(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def valkey(server: ValkeyProcess) -> Iterator[ValkeyProcess]:
    """Provide the server of the module, and make sure that it runs again after the test."""
    yield server
    server.thaw()
    if not server.running:
        server.start()


@pytest.fixture
async def bus(valkey: ValkeyProcess) -> AsyncIterator[Broadcast]:
    async with Broadcast(valkey.url, timing=TIMING) as bus:
        yield bus


@pytest.fixture
async def admin(valkey: ValkeyProcess) -> AsyncIterator[Redis]:
    async with Redis.from_url(valkey.url) as client:
        yield client


async def read(subscription: Subscription[BusMessage]) -> BusMessage:
    async with asyncio.timeout(PATIENCE):
        return await anext(subscription)


async def read_texts(subscription: Subscription[BusMessage], number: int) -> list[str]:
    messages = [await read(subscription) for _ in range(number)]
    return [message.message for message in messages if isinstance(message, Event)]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - the bus has no event for what is counted
            await asyncio.sleep(0.01)


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


async def test_disconnecting_wakes_every_subscriber(valkey: ValkeyProcess) -> None:
    async def read_to_the_end(bus: Broadcast, entered: asyncio.Barrier) -> list[BusMessage]:
        async with bus.subscribe("a") as messages:
            await entered.wait()
            return [message async for message in messages]

    bus = Broadcast(valkey.url, timing=TIMING)
    await bus.connect()
    entered = asyncio.Barrier(21)
    readers = [asyncio.create_task(read_to_the_end(bus, entered)) for _ in range(20)]
    await entered.wait()
    await bus.disconnect()
    assert await asyncio.gather(*readers) == [[]] * 20


async def test_disconnecting_does_not_hang_if_the_driver_swallows_a_cancellation(
    valkey: ValkeyProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A24: the driver uses `asyncio.wait_for`, which may swallow a cancellation in Python 3.11."""
    sending = asyncio.Event()
    send = AbstractConnection.send_packed_command

    async def lose_one(
        self: AbstractConnection, command: list[bytes], check_health: bool = True
    ) -> None:
        await send(self, command, check_health)
        if b"SUBSCRIBE" in b"".join(command):
            sending.set()
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(2 * PATIENCE)

    async with Broadcast(valkey.url, timing=TIMING) as bus:
        monkeypatch.setattr(AbstractConnection, "send_packed_command", lose_one)
        async with asyncio.timeout(PATIENCE), bus.subscribe("a"):
            await sending.wait()
            await bus.disconnect()


async def test_bus_can_connect_again_after_disconnecting(bus: Broadcast) -> None:
    await bus.disconnect()
    assert not bus.connected
    async with bus.subscribe("a") as messages:
        assert [message async for message in messages] == []
    with pytest.raises(BusUnavailable):
        await bus.publish("a", "1")
    await bus.connect()
    async with bus.subscribe("a") as messages:
        await bus.publish("a", "2")
        assert await read(messages) == Event("a", "2")


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


async def test_idle_connection_stays_open(bus: Broadcast) -> None:
    async with bus.subscribe("a") as messages:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.5 * TIMING.silence):
                await anext(messages)
    assert bus.connected
    assert bus.counters.reconnects == 0


async def test_connecting_succeeds_without_redis_and_keeps_retrying(valkey: ValkeyProcess) -> None:
    valkey.stop()
    async with Broadcast(valkey.url, timing=TIMING) as bus:
        assert not bus.connected
        async with bus.subscribe("a") as messages:
            await asyncio.to_thread(valkey.start)
            assert await read(messages) == Resync("reconnected")
            await bus.publish("a", "1")
            assert await read(messages) == Event("a", "1")


async def test_all_channels_share_one_connection(bus: Broadcast, admin: Redis) -> None:
    async with AsyncExitStack() as stack:
        for number in range(30):
            await stack.enter_async_context(bus.subscribe(f"c{number}"))
        assert len(await admin.client_list(_type="pubsub")) == 1
        assert bus.live == 30


async def test_the_last_subscriber_unsubscribes_the_channel(bus: Broadcast, admin: Redis) -> None:
    """S74."""
    async with bus.subscribe("kept") as kept:
        async with bus.subscribe("left"), bus.subscribe("left"):
            assert set(await admin.pubsub_channels()) == {b"kept", b"left"}
        async with bus.subscribe("other"):  # in one go with leaving the channel before it
            assert set(await admin.pubsub_channels()) == {b"kept", b"other"}
        await bus.publish("kept", "1")
        assert await read(kept) == Event("kept", "1")


async def test_bus_works_over_a_unix_socket(tmp_path: Path) -> None:
    server = ValkeyProcess(tmp_path, unix_socket=tmp_path / "v.sock")
    server.start()
    try:
        url = f"unix://{tmp_path}/v.sock"
        async with Broadcast(url, timing=TIMING) as bus, bus.subscribe("a") as messages:
            await bus.publish("a", "1")
            assert await read(messages) == Event("a", "1")
    finally:
        server.stop()


async def test_tls_url_is_accepted() -> None:
    async with Broadcast("rediss://127.0.0.1:1/0", timing=TIMING) as bus:
        assert not bus.connected


async def test_bus_requires_a_url_or_a_backend() -> None:
    with pytest.raises(ValueError, match="url"):
        Broadcast()
