"""Read numbered events from the event log, in commit order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from db import event_positions, log_edge
from db.event_rows import recorded
from db.models.events import LaunchEvent
from db.queries.pages import Numbers, ordered
from domain.events import RecordedEvent
from domain.ids import EventSeq


async def newest_seq(session: AsyncSession) -> EventSeq:
    """Return the sequence number of the newest committed event; 0 if there is none."""
    return EventSeq((await session.execute(select(event_positions.head()))).scalar_one())


async def read_after(
    session: AsyncSession,
    after: int,
    limit: int,
    *,
    phase_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    kinds: Sequence[str] | None = None,
) -> list[RecordedEvent]:
    """Read events after a sequence number, oldest first."""
    query = _select_events(phase_id, since, until, kinds).where(LaunchEvent.seq > after)
    rows = await session.scalars(query.order_by(LaunchEvent.seq).limit(limit))
    return [recorded(row) for row in rows]


async def read_page(
    session: AsyncSession,
    part: Numbers,
    *,
    newest_first: bool,
    phase_id: UUID | None = None,
    since: datetime | None = None,
    kinds: Sequence[str] | None = None,
) -> list[RecordedEvent]:
    """Read one page of events, ordered by sequence number."""
    query = _select_events(phase_id, since, None, kinds)
    query = query.where(*log_edge.cursors_are_kept(part, log_edge.SEQ))
    rows = await session.scalars(ordered(query, part, LaunchEvent.seq, descending=newest_first))
    return [recorded(row) for row in rows]


async def read_span(
    session: AsyncSession,
    kinds: Sequence[str],
    limit: int,
    since: datetime,
    until: datetime,
    after: RecordedEvent | None,
) -> list[RecordedEvent]:
    """Read events that occurred between two times, ordered by time, after the event `after`."""
    query = _select_events(None, since, until, kinds)
    order = (LaunchEvent.occurred_at, LaunchEvent.seq)
    if after is not None:
        query = query.where(tuple_(*order) > (after.occurred_at, after.seq))
    rows = await session.scalars(query.order_by(*order).limit(limit))
    return [recorded(row) for row in rows]


def _select_events(
    phase_id: UUID | None,
    since: datetime | None,
    until: datetime | None,
    kinds: Sequence[str] | None,
) -> Select[LaunchEvent]:
    return select(LaunchEvent).where(*conditions(phase_id, since, until, kinds))


def conditions(
    phase_id: UUID | ColumnElement[Any] | None,
    since: datetime | ColumnElement[Any] | None,
    until: datetime | None,
    kinds: Sequence[str] | Sequence[ColumnElement[str]] | None,
) -> list[ColumnElement[bool]]:
    """Build the WHERE clauses for part of the log.

    It has neither events without a position nor the rows that an archive left behind.
    """
    clauses: list[ColumnElement[bool]] = [LaunchEvent.seq > log_edge.SEQ]
    if phase_id is not None:
        clauses.append(LaunchEvent.phase_id == phase_id)
    if since is not None:
        clauses.append(LaunchEvent.occurred_at >= since)
    if until is not None:
        clauses.append(LaunchEvent.occurred_at <= until)
    if kinds is not None:
        clauses.append(LaunchEvent.kind.in_(kinds))
    return clauses


async def newest(session: AsyncSession, kinds: Sequence[str], limit: int) -> list[RecordedEvent]:
    """Read the newest events of the given kinds, newest first."""
    query = _select_events(None, None, None, kinds)
    rows = await session.scalars(query.order_by(LaunchEvent.seq.desc()).limit(limit))
    return [recorded(row) for row in rows]
