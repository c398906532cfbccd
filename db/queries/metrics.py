"""SQL about metrics: samples in, aggregates out (S3).

Two tables hold them: `launch_metrics`, one row per sample, and `launch_metric_rollups`, where each
process folds its own counts (10 s) and the worker folds everything (1 min, 1 h).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.metrics import LaunchMetric, MetricRollup
from domain.metrics.metric_folds import Folded
from domain.platform.time_ranges import FINE, Tier

RAW = """
SELECT metric_name, recorded_at AS at, 1 AS samples, metric_value AS total,
       metric_value AS minimum, metric_value AS maximum, metric_value AS last,
       recorded_at AS last_at, seq AS last_seq,
       CASE WHEN kind = 'histogram' THEN jsonb_build_object({bucket}, 1)
            ELSE '{{}}'::jsonb END AS histogram, tags
FROM launch_metrics
WHERE recorded_at >= :{start} AND recorded_at < :{end}
"""
# Same as `domain.metrics.metric_folds.bucket_of`, for units of any size: 1.2^-60 is 2e-5, 1.2^150
# is 7e11.
_BUCKET = """CAST(CASE WHEN metric_value > 0 THEN CAST(greatest(-60, least(150,
  ceil(ln(metric_value) / ln(CAST(1.2 AS float8)) - 1e-9))) AS int) ELSE -60 END AS text)"""
ROLLED = """
SELECT metric_name, bucket_at AS at, samples, total, minimum, maximum, last,
       coalesce(last_at, bucket_at) AS last_at, coalesce(last_seq, 0) AS last_seq, histogram, tags
FROM launch_metric_rollups
WHERE resolution_seconds = {resolution} AND bucket_at >= :{start} AND bucket_at < :{end}
"""
_WITH_NAMES_AND_TAGS = " AND metric_name = ANY(:names) AND tags @> CAST(:tags AS jsonb)"

_SUMS = """
WITH source AS ({source})
SELECT {bucket} AS bucket, metric_name, sum(samples)::bigint AS samples, sum(total) AS total,
       min(minimum) AS minimum, max(maximum) AS maximum,
       (array_agg(last ORDER BY last_at DESC, last_seq DESC))[1] AS last
FROM source GROUP BY 1, 2 ORDER BY 1
"""
_HISTOGRAMS = """
WITH source AS ({source}),
counted AS (
  SELECT {bucket} AS bucket, metric_name, key::int AS key, sum(value::bigint)::bigint AS number
  FROM source, jsonb_each_text(histogram) GROUP BY 1, 2, 3
)
SELECT bucket, metric_name, array_agg(key) AS places, array_agg(number) AS numbers
FROM counted GROUP BY 1, 2
"""
_MAX = 1_000  # samples read individually
_ONE = "NULL::timestamptz"
_STEPS = "date_bin(CAST(:step AS interval), at, 'epoch'::timestamptz)"

Bucket = tuple[datetime | None, str]


def parts(resolution: int, start: str = "start", end: str = "end") -> list[str]:
    """Build the queries of one resolution between two parameters; FINE has two tables."""
    rolled = ROLLED.format(resolution=resolution, start=start, end=end)
    raw = RAW.format(start=start, end=end, bucket=_BUCKET)
    return [raw, rolled] if resolution == FINE else [rolled]


async def folded(
    session: AsyncSession,
    names: Sequence[str],
    window: Sequence[Tier],
    *,
    step: timedelta | None = None,
    tags: str = "{}",
    spread: Collection[str] = (),
) -> Mapping[Bucket, Folded]:
    """Return the aggregates of a window by step and metric; without a step, for the whole window.

    Steps are aligned to the epoch, so that a chart does not shift with each reload. Histograms are
    most of the work, so only the metrics in `spread` have them.
    """
    if not window:  # the window has not begun, for example while a run settles
        return {}
    values: dict[str, object] = {"names": list(names), "tags": tags}
    sources: list[str] = []
    for index, tier in enumerate(window):
        values |= {f"start{index}": tier.start, f"end{index}": tier.end}
        sources += parts(tier.resolution, f"start{index}", f"end{index}")
    if step is not None:
        values |= {"step": step}
    bucket = _ONE if step is None else _STEPS
    source = " UNION ALL ".join(part + _WITH_NAMES_AND_TAGS for part in sources)
    sums = await session.execute(text(_SUMS.format(source=source, bucket=bucket)), values)
    histograms: dict[Bucket, Mapping[int, int]] = {}
    if spread:
        statement = text(_HISTOGRAMS.format(source=source, bucket=bucket))
        for row in await session.execute(statement, values | {"names": list(spread)}):
            counts = dict(zip(row.places, row.numbers, strict=True))
            histograms[row.bucket, row.metric_name] = counts
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


async def samples_between(
    session: AsyncSession, names: Sequence[str], start: datetime, end: datetime
) -> list[tuple[datetime, float]]:
    """Return raw samples with their times, oldest first; folds of processes are left out."""
    query = (
        select(LaunchMetric.recorded_at, LaunchMetric.metric_value)
        .where(
            LaunchMetric.metric_name.in_(names),
            LaunchMetric.recorded_at >= start,
            LaunchMetric.recorded_at < end,
        )
        .order_by(LaunchMetric.recorded_at, LaunchMetric.seq)
        .limit(_MAX)
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


async def add_samples(session: AsyncSession, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert samples, each with its own time."""
    if rows:
        await session.execute(insert(LaunchMetric), [dict(row) for row in rows])


_MARK = text("""
WITH given AS (
  SELECT DISTINCT name, md5(CAST(tags AS jsonb)::text) AS tags_hash
  FROM unnest(CAST(:names AS text[]), CAST(:tags AS text[])) AS series(name, tags)
),
marked AS (
  INSERT INTO metric_series (metric_name, tags_hash, seen_at)
  SELECT name, tags_hash, :now FROM given ORDER BY 1, 2
  ON CONFLICT (metric_name, tags_hash) DO UPDATE SET seen_at = excluded.seen_at
  WHERE metric_series.seen_at < excluded.seen_at - interval '1 hour'
  RETURNING xmax = 0 AS fresh
)
SELECT count(*) FILTER (WHERE fresh) AS fresh, (SELECT count(*) FROM metric_series) AS known
FROM marked
""")


async def mark_series(
    session: AsyncSession, series: Sequence[tuple[str, str]], now: datetime
) -> tuple[int, int]:
    """Mark series (name and tags as JSON) as seen; return how many are new and how many exist."""
    names, tags = zip(*series, strict=True)
    values = {"names": list(names), "tags": list(tags), "now": now}
    row = (await session.execute(_MARK, values)).one()
    return row.fresh, row.known


async def add_folds(
    session: AsyncSession, source: str, at: datetime, folds: Mapping[str, Folded]
) -> None:
    """Insert the folds of one process; inserting them twice changes nothing."""
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


_ACTIVE = text("SELECT id FROM launch_phases WHERE status = 'active' ORDER BY position, id LIMIT 1")


async def active_phase(session: AsyncSession) -> UUID | None:
    """Return the phase that is live, to which current samples belong."""
    phase_id: UUID | None = (await session.execute(_ACTIVE)).scalar_one_or_none()
    return phase_id
