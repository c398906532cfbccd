"""The one connection of the bus to Redis: opened, shared, kept and closed."""

import asyncio
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection

from subscriptions.bus import Broadcast, BusMessage, BusUnavailable, Event
from tests.support.bus import TIMING, read
from tests.support.clock import PATIENCE
from tests.support.servers import ValkeyProcess
from tests.support.waiting import until


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


async def test_disconnecting_leaves_no_connection_of_messages_under_way(
    valkey: ValkeyProcess, admin: Redis
) -> None:
    """A publish whose connection was closed under it connected again, for ever."""
    for turns in range(12):  # of the event loop, between the calls and the end
        bus = Broadcast(valkey.url, timing=TIMING)
        await bus.connect()
        calls = [asyncio.create_task(bus.publish("a", "1")) for _ in range(6)]
        for _ in range(turns):
            await asyncio.sleep(0)
        await bus.disconnect()
        await asyncio.gather(*calls, return_exceptions=True)
        await until(partial(has_no_connection_of_the_bus, admin))


async def has_no_connection_of_the_bus(admin: Redis) -> bool:
    return "launch-bus" not in {client["name"] for client in await admin.client_list()}


async def test_idle_connection_stays_open(bus: Broadcast) -> None:
    async with bus.subscribe("a") as messages:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.5 * TIMING.silence):
                await anext(messages)
    assert bus.connected
    assert bus.counters.reconnects == 0


async def test_all_channels_share_one_connection(bus: Broadcast, admin: Redis) -> None:
    async with AsyncExitStack() as stack:
        for number in range(30):
            await stack.enter_async_context(bus.subscribe(f"c{number}"))
        assert len(await admin.client_list(_type="pubsub")) == 1
        assert bus.live == 30


async def test_the_last_subscriber_unsubscribes_the_channel(bus: Broadcast, admin: Redis) -> None:
    """Requirement S74."""
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
