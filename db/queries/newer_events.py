"""SQL that tells whether an event is the newest about its object (L26)."""

from sqlalchemy import select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.events import LaunchEvent
from domain.events.subjects import EventsAbout


async def exist(session: AsyncSession, seq: int, about: EventsAbout) -> bool:
    """Tell whether there are events about an object after a position; each part uses an index."""
    newer = select(LaunchEvent.seq).where(LaunchEvent.seq > seq, LaunchEvent.kind.in_(about.kinds))
    of_subject = newer.where(
        LaunchEvent.subject_kind == about.subject,
        LaunchEvent.subject_id.is_(None)
        if about.ids is None
        else LaunchEvent.subject_id.in_(about.ids),
    )
    parts = [of_subject.limit(1)]
    if about.phase_id is not None:
        parts.append(newer.where(LaunchEvent.phase_id == about.phase_id).limit(1))
    newer_seq = await session.scalar(
        union_all(*(select(part.subquery()) for part in parts)).limit(1)
    )
    return newer_seq is not None
