"""SQL that folds samples into minutes and hours and deletes old ones (S3, A51)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.metrics import LateMinute
from db.queries.metrics import parts
from domain.platform.time_ranges import FINE, HOUR, MINUTE, floor

# Excludes the rollups of other modules.
_WITHOUT_HEALTH = " AND metric_name NOT LIKE 'health.%'"
# Two at once could overwrite a newer count with an older one.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('launch_metric_rollups'))")
_FOLD_SQL = """
WITH source AS ({source}),
binned AS (
  SELECT metric_name, date_bin(CAST(:step AS interval), at, 'epoch'::timestamptz) AS bucket_at,
         tags, md5(tags::text) AS tags_hash, samples, total, minimum, maximum,
         last, last_at, last_seq, histogram
  FROM source
),
counted AS (
  SELECT metric_name, bucket_at, tags_hash, jsonb_object_agg(key, number) AS histogram
  FROM (
    SELECT metric_name, bucket_at, tags_hash, key, sum(value::bigint)::bigint AS number
    FROM binned, jsonb_each_text(histogram) GROUP BY 1, 2, 3, 4
  ) AS keys GROUP BY 1, 2, 3
)
INSERT INTO launch_metric_rollups AS target
  (metric_name, resolution_seconds, bucket_at, tags_hash, tags,
   samples, total, minimum, maximum, last, last_at, last_seq, histogram)
SELECT binned.metric_name, :resolution, binned.bucket_at, binned.tags_hash,
       (array_agg(tags))[1], sum(samples), sum(total), min(minimum), max(maximum),
       (array_agg(last ORDER BY last_at DESC, last_seq DESC))[1],
       max(last_at), (array_agg(last_seq ORDER BY last_at DESC, last_seq DESC))[1],
       coalesce((array_agg(counted.histogram))[1], '{{}}'::jsonb)
FROM binned LEFT JOIN counted USING (metric_name, bucket_at, tags_hash)
GROUP BY 1, 3, 4
ON CONFLICT (metric_name, resolution_seconds, bucket_at, tags_hash) DO UPDATE SET
  samples = excluded.samples, total = excluded.total, minimum = excluded.minimum,
  maximum = excluded.maximum, last = excluded.last, last_at = excluded.last_at,
  last_seq = excluded.last_seq, histogram = excluded.histogram
WHERE (target.samples, target.total, target.minimum, target.maximum, target.last, target.last_seq)
  IS DISTINCT FROM
  (excluded.samples, excluded.total, excluded.minimum, excluded.maximum, excluded.last,
   excluded.last_seq)
"""
_FOLD_MINUTES = _FOLD_SQL.format(
    source=" UNION ALL ".join(part + _WITHOUT_HEALTH for part in parts(FINE))
)
_FOLD_HOURS = _FOLD_SQL.format(
    source=" UNION ALL ".join(part + _WITHOUT_HEALTH for part in parts(MINUTE))
)
_NEWEST = """
SELECT max(bucket_at) FROM launch_metric_rollups WHERE resolution_seconds = :resolution
"""
_OLDEST = """
SELECT least(
  (SELECT min(recorded_at) FROM launch_metrics),
  (SELECT min(bucket_at) FROM launch_metric_rollups WHERE resolution_seconds = :resolution {ours})
)
"""

_TAKE_LATE = """
WITH taken AS (
  DELETE FROM metric_late_minutes
  WHERE minute_at < (
    SELECT date_bin(:hour, min(minute_at), 'epoch'::timestamptz) + :hour FROM metric_late_minutes
  )
  RETURNING minute_at
)
SELECT min(minute_at) AS first, max(minute_at) AS last FROM taken
"""


async def newest(session: AsyncSession) -> datetime | None:
    """Return the minute up to which samples are folded; that minute itself may be incomplete."""
    minute: datetime | None = await session.scalar(
        text(_NEWEST + _WITHOUT_HEALTH), {"resolution": MINUTE}
    )
    return minute


async def oldest(session: AsyncSession) -> datetime | None:
    """Return the time of the oldest sample or fine fold."""
    statement = text(_OLDEST.format(ours=_WITHOUT_HEALTH))
    first_at: datetime | None = await session.scalar(statement, {"resolution": FINE})
    return first_at


async def mark_late(session: AsyncSession, minutes: Sequence[datetime]) -> None:
    """Mark minutes to be folded again, in the transaction that adds their late samples."""
    if minutes:
        rows = [{"minute_at": minute} for minute in minutes]
        await session.execute(insert(LateMinute), rows)


async def take_late(session: AsyncSession) -> tuple[datetime, datetime] | None:
    """Take the late minutes of the oldest hour and return the range to fold.

    Minutes marked concurrently have rows of their own and are taken the next time.
    """
    row = (await session.execute(text(_TAKE_LATE), {"hour": timedelta(seconds=HOUR)})).one()
    return None if row.first is None else (row.first, row.last + timedelta(seconds=MINUTE))


async def fold(session: AsyncSession, start: datetime, end: datetime) -> None:
    """Fold the samples of whole minutes within one hour, then that hour.

    Buckets are recomputed from all their samples, so that running twice or late gives the same
    result. A sample on a border belongs to the bucket that begins there.
    """
    await session.execute(_LOCK)
    minutes = {"start": start, "end": end, "resolution": MINUTE}
    await session.execute(text(_FOLD_MINUTES), minutes | {"step": timedelta(seconds=MINUTE)})
    hour = floor(start, HOUR)
    hours = {"start": hour, "end": hour + timedelta(seconds=HOUR), "resolution": HOUR}
    await session.execute(text(_FOLD_HOURS), hours | {"step": timedelta(seconds=HOUR)})


async def delete_expired(
    session: AsyncSession, *, resolution: int | None, before: datetime, batch: int
) -> int:
    """Delete at most `batch` samples, or folds of a resolution; return how many were deleted."""
    table = "launch_metrics" if resolution is None else "launch_metric_rollups"
    moment = "recorded_at" if resolution is None else "bucket_at"
    only = "" if resolution is None else f"AND resolution_seconds = {resolution}{_WITHOUT_HEALTH}"
    deleted = await session.execute(
        text(
            f"DELETE FROM {table} WHERE ctid IN "  # noqa: S608 - names of our own, no input
            f"(SELECT ctid FROM {table} WHERE {moment} < :before {only} LIMIT :batch) RETURNING 1"
        ),
        {"before": before, "batch": batch},
    )
    return len(deleted.all())
