"""SQL about heartbeats, and about how long letters wait (A29)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.heartbeats import LaunchHeartbeat
from db.models.mail import Mail


async def beat(session: AsyncSession, name: str, at: datetime) -> None:
    """Note that a source lives; an earlier moment than the known one changes nothing."""
    new = insert(LaunchHeartbeat).values(name=name, beat_at=at, expected_at=at)
    later = func.greatest(LaunchHeartbeat.beat_at, new.excluded.beat_at)
    await session.execute(
        new.on_conflict_do_update(index_elements=["name"], set_={"beat_at": later})
    )


@dataclass(frozen=True, slots=True)
class StoredHeartbeat:
    """When a source was last heard of, and since when it is expected."""

    beat_at: datetime | None
    expected_at: datetime


async def everything(session: AsyncSession) -> Mapping[str, StoredHeartbeat]:
    """All sources that were ever expected or heard of."""
    query = select(LaunchHeartbeat.name, LaunchHeartbeat.beat_at, LaunchHeartbeat.expected_at)
    rows = await session.execute(query)
    return {row.name: StoredHeartbeat(row.beat_at, row.expected_at) for row in rows}


async def expect(session: AsyncSession, name: str, at: datetime) -> None:
    """Note since when a source is expected; what is noted already stays."""
    new = insert(LaunchHeartbeat).values(name=name, expected_at=at)
    await session.execute(new.on_conflict_do_nothing())


async def forget_unexpected(session: AsyncSession, names: Collection[str]) -> None:
    """Sources that no setting names and that never came: named again, they are expected anew."""
    gone = delete(LaunchHeartbeat).where(
        LaunchHeartbeat.beat_at.is_(None), LaunchHeartbeat.name.not_in(names)
    )
    await session.execute(gone)


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
