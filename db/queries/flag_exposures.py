"""SQL about how often flags were served (A23)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.flags import FlagExposure
from domain.flags.exposures import Exposure
from domain.platform.time_ranges import HOUR, floor

BUCKET = 300  # seconds; old buckets are folded into hours

_FOLD = text("""
WITH old AS (
  DELETE FROM flag_exposures WHERE ctid IN (
    SELECT ctid FROM flag_exposures
    WHERE resolution_seconds = :bucket AND served_at < :before
    LIMIT :batch FOR UPDATE SKIP LOCKED
  ) RETURNING flag_key, served_at, value, times
),
hours AS (
  INSERT INTO flag_exposures AS target (flag_key, served_at, resolution_seconds, value, times)
  SELECT flag_key, date_bin('1 hour', served_at, 'epoch'::timestamptz), :hour, value, sum(times)
  FROM old GROUP BY 1, 2, 4
  ON CONFLICT (flag_key, served_at, resolution_seconds, value)
  DO UPDATE SET times = target.times + excluded.times
)
SELECT count(*) FROM old
""")


async def add(session: AsyncSession, served: Mapping[tuple[str, bool], int], at: datetime) -> None:
    """Add counts to the bucket of a time; sorted, so that processes cannot deadlock."""
    rows = [
        {
            "flag_key": key,
            "served_at": floor(at, BUCKET),
            "resolution_seconds": BUCKET,
            "value": value,
            "times": times,
        }
        for (key, value), times in sorted(served.items())
    ]
    new = insert(FlagExposure).values(rows)
    more = FlagExposure.times + new.excluded.times
    await session.execute(
        new.on_conflict_do_update(
            index_elements=["flag_key", "served_at", "resolution_seconds", "value"],
            set_={"times": more},
        )
    )


async def served(
    session: AsyncSession, keys: Sequence[str], since: datetime
) -> Mapping[str, Exposure]:
    """Return how often each flag was served since a time, without flags that were not."""
    times = func.sum(FlagExposure.times)
    query = (
        select(
            FlagExposure.flag_key,
            func.coalesce(times.filter(FlagExposure.value), 0),
            func.coalesce(times.filter(~FlagExposure.value), 0),
        )
        .where(FlagExposure.flag_key.in_(keys), FlagExposure.served_at >= since)
        .group_by(FlagExposure.flag_key)
    )
    rows = await session.execute(query)
    return {key: Exposure(int(on), int(off)) for key, on, off in rows}


async def fold(session: AsyncSession, before: datetime, batch: int) -> int:
    """Fold old buckets into hours and return how many rows were folded."""
    values = {"bucket": BUCKET, "hour": HOUR, "before": before, "batch": batch}
    return int((await session.execute(_FOLD, values)).scalar_one())
