"""What was measured while a run lasted: numbers for the acceptance criteria (SPEC 1G, X15)."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.phases import PhaseRun
from db.queries import health
from db.queries import reports as queries
from domain.criteria import Aggregation
from domain.metrics import ERROR_RATE, RESPONSE_TIME
from domain.reports import Measured
from services import journey_reads, metric_reads
from services.metric_spans import Span

_LEAST = timedelta(seconds=1)


async def measured(session: AsyncSession, run: PhaseRun, now: datetime) -> Measured:
    """Of a run so far, or to its end; nothing of a rehearsal, which touches nobody."""
    if run.rehearsal is not None:
        return Measured()
    end = max(run.ended_at or now, run.started_at + _LEAST)
    seconds = round((end - run.started_at).total_seconds())
    times = await metric_reads.measure(session, RESPONSE_TIME, Aggregation.P95, seconds, end)
    errors = await metric_reads.measure(session, ERROR_RATE, Aggregation.AVG, seconds, end)
    return Measured(
        health_gap_seconds=await health.longest_gap(session, run.started_at, end),
        metrics_gap_seconds=await queries.longest_gap_of_metrics(session, run.started_at, end),
        response_p95_ms=times.value,
        error_rate=errors.value,
        requests=errors.samples,
        journeys=await journey_reads.funnels(session, Span(run.started_at, end), now),
    )
