"""Reading the event log (S14)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db import event_log
from db.queries import newer_events
from db.queries.pages import Numbers
from db.session import Database
from domain.events import RecordedEvent
from domain.events.subjects import EventsAbout
from domain.ids import EventSeq


async def page(
    session: AsyncSession,
    kinds: Sequence[str],
    part: Numbers,
    phase_id: UUID | None = None,
    since: datetime | None = None,
    *,
    newest_first: bool = False,
) -> list[RecordedEvent]:
    """Events of some kinds, oldest first or newest first."""
    return await event_log.read_page(
        session, part, phase_id=phase_id, since=since, kinds=kinds, newest_first=newest_first
    )


async def head(session: AsyncSession) -> EventSeq:
    """The position of the newest event; 0 before the first."""
    return await event_log.newest_seq(session)


async def span(
    session: AsyncSession,
    kinds: Sequence[str],
    limit: int,
    begin: datetime,
    end: datetime,
    after: RecordedEvent | None,
) -> list[RecordedEvent]:
    """What happened between two moments, in the order in which it happened, after an event."""
    return await event_log.read_span(session, kinds, limit, begin, end, after)


async def is_superseded(session: AsyncSession, item: RecordedEvent, about: EventsAbout) -> bool:
    """Whether the log has a newer event of the same object."""
    return await newer_events.exist(session, item.seq, about)


class LogReader:
    """The log as the tail of a process reads it."""

    def __init__(self, db: Database) -> None:
        """The database of the process."""
        self._db = db

    async def read_after(self, after: int, limit: int) -> Sequence[RecordedEvent]:
        """Events after a sequence."""
        async with self._db.read() as session:
            return await event_log.read_after(session, after, limit)

    async def read_head(self) -> int:
        """The newest sequence, once all that is committed has one: whoever wrote it may be dead."""
        await self._db.positions.number()
        async with self._db.read() as session:
            return await event_log.newest_seq(session)
