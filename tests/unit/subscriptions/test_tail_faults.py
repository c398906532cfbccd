"""The tail of the event log while bus, database and log fail: still every event once, in order."""

import asyncio
import random

import pytest

from subscriptions.bus import BusUnavailable
from subscriptions.fanout import Bounded
from tests.support.clock import PATIENCE
from tests.unit.subscriptions.tail_world import CHANNEL, SOON, World, read, running


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
    """Requirement A24."""
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


async def test_malformed_messages_are_counted_and_repaired(watching: World) -> None:
    async with watching.tail.subscribe(Bounded(9)) as events:
        watching.log.append()
        await watching.bus.publish(CHANNEL, "not numbers")
        assert await read(events, 1) == [1]
    assert watching.tail.malformed == 1


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


async def test_when_its_own_buffer_overflows_it_subscribes_again(world: World) -> None:
    world.log.append(2)
    async with world.tail.subscribe(Bounded(9)) as events:
        for _ in range(2000):
            world.backend.interrupt()
        assert await read(events, 2) == [1, 2]
        assert world.bus.counters.dropped > 1000
        await world.commit()
        assert await read(events, 1) == [3]
