"""Metrics pages over few and over many samples: they read folds, so that both take as long (A51).

`python -m bench metrics`, or with sizes of your own: `python -m bench.metrics 10000 10000000`.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bench.figures import Figure, figure
from bench.report import Section, show
from bench.run import Run
from db.migrate import upgrade
from db.session import Database
from devserver.embedded import EmbeddedPostgres
from domain.metrics.criteria import Aggregation
from domain.metrics.metric_folds import BOUNDS
from domain.platform.time_ranges import TimeRange
from services.metrics import metric_reads, metric_rollups, metric_spans

Tell = Callable[[str], None]
Look = Callable[[AsyncSession, datetime], Awaitable[object]]

_SMALL, _LARGE = 10_000, 1_000_000
_QUICK = 60_000
_ROUNDS = 20
_HOURS = 48  # as long as samples are kept as they came

_SAMPLES = text("""
INSERT INTO launch_metrics (metric_name, kind, metric_value, tags, recorded_at)
SELECT 'custom.load', 'gauge', 100 * random(),
       jsonb_build_object('region', 'r' || n % 5),
       now() - make_interval(secs => CAST(:seconds AS float8) * n / :count)
FROM generate_series(1, :count) AS n
""")
# What web processes hand over: for each ten samples, one of three metrics.
_FOLDS = text("""
INSERT INTO launch_metric_rollups (metric_name, resolution_seconds, bucket_at, tags_hash,
                                   samples, total, minimum, maximum, last, histogram)
SELECT metric, 10, now() - make_interval(secs => CAST(:seconds AS float8) * n / :count), n::text,
       CASE metric WHEN 'response_time_ms' THEN 50 ELSE 1 END,
       CASE metric WHEN 'response_time_ms' THEN 1000 WHEN 'requests_total' THEN 50 ELSE n % 2 END,
       1, 100, 1,
       CASE metric WHEN 'response_time_ms'
         THEN jsonb_build_object((n % :bounds)::text, 30, ((n + 3) % :bounds)::text, 20)
         ELSE '{}' END
FROM generate_series(1, :count) AS n,
     unnest(ARRAY['requests_total', 'request_errors_total', 'response_time_ms']) AS metric
""")


def measure(run: Run) -> Iterable[Figure]:
    """The same pages over both sizes."""
    sizes = (_SMALL, _QUICK if run.quick else _LARGE)
    return asyncio.run(_measure(sizes, run.folder, run.some(_ROUNDS), run.tell))


async def _measure(sizes: Sequence[int], folder: Path, rounds: int, tell: Tell) -> list[Figure]:
    figures: list[Figure] = []
    for size in sizes:
        place = folder / f"metrics-{size}"
        place.mkdir()
        postgres = EmbeddedPostgres(place, fast=True)
        postgres.start()
        try:
            figures += await _pages(postgres.url, size, rounds, tell)
        finally:
            postgres.stop()
    return figures


async def _pages(url: str, size: int, rounds: int, tell: Tell) -> list[Figure]:
    await upgrade(url)
    db = Database(url, clock=partial(datetime.now, UTC), timeout_seconds=600)
    try:
        tell(f"{size:,} samples: filling")
        await _fill(db, size)
        tell(f"{size:,} samples: folding")
        begin = time.perf_counter()
        await metric_rollups.roll_recent(db)
        folding = time.perf_counter() - begin
        page_figures = [
            await _page(db, f"{size:,} samples: {name}", look, rounds) for name, look in _LOOKS
        ]
        return [*page_figures, figure(f"{size:,} samples: folding all of them", "s", [folding])]
    finally:
        await db.dispose()


async def _fill(db: Database, size: int) -> None:
    span = {"seconds": _HOURS * 3600.0}
    async with db.write() as uow:
        await uow.session.execute(_SAMPLES, span | {"count": size})
        await uow.session.execute(_FOLDS, span | {"count": size // 30, "bounds": len(BOUNDS)})
    async with db.read() as session:
        await session.execute(text("ANALYZE launch_metrics, launch_metric_rollups"))
        await session.commit()


async def _page(db: Database, name: str, look: Look, rounds: int) -> Figure:
    return figure(name, "ms", await timed(db, look, rounds))


async def timed(db: Database, look: Look, rounds: int) -> list[float]:
    """How long each of so many looks took, in milliseconds; one before warms caches up."""
    times = []
    for _ in range(rounds + 1):
        begin = time.perf_counter()
        async with db.read() as session:
            await look(session, db.clock())
        times.append((time.perf_counter() - begin) * 1e3)
    return times[1:]


def _snapshot(window: TimeRange) -> Look:
    async def look(session: AsyncSession, now: datetime) -> object:
        return await metric_reads.snapshot(session, window, now)

    return look


async def _series(session: AsyncSession, now: datetime) -> object:
    span = await metric_spans.span_of(session, TimeRange.LAST_30D, now)
    tags = {"region": "r1"}
    return await metric_reads.series(session, "custom.load", Aggregation.AVG, span, tags)


async def _error_rate(session: AsyncSession, now: datetime) -> object:
    return await metric_reads.measure(session, "error_rate", Aggregation.AVG, 60, now)


_LOOKS: tuple[tuple[str, Look], ...] = (
    ("launchMetrics, 30 days", _snapshot(TimeRange.LAST_30D)),
    ("launchMetrics, 24 hours", _snapshot(TimeRange.LAST_24H)),
    ("launchMetrics, 1 hour", _snapshot(TimeRange.LAST_1H)),
    ("metricSeries with tags, 30 days", _series),
    ("a success criterion over 60 s", _error_rate),
)


def main(
    sizes: Annotated[list[int] | None, typer.Argument(help="How many samples, each.")] = None,
    rounds: Annotated[int, typer.Option(help="How often to look.")] = _ROUNDS,
) -> None:
    """Measure, and print one table."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        chosen = sizes or (_SMALL, _LARGE)
        figures = asyncio.run(_measure(chosen, Path(folder), rounds, console.print))
    show(console, {}, [Section("metrics", "Metrics", figures)])


if __name__ == "__main__":
    typer.run(main)
