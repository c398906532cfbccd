"""Members are brought to the newest state, the slow ones later, nobody backwards (S108)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest

from subscriptions.fanout import Fanout
from subscriptions.station import Handover, Member, Station


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

    def handed(self, state: int) -> None:
        self.handed_over.append(state)

    def leave(self) -> None:
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
async def station(state: State) -> AsyncIterator[Station[int]]:
    found = Station(state.source, lambda: state.newest)
    await found.start()
    await asyncio.sleep(0)
    yield found
    await found.stop()


def join(station: Station[int], reader: Reader) -> Member[int]:
    return station.take(Member(reader, reader))


async def turns() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_everybody_gets_what_is_new(station: Station[int], state: State) -> None:
    readers = [Reader() for _ in range(250)]
    for reader in readers:
        join(station, reader)
    state.move(1)
    await turns()
    assert [reader.got for reader in readers] == [[1]] * 250
    assert readers[0].handed_over == [0, 1]


async def test_who_joins_late_misses_nothing(station: Station[int], state: State) -> None:
    reader = Reader(at=1)
    state.newest = 3
    member = join(station, reader)
    assert (reader.got, member.sent) == ([2, 3], 2)


async def test_nobody_goes_back(station: Station[int], state: State) -> None:
    state.source.publish(1)  # an old one is still on its way when somebody joins at a newer one
    state.newest = 2
    reader = Reader(at=2)
    join(station, reader)
    await turns()
    assert (reader.at, reader.got) == (2, [])


async def test_a_slow_reader_gets_what_it_is_owed_and_then_the_newest(
    station: Station[int], state: State
) -> None:
    reader = Reader()
    member = join(station, reader)
    reader.slow = True
    for number in (1, 2, 3):
        state.move(number)
        await turns()
    assert (reader.at, reader.got) == (1, [])
    reader.slow = False
    station.resume(member)
    assert (reader.got, reader.handed_over) == ([1, 2, 3], [0, 1, 3])


async def test_who_has_left_is_sent_nothing(station: Station[int], state: State) -> None:
    reader = Reader()
    member = join(station, reader)
    station.leave(member)
    station.leave(member)
    station.resume(member)
    state.move(1)
    await turns()
    assert (reader.got, reader.gone, station.live) == ([], True, 0)


async def test_one_that_breaks_takes_no_other_with_it(station: Station[int], state: State) -> None:
    broken, other = Reader(), Reader()
    join(station, broken)
    join(station, other)
    broken.at = "nowhere"  # type: ignore[assignment] # what it does next raises
    state.move(1)
    await turns()
    assert (broken.failed, broken.gone, other.got) == (True, True, [1])


async def test_a_handover_knows_that_it_was_taken(station: Station[int]) -> None:
    reader = Reader()
    handover = Handover(station, reader)
    assert not handover.is_taken
    handover.take(reader)
    assert (handover.is_taken, station.live) == (True, 1)
