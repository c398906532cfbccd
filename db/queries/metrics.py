"""SQL about metrics: samples in, numbers out, buckets folded (SPEC S3, A51).

Two sources hold samples: `launch_metrics`, one row a sample, and `launch_metric_rollups`, where
each process folds what it counts itself (10 s) and the worker folds everything (1 min, 1 h).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.metrics import LaunchMetric, MetricRollup
from domain.metrics import Folded

FINE, MINUTE, HOUR = 10, 60, 3600

_RAW = """
SELECT metric_name, recorded_at AS at, 1 AS samples, metric_value AS total,
       metric_value AS minimum, metric_value AS maximum, metric_value AS last,
       '{}'::jsonb AS histogram, tags
FROM launch_metrics
WHERE recorded_at > :start AND recorded_at <= :end
"""
_ROLLED = """
SELECT metric_name, bucket_at AS at, samples, total, minimum, maximum, last, histogram, tags
FROM launch_metric_rollups
WHERE resolution_seconds = :resolution AND bucket_at {first} :start AND bucket_at {last} :end
"""
_COARSE_SOURCE = _ROLLED.format(first=">=", last="<")
_NAMED = " AND metric_name = ANY(:names) AND tags @> CAST(:tags AS jsonb)"

_SUMS = """
WITH source AS ({source})
SELECT {bucket} AS bucket, metric_name, sum(samples)::bigint AS samples, sum(total) AS total,
       min(minimum) AS minimum, max(maximum) AS maximum,
       (array_agg(last ORDER BY at DESC))[1] AS last
FROM source GROUP BY 1, 2 ORDER BY 1
"""
_HISTOGRAMS = """
WITH source AS ({source})
SELECT {bucket} AS bucket, metric_name, key::int AS key, sum(value::bigint)::bigint AS number
FROM source, jsonb_each_text(histogram) GROUP BY 1, 2, 3
"""
_ONE = "NULL::timestamptz"
_STEPS = "date_bin(CAST(:step AS interval), at, CAST(:origin AS timestamptz))"

Bucket = tuple[datetime | None, str]


def _source(resolution: int) -> str:
    if resolution == FINE:
        return f"{_RAW}{_NAMED} UNION ALL {_ROLLED.format(first='>', last='<=')}{_NAMED}"
    return _COARSE_SOURCE + _NAMED


async def folded(
    session: AsyncSession,
    names: Sequence[str],
    start: datetime,
    end: datetime,
    *,
    resolution: int,
    step: timedelta | None = None,
    tags: str = "{}",
) -> Mapping[Bucket, Folded]:
    """What a window holds, by step and metric; without a step, the whole window at once."""
    source, bucket = _source(resolution), _ONE if step is None else _STEPS
    values = {
        "names": list(names), "start": start, "end": end, "resolution": resolution, "tags": tags,
    }  # fmt: skip
    if step is not None:
        values |= {"step": step, "origin": start}
    if resolution != FINE or step is not None:
        await session.execute(text("SET LOCAL work_mem = '32MB'"))
    sums = await session.execute(text(_SUMS.format(source=source, bucket=bucket)), values)
    counts = await session.execute(text(_HISTOGRAMS.format(source=source, bucket=bucket)), values)
    histograms: dict[Bucket, dict[int, int]] = {}
    for row in counts:
        histograms.setdefault((row.bucket, row.metric_name), {})[row.key] = row.number
    return {
        (row.bucket, row.metric_name): Folded(
            row.samples,
            row.total,
            row.minimum,
            row.maximum,
            row.last,
            histograms.get((row.bucket, row.metric_name), {}),
        )
        for row in sums
    }


async def add_samples(session: AsyncSession, rows: Sequence[Mapping[str, object]]) -> None:
    """Samples as they came, each with its own time."""
    if rows:
        await session.execute(insert(LaunchMetric), [dict(row) for row in rows])


async def add_folds(
    session: AsyncSession, source: str, at: datetime, folds: Mapping[str, Folded]
) -> None:
    """What one process counted since it last said so; saying it twice adds nothing."""
    rows = [
        {
            "metric_name": name,
            "resolution_seconds": FINE,
            "bucket_at": at,
            "tags_hash": source,
            "tags": {},
            "samples": item.samples,
            "total": item.total,
            "minimum": item.minimum,
            "maximum": item.maximum,
            "last": item.last,
            "histogram": {str(key): count for key, count in item.histogram.items()},
        }
        for name, item in folds.items()
    ]
    if rows:
        await session.execute(upsert(MetricRollup).values(rows).on_conflict_do_nothing())


_ROLL = """
WITH source AS ({source}),
binned AS (
  SELECT metric_name, date_bin(CAST(:step AS interval), at, 'epoch'::timestamptz) AS bucket_at,
         tags, md5(tags::text) AS tags_hash, at, samples, total, minimum, maximum, last, histogram
  FROM source
),
counted AS (
  SELECT metric_name, bucket_at, tags_hash, jsonb_object_agg(key, count) AS histogram
  FROM (
    SELECT metric_name, bucket_at, tags_hash, key, sum(value::bigint)::bigint AS count
    FROM binned, jsonb_each_text(histogram) GROUP BY 1, 2, 3, 4
  ) AS keys GROUP BY 1, 2, 3
)
INSERT INTO launch_metric_rollups AS target
  (metric_name, resolution_seconds, bucket_at, tags_hash, tags,
   samples, total, minimum, maximum, last, histogram)
