"""SQL about heartbeats, and about how long letters wait (SPEC A29)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.heartbeats import LaunchHeartbeat
from db.models.mail import Mail


async def beat(session: AsyncSession, name: str, at: datetime) -> None:
    """Note that a source lives; an earlier moment than the known one changes nothing."""
    new = insert(LaunchHeartbeat).values(name=name, beat_at=at)
    later = func.greatest(LaunchHeartbeat.beat_at, new.excluded.beat_at)
    await session.execute(
        new.on_conflict_do_update(index_elements=["name"], set_={"beat_at": later})
    )


async def everything(session: AsyncSession) -> Mapping[str, datetime]:
    """When each source was last heard of."""
    query = select(LaunchHeartbeat.name, LaunchHeartbeat.beat_at)
    return {row.name: row.beat_at for row in await session.execute(query)}


async def oldest_letter(session: AsyncSession) -> datetime | None:
    """Since when the oldest letter waits that nobody has tried; None where none does.

    One that was tried waits for a mail server, and that is what the check of e-mail looks at.
    """
    query = select(func.min(Mail.created_at)).where(
        Mail.sent_at.is_(None),
        Mail.failed_at.is_(None),
        Mail.cancelled_at.is_(None),
        Mail.attempts == 0,
    )
    return await session.scalar(query)
