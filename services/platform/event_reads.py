"""Reads the event log (S14)."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db import event_log, log_edge
from db.queries import newer_events
from db.queries.pages import Numbers
from db.session import Database
from domain.events import RecordedEvent
from domain.events.subjects import EventsAbout
from domain.ids import EventSeq
from domain.platform.keyset import Keyset
from services.platform import log_edges

ReadPage = Callable[[AsyncSession, Keyset[int]], Awaitable[Sequence[RecordedEvent]]]


async def page(
    session: AsyncSession,
    kinds: Sequence[str],
    part: Numbers,
    phase_id: UUID | None = None,
    since: datetime | None = None,
    *,
    newest_first: bool = False,
) -> list[RecordedEvent]:
    """Return a page of events of some kinds, oldest first or newest first."""
    return await event_log.read_page(
        session, part, phase_id=phase_id, since=since, kinds=kinds, newest_first=newest_first
    )


async def read_head(db: Database) -> EventSeq:
    """Return the position of the newest event; 0 before the first."""
    async with db.read() as session:
        return await event_log.newest_seq(session)


async def read_edge(db: Database) -> EventSeq:
    """Return the position of the last archived event; 0 if there is none."""
    async with db.read() as session:
        edge = await log_edge.newest(session)
        return EventSeq(edge.last_seq if edge else 0)


async def read_log(
    db: Database, read_page: ReadPage, after: int, page_size: int
) -> AsyncGenerator[RecordedEvent, None]:
    """Yield the events of the log after a position; no session is open while they are sent."""
    while True:
        async with db.read() as session:
            events = await read_page(session, Keyset(page_size, after))
        for item in events:
            yield item
        if len(events) < page_size:
            return
        after = events[-1].seq


async def span(
    session: AsyncSession,
    kinds: Sequence[str],
    limit: int,
    begin: datetime,
    end: datetime,
    after: RecordedEvent | None,
) -> list[RecordedEvent]:
    """Return the events between two moments in order, after a given event.

    Raises EventsArchived if the first moment is before the edge of the log.
    """
    events = await event_log.read_span(session, kinds, limit, begin, end, after)
    await log_edges.check_kept(session, begin, "from")
    return events


async def is_superseded(session: AsyncSession, item: RecordedEvent, about: EventsAbout) -> bool:
    """Whether the log has a newer event of the same object."""
    return await newer_events.exist(session, item.seq, about)


class LogReader:
    """Reads the log for the tail of a process."""

    def __init__(self, db: Database) -> None:
        """`db` is the database of the process."""
        self._db = db

    async def read_after(self, after: int, limit: int) -> Sequence[RecordedEvent]:
        """Return the events after a sequence number."""
        async with self._db.read() as session:
            return await event_log.read_after(session, after, limit)

    async def read_head(self) -> int:
        """Return the newest sequence number, after numbering events of processes that have died."""
        await self._db.positions.number()
        async with self._db.read() as session:
            return await event_log.newest_seq(session)
