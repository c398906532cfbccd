"""Brings many subscribers of one state to its newest value, without a task for each (S108).

A stream is a tower of generators that a task climbs for each message: right for dozens, dear for
thousands. Here one task goes round all members of the process and hands each what is new to it.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from services.platform import background
from subscriptions.fanout import Fanout, Latest

logger = logging.getLogger(__name__)

T = TypeVar("T")
S_contra = TypeVar("S_contra", contravariant=True)

_TURN = 100  # members between two turns for everything else


class Way(Protocol):
    """How the payloads of one subscriber get to it."""

    def send(self, payload: object) -> bool:
        """Send one; False where the reader is slow: then the member is resumed later."""

    @property
    def fail(self) -> Callable[[], None]:
        """Called where something breaks: its client must not wait for ever."""


class Follower(Protocol[S_contra]):
    """What one subscriber has of the state, and what is news to it."""

    def move_to(self, state: S_contra) -> Sequence[object]:
        """The payloads that bring it from where it is to this state."""

    def handed(self, state: S_contra) -> None:
        """All that was new in this state has been taken by the transport."""

    def leave(self) -> None:
        """The subscriber has gone."""


class Member(Generic[T]):
    """A follower with its way out. A slow reader is owed one state, and then gets the newest."""

    __slots__ = ("_at", "_due", "_follower", "sent", "way")

    def __init__(self, follower: Follower[T], way: Way) -> None:
        """It has nothing yet."""
        self.way = way
        self.sent = 0
        self._follower = follower
        self._at: T | None = None
        self._due: Sequence[object] = ()

    def carry(self, state: T) -> None:
        """Send what is new in this state, as far as the reader takes it."""
        if self._due and not self._flush():
            return
        if state is not self._at:
            self._at, self._due = state, self._follower.move_to(state)
            self._flush()

    def leave(self) -> None:
        """The subscriber has gone."""
        self._due = ()
        self._follower.leave()

    def _flush(self) -> bool:
        for index, payload in enumerate(self._due):
            if not self.way.send(payload):
                self._due = self._due[index:]
                return False
            self.sent += 1
        self._due = ()
        if self._at is not None:
            self._follower.handed(self._at)
        return True


@dataclass(slots=True)
class Handover(Generic[T]):
    """The last payload of a stream that would rather go on as a member; it may be refused."""

    station: "Station[T]"
    follower: Follower[T]
    is_taken: bool = False

    def take(self, way: Way) -> Member[T]:
        """From now on the station cares for the follower, its end included."""
        self.is_taken = True
        return self.station.take(Member(self.follower, way))


class Station(Generic[T]):
    """One for each state of a process that thousands follow."""

    def __init__(self, source: Fanout[T], newest: Callable[[], T]) -> None:
        """`source` tells that there is a new state; `newest` is that state."""
        self._source = source
        self._newest = newest
        self._members: dict[Member[T], None] = {}
        self._task: asyncio.Task[None] | None = None

    @property
    def live(self) -> int:
        """How many members there are. Tests of leaks count on it (S74)."""
        return len(self._members)

    async def start(self) -> None:
        """Begin to go round."""
        self._task = asyncio.create_task(self._follow(), name="station")

    async def stop(self) -> None:
        """Stop; the members go with their sockets."""
        await background.end(self._task)

    def take(self, member: Member[T]) -> Member[T]:
        """Care for one more, who gets at once what it has missed on its way here."""
        self._members[member] = None
        self.resume(member)
        return member

    def leave(self, member: Member[T]) -> None:
        """Forget one."""
        if member in self._members:
            del self._members[member]
            member.leave()

    def resume(self, member: Member[T]) -> None:
        """Bring one to the newest state: its reader has caught up."""
        if member in self._members:
            self._bring(member, self._newest())

    def _bring(self, member: Member[T], state: T) -> None:
        try:
            member.carry(state)
        except Exception:
            logger.exception("a member of a stream is given up")
            self.leave(member)
            member.way.fail()

    async def _follow(self) -> None:
        async with self._source.subscribe(Latest()) as states:
            async for _ in states:
                await self._go_round()

    async def _go_round(self) -> None:
        """Always to the newest state, which may have moved on since the round began."""
        members, state = self._members, self._newest()
        for index, member in enumerate(tuple(members)):
            if index % _TURN == _TURN - 1:
                await asyncio.sleep(0)
                state = self._newest()
            if member in members:
                self._bring(member, state)
