"""SQL about heartbeats and the waiting time of e-mails (A29)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.heartbeats import LaunchHeartbeat
from db.models.mail import Mail


async def record_beat(session: AsyncSession, name: str, at: datetime) -> None:
    """Record a heartbeat; a time before the stored one changes nothing."""
    new = insert(LaunchHeartbeat).values(name=name, beat_at=at, expected_at=at)
    later = func.greatest(LaunchHeartbeat.beat_at, new.excluded.beat_at)
    await session.execute(
        new.on_conflict_do_update(index_elements=["name"], set_={"beat_at": later})
    )


@dataclass(frozen=True, slots=True)
class StoredHeartbeat:
    """The last heartbeat of a source and since when heartbeats are expected."""

    beat_at: datetime | None
    expected_at: datetime


async def list_all(session: AsyncSession) -> Mapping[str, StoredHeartbeat]:
    """Return all sources that were ever expected or heard from."""
    query = select(LaunchHeartbeat.name, LaunchHeartbeat.beat_at, LaunchHeartbeat.expected_at)
    rows = await session.execute(query)
    return {row.name: StoredHeartbeat(row.beat_at, row.expected_at) for row in rows}


async def expect(session: AsyncSession, name: str, at: datetime) -> None:
    """Record since when a source is expected, unless that is recorded already."""
    new = insert(LaunchHeartbeat).values(name=name, expected_at=at)
    await session.execute(new.on_conflict_do_nothing())


async def delete_unexpected(session: AsyncSession, names: Collection[str]) -> None:
    """Delete sources that never reported and are no longer configured.

    A source configured again later is then expected from that time on.
    """
    deletion = delete(LaunchHeartbeat).where(
        LaunchHeartbeat.beat_at.is_(None), LaunchHeartbeat.name.not_in(names)
    )
    await session.execute(deletion)


async def oldest_untried(session: AsyncSession) -> datetime | None:
    """Return when the oldest untried e-mail was created; None if there is none.

    E-mails that were tried wait for a mail server, which the e-mail health check watches.
    """
    query = select(func.min(Mail.created_at)).where(
        Mail.sent_at.is_(None),
        Mail.failed_at.is_(None),
        Mail.cancelled_at.is_(None),
        Mail.attempts == 0,
    )
    return await session.scalar(query)
