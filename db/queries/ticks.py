"""SQL about ticks: which worker runs a periodic task in an interval."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.jobs import Tick


async def claim(session: AsyncSession, task: str, slot: int, worker: str, now: datetime) -> bool:
    """Claim an interval; True for the first worker, decided by the primary key."""
    row = insert(Tick).values(task=task, slot=slot, worker=worker, claimed_at=now)
    claimed = row.on_conflict_do_nothing().returning(Tick.slot)
    return (await session.execute(claimed)).first() is not None
