"""Where events stand in the log: the one module that has positions given out (ADR 1, ADR 26).

Readers rely on three properties and on nothing else: positions are dense, they grow in the order
in which commits become visible, and no event is read without its position. They are given out
after the commit, in batches, in a transaction of their own (`launch_number_events`), so that
no transaction waits for another one to commit. Until then nothing may depend on the position of an
event: use its id. What a process could not number, because it died or lost the database, any other
numbers within a second.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ScalarSelect, select

from db.direct import DirectConnection
from db.event_rows import recorded_of
from db.models.events import EventCounter
from db.rounds import Rounds
from domain.events import RecordedEvent, WrittenEvent
from domain.ids import EventId

logger = logging.getLogger(__name__)

Numbered = Callable[[Sequence[RecordedEvent]], Awaitable[None]]

_NUMBER = "SELECT * FROM launch_number_events()"
_MAX_TOLD = 500  # at once
_NUMBER_SECONDS = 5.0  # it may wait for the commit of another one who numbers
_FIND = "SELECT * FROM launch_events WHERE id = ANY($1::bigint[]) AND seq IS NOT NULL ORDER BY seq"


class Positions:
    """One a process: numbers what is committed, for all who wait at once."""

    def __init__(self, connection: DirectConnection) -> None:
        """The connection may have other uses."""
        self._connection = connection
        self._rounds = Rounds(self._number, "positions")
        self._callbacks: list[Numbered] = []
        self._untold: deque[RecordedEvent] = deque()
        self._telling: asyncio.Task[None] | None = None

    def on_numbered(self, callback: Numbered) -> None:
        """Call back, in order, with all events that this process numbers: those of others too."""
        self._callbacks.append(callback)

    async def number(self) -> None:
        """Number all that was committed before this call; raises DependencyDown."""
        await self._rounds.next()

    async def of(self, written: Sequence[WrittenEvent]) -> Sequence[RecordedEvent]:
        """Committed events with their positions; raises DependencyDown."""
        if not written:
            return []
        numbered = await self._rounds.next()
        mine = [numbered.get(item.id) for item in written]
        found = [item for item in mine if item is not None]
        if len(found) == len(written):
            return found
        # Another process was faster.
        rows = await self._connection.fetch(_FIND, [int(item.id) for item in written])
        return [recorded_of(row) for row in rows]

    async def settle(self) -> None:
        """Wait until the last of them are told."""
        if self._telling is not None:
            await asyncio.gather(self._telling, return_exceptions=True)

    async def _number(self) -> Mapping[EventId, RecordedEvent]:
        events = [
            recorded_of(row)
            for row in await self._connection.fetch(_NUMBER, seconds=_NUMBER_SECONDS)
        ]
        if events and self._callbacks:
            self._untold.extend(events)
            if self._telling is None or self._telling.done():
                self._telling = asyncio.create_task(self._tell_all(), name="publish")
        return {item.id: item for item in events}

    async def _tell_all(self) -> None:
        """In their order, without anybody waiting for Redis: what comes meanwhile goes together."""
        while self._untold:
            number = min(len(self._untold), _MAX_TOLD)
            events = [self._untold.popleft() for _ in range(number)]
            for callback in self._callbacks:
                try:
                    await callback(events)
                except Exception:
                    logger.exception("events were not told; readers catch up from the log")


def head() -> ScalarSelect[Any]:
    """The position of the newest event, to be used in a statement; 0 before the first."""
    return select(EventCounter.seq).scalar_subquery()
