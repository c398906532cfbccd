"""The funnels over few and over many runs: they read counts of whole days, not runs (S80)."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bench.figures import Figure, figure
from bench.metrics import timed
from bench.run import Run
from db.migrate import upgrade
from db.session import Database
from devserver.embedded import EmbeddedPostgres
from domain.platform.time_ranges import TimeRange
from services.journeys import journey_reads
from services.metrics import metric_spans

_SMALL, _LARGE = 10_000, 1_100_000
_QUICK = 60_000
_ROUNDS = 20
_LIMIT = 500.0  # ms (S105)

# Suppliers of all kinds over 30 days, three of four of whom arrived, after seconds or after hours.
_RUNS = text("""
INSERT INTO journey_runs (journey, subject_id, vendor_type, started_at, moved_at, step, done,
                          outcome)
SELECT journey, gen_random_uuid(),
       (ARRAY['photographer','venue','catering','florist','music','other', NULL])[1 + n % 7], at,
       at + make_interval(secs => spent), CASE WHEN n % 4 = 0 THEN 'open_invitation' END,
       jsonb_build_array(jsonb_build_array('open_invitation', at)),
       CASE WHEN n % 4 = 0 THEN 'running' ELSE 'completed' END
FROM (SELECT n, now() - make_interval(secs => 2592000.0 * n / :count) AS at,
             exp(3 + 7 * random()) AS spent,
             (ARRAY['supplier_onboarding', 'invitation_accept', 'signup_to_connection'])[1 + n % 3]
               AS journey
      FROM generate_series(1, :count) AS n) AS drawn
""")
# Minutes for as long as they are kept, hours for all, and days out of the hours.
_COUNTS = text("""
WITH run AS (
  SELECT *, round(ln(greatest(extract(epoch FROM moved_at - started_at), 1)) / ln(1.05))::int
    AS bucket FROM journey_runs
), minutes AS (
  SELECT part.size, date_bin(make_interval(secs => part.size), started_at, 'epoch') AS cohort_at,
         journey, vendor_type, outcome, bucket, count(*) AS number
  FROM run CROSS JOIN (VALUES (60), (3600)) AS part (size)
  WHERE part.size > 60 OR started_at > now() - interval '49 hours'
  GROUP BY 1, 2, 3, 4, 5, 6
), cohorts AS (
  SELECT * FROM minutes
  UNION ALL
  SELECT 86400, date_bin('1 day', cohort_at, 'epoch'), journey, vendor_type, outcome, bucket,
         sum(number) FROM minutes WHERE size = 3600 GROUP BY 2, 3, 4, 5, 6
), cells AS (
  SELECT size, cohort_at, journey,
         CASE WHEN part.step = '' THEN coalesce(vendor_type, '') ELSE '' END AS vendor_type,
         part.step, part.measure, part.bucket, sum(number) AS number
  FROM cohorts
  CROSS JOIN LATERAL (VALUES
    ('', 'entered', 0, true), ('', 'completed', 0, outcome = 'completed'),
    ('', 'timed', 0, outcome = 'completed'), ('', 'seconds', bucket, outcome = 'completed'),
    ('open_invitation', 'entered', 0, true), ('open_invitation', 'completed', 0, true),
    ('open_invitation', 'seconds', bucket, true), ('accept_invitation', 'entered', 0, true),
    ('accept_invitation', 'completed', 0, outcome = 'completed'),
    ('accept_invitation', 'seconds', bucket - 1, outcome = 'completed')
  ) AS part (step, measure, bucket, holds)
  WHERE part.holds
  GROUP BY 1, 2, 3, 4, 5, 6, 7
)
INSERT INTO journey_counts (resolution_seconds, cohort_at, journey, vendor_type, step, measure,
                            bucket, number, durations)
SELECT size, cohort_at, journey, vendor_type, step, measure,
       CASE WHEN measure = 'seconds' THEN -1 ELSE 0 END, sum(number),
       CASE WHEN measure = 'seconds' THEN jsonb_object_agg(bucket, number) ELSE '{}' END
FROM cells GROUP BY 1, 2, 3, 4, 5, 6
""")


def measure(run: Run) -> Iterable[Figure]:
    """The same funnels over both sizes."""
    return asyncio.run(_measure(run))


async def _measure(run: Run) -> list[Figure]:
    figures: list[Figure] = []
    for size in (_SMALL, _QUICK if run.quick else _LARGE):
        place = run.folder / f"journeys-{size}"
        place.mkdir()
        postgres = EmbeddedPostgres(place, fast=True)
        postgres.start()
        try:
            figures += await _funnels(postgres.url, size, run)
        finally:
            postgres.stop()
    return figures


async def _funnels(url: str, size: int, run: Run) -> list[Figure]:
    await upgrade(url)
    db = Database(url, clock=partial(datetime.now, UTC), timeout_seconds=600)
    try:
        run.tell(f"{size:,} runs: filling")
        await _fill(db, size)
        figures: list[Figure] = []
        for name, window in (("30 days", TimeRange.LAST_30D), ("24 hours", TimeRange.LAST_24H)):
            times = await timed(db, partial(_look, window), run.some(_ROUNDS))
            label = f"{size:,} runs: funnels, {name}"
            figures.append(figure(label, "ms", times, limit=_LIMIT, judged="p99"))
        return figures
    finally:
        await db.dispose()


async def _look(window: TimeRange, session: AsyncSession, now: datetime) -> None:
    span = await metric_spans.span_of(session, window, now)
    await journey_reads.funnels(session, span, now)


async def _fill(db: Database, size: int) -> None:
    async with db.write() as uow:
        await uow.session.execute(_RUNS, {"count": size})
        await uow.session.execute(_COUNTS)
    async with db.read() as session:
        await session.execute(text("ANALYZE journey_runs, journey_counts"))
        await session.commit()
