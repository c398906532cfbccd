"""SQL about when flags were last evaluated (A23)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.flags import FlagUse


async def record(session: AsyncSession, keys: Sequence[str], at: datetime) -> None:
    """Record evaluations. The keys must be sorted so that two processes cannot deadlock."""
    new = insert(FlagUse).values([{"flag_key": key, "evaluated_at": at} for key in keys])
    later = func.greatest(FlagUse.evaluated_at, new.excluded.evaluated_at)
    await session.execute(
        new.on_conflict_do_update(index_elements=["flag_key"], set_={"evaluated_at": later})
    )


async def by_key(session: AsyncSession, keys: Sequence[str]) -> Mapping[str, datetime]:
    """Return when each flag was last evaluated."""
    query = select(FlagUse.flag_key, FlagUse.evaluated_at).where(FlagUse.flag_key.in_(keys))
    return {row.flag_key: row.evaluated_at for row in await session.execute(query)}
