"""Reading the event log (SPEC S14)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db import event_log
from db.queries import newer_events
from db.session import Database
from domain.event_subjects import EventsAbout
from domain.events import RecordedEvent
from domain.ids import EventSeq


async def page(
    session: AsyncSession,
    kinds: Sequence[str],
    limit: int,
    after: int | None = None,
    phase_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[RecordedEvent]:
    """Events of some kinds, oldest first, after a sequence."""
    return await event_log.read_after(
        session, after or 0, limit, phase_id=phase_id, since=since, until=until, kinds=kinds
    )


async def newest_page(
    session: AsyncSession,
    kinds: Sequence[str],
    limit: int,
    before: int | None = None,
    phase_id: UUID | None = None,
    since: datetime | None = None,
) -> list[RecordedEvent]:
    """Events of some kinds, newest first, from before a sequence."""
    return await event_log.read_before(
        session, before, limit, phase_id=phase_id, since=since, kinds=kinds
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
