"""Positions of events in the log; the only module that assigns them (ADR 1, ADR 26).

Readers rely on three properties and on nothing else: positions are dense, they grow in the order in
which commits become visible, and no event is read without its position. They are assigned after the
commit, in batches, in a separate transaction (`launch_number_events`), so that no transaction waits
for the commit of another. Until then nothing may depend on the position of an event: use its id.
Events that a process could not number, because it died or lost the database, are numbered by any
other process within a second.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ScalarSelect, select

from db.coalescing import CoalescedCalls
from db.direct import DirectConnection
from db.event_rows import recorded_of
from db.models.events import EventCounter
from domain.events import RecordedEvent, WrittenEvent
from domain.ids import EventId

logger = logging.getLogger(__name__)

Numbered = Callable[[Sequence[RecordedEvent]], Awaitable[None]]

_NUMBER_SQL = "SELECT * FROM launch_number_events()"
_MAX_PUBLISHED = 500  # per callback
_NUMBER_TIMEOUT_SECONDS = 5.0  # it may wait while another process numbers events
_FIND_SQL = (
    "SELECT * FROM launch_events WHERE id = ANY($1::bigint[]) AND seq IS NOT NULL ORDER BY seq"
)


class Positions:
    """Assigns positions to committed events, in one batch for all concurrent callers."""

    def __init__(self, connection: DirectConnection) -> None:
        """Create a numberer on a connection that other parts may share."""
        self._connection = connection
        self._batches = CoalescedCalls(self._number, "positions")
        self._callbacks: list[Numbered] = []
        self._unpublished: deque[RecordedEvent] = deque()
        self._publishing: asyncio.Task[None] | None = None

    def on_numbered(self, callback: Numbered) -> None:
        """Call `callback`, in order, with all events that this process numbers.

        They include events that other processes committed.
        """
        self._callbacks.append(callback)

    async def number(self) -> None:
        """Number all events committed before this call. Raises DependencyDown."""
        await self._batches.next()

    async def of(self, written: Sequence[WrittenEvent]) -> Sequence[RecordedEvent]:
        """Return committed events with their positions. Raises DependencyDown."""
        if not written:
            return []
        numbered = await self._batches.next()
        own = [numbered.get(event.id) for event in written]
        positioned = [event for event in own if event is not None]
        if len(positioned) == len(written):
            return positioned
        # Another process numbered some of them first.
        rows = await self._connection.fetch(_FIND_SQL, [int(event.id) for event in written])
        return [recorded_of(row) for row in rows]

    async def wait_published(self) -> None:
        """Wait until the callbacks have received all numbered events."""
        if self._publishing is not None:
            await asyncio.gather(self._publishing, return_exceptions=True)

    async def _number(self) -> Mapping[EventId, RecordedEvent]:
        events = [
            recorded_of(row)
            for row in await self._connection.fetch(_NUMBER_SQL, seconds=_NUMBER_TIMEOUT_SECONDS)
        ]
        if events and self._callbacks:
            self._unpublished.extend(events)
            if self._publishing is None or self._publishing.done():
                self._publishing = asyncio.create_task(self._publish_all(), name="publish")
        return {item.id: item for item in events}

    async def _publish_all(self) -> None:
        """Call the callbacks in order, in the background so that no caller waits for Redis.

        Events that arrive meanwhile are passed on together.
        """
        while self._unpublished:
            number = min(len(self._unpublished), _MAX_PUBLISHED)
            events = [self._unpublished.popleft() for _ in range(number)]
            for callback in self._callbacks:
                try:
                    await callback(events)
                except Exception:
                    logger.exception("publishing events failed; readers catch up from the log")


def head() -> ScalarSelect[Any]:
    """Build a subquery for the position of the newest event; 0 if there is none."""
    return select(EventCounter.seq).scalar_subquery()