SELECT binned.metric_name, :resolution_to, binned.bucket_at, binned.tags_hash,
       (array_agg(tags))[1], sum(samples), sum(total), min(minimum), max(maximum),
       (array_agg(last ORDER BY at DESC))[1],
       coalesce((array_agg(counted.histogram))[1], '{{}}'::jsonb)
FROM binned LEFT JOIN counted USING (metric_name, bucket_at, tags_hash)
GROUP BY 1, 3, 4
ON CONFLICT (metric_name, resolution_seconds, bucket_at, tags_hash) DO UPDATE SET
  samples = excluded.samples, total = excluded.total, minimum = excluded.minimum,
  maximum = excluded.maximum, last = excluded.last, histogram = excluded.histogram
"""
# What belongs to somebody else in the table of rollups.
_OURS = " AND metric_name NOT LIKE 'health.%'"


async def roll(session: AsyncSession, start: datetime, end: datetime, *, resolution: int) -> None:
    """Fold samples into buckets of a minute, or those minutes into hours; whole buckets only.

    Buckets are written anew from their samples: running twice, or late, gives the same.
    """
    if resolution == MINUTE:
        # A sample that was counted over the seconds before its time belongs to those seconds.
        source = f"{_RAW} UNION ALL {_ROLLED.format(first='>', last='<=')}"
        source_resolution = FINE
    else:
        source, source_resolution = _COARSE_SOURCE, MINUTE
    values = {
        "start": start, "end": end, "resolution": source_resolution, "resolution_to": resolution,
        "step": timedelta(seconds=resolution),
    }  # fmt: skip
    await session.execute(text(_ROLL.format(source=source + _OURS)), values)


async def forget(
    session: AsyncSession, *, resolution: int | None, before: datetime, batch: int
) -> int:
    """Remove at most `batch` samples (no resolution) or folds of a resolution; how many went."""
    table = "launch_metrics" if resolution is None else "launch_metric_rollups"
    moment = "recorded_at" if resolution is None else "bucket_at"
    only = "" if resolution is None else f"AND resolution_seconds = {resolution}{_OURS}"
    found = await session.execute(
        text(
            f"DELETE FROM {table} WHERE ctid IN "  # noqa: S608 - names of our own, no input
            f"(SELECT ctid FROM {table} WHERE {moment} < :before {only} LIMIT :batch) RETURNING 1"
        ),
        {"before": before, "batch": batch},
    )
    return len(found.all())


_ACTIVE = text("SELECT id FROM launch_phases WHERE status = 'active' ORDER BY position, id LIMIT 1")


async def active_phase(session: AsyncSession) -> UUID | None:
    """The phase that is live: what happens now happens in it."""
    found: UUID | None = (await session.execute(_ACTIVE)).scalar_one_or_none()
    return found
