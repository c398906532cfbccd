"""SQL that finds the last event of each object up to a time (X6)."""

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Select, case, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from db import log_edge
from db.event_positions import head
from db.event_rows import recorded
from db.models.events import LaunchEvent
from domain.events import FlagChanged, HealthChanged, IncidentChanged, PhaseChanged, RecordedEvent
from domain.events.kills import KillChanged
from domain.ids import EventSeq

_LONGEST = timedelta(minutes=1)  # from the start of a transaction to the position of its events
_MAX = 5_000  # newest events of each kind


async def last_events(session: AsyncSession, until: datetime) -> list[RecordedEvent]:
    """Return the last event of each phase, flag, check, incident and kill switch."""
    rows: list[LaunchEvent] = []
    for kind in (PhaseChanged.TYPE, FlagChanged.TYPE, HealthChanged.TYPE, IncidentChanged.TYPE):
        rows += await session.scalars(_last(kind, until))
    rows += await session.scalars(_last_kills(until))
    return [recorded(row) for row in rows]


async def last_of_kind(session: AsyncSession, kind: str, until: datetime) -> list[RecordedEvent]:
    """Return the last event of each object of one kind."""
    return [recorded(row) for row in await session.scalars(_last(kind, until))]


async def position_at(session: AsyncSession, at: datetime) -> EventSeq:
    """Return the last position before any event that happened after a time.

    No event is recorded before it happens, so only events recorded later matter.
    """
    later = LaunchEvent.recorded_at > at
    begin = select(func.min(LaunchEvent.recorded_at)).where(later).scalar_subquery()
    soon = LaunchEvent.recorded_at <= begin + _LONGEST
    first = select(func.min(LaunchEvent.seq)).where(later, soon).scalar_subquery()
    last = select(func.max(LaunchEvent.seq)).where(LaunchEvent.seq < first).scalar_subquery()
    # The rows that an archive left behind are no positions to continue from.
    before_first = func.greatest(func.coalesce(last, 0), log_edge.SEQ)
    position = case((first.is_(None), head()), else_=before_first)
    return EventSeq((await session.execute(select(position))).scalar_one())


def _last(kind: str, until: datetime) -> Select[LaunchEvent]:
    # Health checks have no id; the payload names the check.
    subject = (
        LaunchEvent.payload["check"].astext
        if kind == HealthChanged.TYPE
        else LaunchEvent.subject_id
    )
    last = (
        select(LaunchEvent.seq)
        .where(
            LaunchEvent.kind == kind,
            LaunchEvent.occurred_at <= until,
            LaunchEvent.seq.is_not(None),
        )
        .ext(distinct_on(subject))
        .order_by(subject, LaunchEvent.seq.desc())
        .subquery()
    )
    newest = select(LaunchEvent).join(last, last.c.seq == LaunchEvent.seq)
    return newest.order_by(LaunchEvent.seq.desc()).limit(_MAX)


def _last_kills(until: datetime) -> Select[LaunchEvent]:
    """Select the last event of each kill switch.

    Grouped by key because `*` is not a flag; the highest number decides, not the log order (L11).
    """
    record = LaunchEvent.payload["record"]
    key, number = record["key"].astext, record["number"].astext.cast(BigInteger)
    return (
        select(LaunchEvent)
        .where(
            LaunchEvent.kind == KillChanged.TYPE,
            LaunchEvent.occurred_at <= until,
            LaunchEvent.seq.is_not(None),
        )
        .ext(distinct_on(key))
        .order_by(key, number.desc(), record["killed"].astext.desc(), record["id"].astext.desc())
    )
