"""Members are brought to the newest state, the slow ones later, nobody backwards (S108)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest

from subscriptions.fanout import Fanout
from subscriptions.hub import StateHub, StreamHandoff, Subscriber


@dataclass
class State:
    """A number that moves on; the station asks for the newest."""

    source: Fanout[int] = field(default_factory=Fanout)
    newest: int = 0

    def move(self, number: int) -> None:
        self.newest = number
        self.source.publish(number)


class Reader:
    """Takes what it is sent, unless it is slow, and is sent what is between two states."""

    def __init__(self, at: int = 0) -> None:
        self.at, self.got, self.handed_over = at, list[object](), list[int]()
        self.slow = self.gone = self.failed = False

    def move_to(self, state: int) -> Sequence[object]:
        before, self.at = self.at, state
        return range(before + 1, state + 1)

    def mark_delivered(self, state: int) -> None:
        self.handed_over.append(state)

    def close(self) -> None:
        self.gone = True

    def send(self, payload: object) -> bool:
        if not self.slow:
            self.got.append(payload)
        return not self.slow

    def fail(self) -> None:
        self.failed = True


@pytest.fixture
def state() -> State:
    return State()


@pytest.fixture
async def hub(state: State) -> AsyncIterator[StateHub[int]]:
    state_hub = StateHub(state.source, lambda: state.newest)
    await state_hub.start()
    await asyncio.sleep(0)
    yield state_hub
    await state_hub.stop()


def join(hub: StateHub[int], reader: Reader) -> Subscriber[int]:
    return hub.add(Subscriber(reader, reader))


async def turns() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_every_subscriber_receives_the_new_state(hub: StateHub[int], state: State) -> None:
    readers = [Reader() for _ in range(250)]
    for reader in readers:
        join(hub, reader)
    state.move(1)
    await turns()
    assert [reader.got for reader in readers] == [[1]] * 250
    assert readers[0].handed_over == [0, 1]


async def test_a_late_subscriber_misses_nothing(hub: StateHub[int], state: State) -> None:
    reader = Reader(at=1)
    state.newest = 3
    subscriber = join(hub, reader)
    assert (reader.got, subscriber.sent) == ([2, 3], 2)


async def test_no_subscriber_receives_an_older_state(hub: StateHub[int], state: State) -> None:
    state.source.publish(1)  # an old one is still on its way when somebody joins at a newer one
    state.newest = 2
    reader = Reader(at=2)
    join(hub, reader)
    await turns()
    assert (reader.at, reader.got) == (2, [])


async def test_a_slow_reader_gets_what_it_is_owed_and_then_the_newest(
    hub: StateHub[int], state: State
) -> None:
    reader = Reader()
    subscriber = join(hub, reader)
    reader.slow = True
    for number in (1, 2, 3):
        state.move(number)
        await turns()
    assert (reader.at, reader.got) == (1, [])
    reader.slow = False
    hub.flush(subscriber)
    assert (reader.got, reader.handed_over) == ([1, 2, 3], [0, 1, 3])


async def test_a_removed_subscriber_receives_nothing(hub: StateHub[int], state: State) -> None:
    reader = Reader()
    subscriber = join(hub, reader)
    hub.remove(subscriber)
    hub.remove(subscriber)
    hub.flush(subscriber)
    state.move(1)
    await turns()
    assert (reader.got, reader.gone, hub.live) == ([], True, 0)


async def test_a_failing_subscriber_does_not_affect_others(
    hub: StateHub[int], state: State
) -> None:
    broken, other = Reader(), Reader()
    join(hub, broken)
    join(hub, other)
    broken.at = "nowhere"  # type: ignore[assignment] # what it does next raises
    state.move(1)
    await turns()
    assert (broken.failed, broken.gone, other.got) == (True, True, [1])


async def test_a_handover_knows_that_it_was_taken(hub: StateHub[int]) -> None:
    reader = Reader()
    handoff = StreamHandoff(hub, reader)
    assert not handoff.is_taken
    handoff.take(reader)
    assert (handoff.is_taken, hub.live) == (True, 1)
