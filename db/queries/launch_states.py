"""SQL that finds the last event of each thing up to a moment (SPEC X6)."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from db.event_log import recorded
from db.models.events import LaunchEvent
from domain.events import FlagChanged, HealthChanged, IncidentChanged, PhaseChanged, RecordedEvent

_MOST = 5_000  # of each kind, the newest


async def last_events(session: AsyncSession, until: datetime) -> list[RecordedEvent]:
    """The last event of each phase, flag, check and incident, oldest first."""
    found: list[LaunchEvent] = []
    for kind in (PhaseChanged.TYPE, FlagChanged.TYPE, HealthChanged.TYPE, IncidentChanged.TYPE):
        found += await session.scalars(_last(kind, until))
    return [recorded(row) for row in sorted(found, key=lambda row: row.seq)]


def _last(kind: str, until: datetime) -> Select[LaunchEvent]:
    # Checks have no id of their own: the check is what the event is about.
    thing = (
        LaunchEvent.payload["check"].astext
        if kind == HealthChanged.TYPE
        else LaunchEvent.subject_id
    )
    last = (
        select(LaunchEvent.seq)
        .where(LaunchEvent.kind == kind, LaunchEvent.at <= until)
        .ext(distinct_on(thing))
        .order_by(thing, LaunchEvent.seq.desc())
        .subquery()
    )
    newest = select(LaunchEvent).join(last, last.c.seq == LaunchEvent.seq)
    return newest.order_by(LaunchEvent.seq.desc()).limit(_MOST)
