"""Measurements during a run: the numbers for the acceptance criteria (S95 to S112, X15)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.phases import PhaseRun
from db.queries import health
from db.queries import reports as queries
from domain.health.health import CHECK_NAMES
from domain.metrics.criteria import Aggregation
from domain.metrics.metrics import (
    ERROR_RATE,
    EVENT_DELAY,
    JOURNEY_DELAY,
    RESPONSE_TIME,
    Measurement,
)
from domain.phases.cadence_proofs import CADENCE_LIMIT_SECONDS
from domain.phases.reports import CheckGap, Measured
from services.health.health_history import RAW_READINGS
from services.journeys import journey_reads
from services.metrics import metric_reads
from services.metrics.metric_spans import Span

_MIN_SPAN = timedelta(seconds=1)
_STORAGE_DELAY = timedelta(seconds=20)  # the counts of the last seconds are stored this much later


async def measure_run(session: AsyncSession, run: PhaseRun, now: datetime) -> Measured:
    """Measure a run up to its end or to now; a rehearsal has none, because it affects no user."""
    if run.rehearsal is not None:
        return Measured()
    span = Span(run.started_at, max(run.ended_at or now, run.started_at + _MIN_SPAN))
    stored = _stored_part(span, now)
    times = await _measure(session, span, now, RESPONSE_TIME, Aggregation.P95)
    errors = await _measure(session, span, now, ERROR_RATE, Aggregation.AVG)
    events = await _measure(session, span, now, EVENT_DELAY, Aggregation.P99)
    moves = await _measure(session, span, now, JOURNEY_DELAY, Aggregation.P99)
    uncounted = await queries.longest_gap_of_exports(session, stored.start, stored.end)
    return Measured(
        health_gaps=await _health_gaps(session, stored),
        metrics_gap_seconds=await _collection_gap(session, stored),
        unavailable_seconds=(stored.start - span.start).total_seconds(),
        uncounted_seconds=uncounted.seconds,
        response_p95_ms=times.value,
        timed=times.samples,
        error_rate=errors.value,
        requests=errors.samples,
        realtime_p99_ms=events.value,
        realtime_messages=events.samples,
        journeys_p99_ms=moves.value,
        journey_updates=moves.samples,
        journeys=await journey_reads.funnels(session, span, now),
    )


async def _measure(
    session: AsyncSession, span: Span, now: datetime, metric: str, aggregation: Aggregation
) -> Measurement:
    end = min(span.end + _STORAGE_DELAY, max(now, span.end))
    seconds = round((end - span.start).total_seconds())
    return await metric_reads.measure(session, metric, aggregation, seconds, end, span.start)


def _stored_part(span: Span, now: datetime) -> Span:
    """Return the part of a run whose samples are all still stored."""
    return Span(min(max(span.start, now - RAW_READINGS), span.end), span.end)


async def _health_gaps(session: AsyncSession, span: Span) -> Sequence[CheckGap]:
    gaps = await health.longest_gaps(session, span.start, span.end, expected=True)
    if not gaps and _seconds(span) > CADENCE_LIMIT_SECONDS:
        return [CheckGap("any check", _seconds(span))]
    return [CheckGap(f"a check of {CHECK_NAMES[check]}", gap) for check, gap in gaps.items()]


async def _collection_gap(session: AsyncSession, span: Span) -> float | None:
    gap = await queries.longest_gap_of_collections(session, span.start, span.end)
    if not gap.moments and _seconds(span) <= CADENCE_LIMIT_SECONDS:
        return None
    return gap.seconds


def _seconds(span: Span) -> float:
    return (span.end - span.start).total_seconds()
