"""Log and trace context of a job: its number, attempt, and the event it follows from."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter

from pgqueuer.errors import RetryRequested
from pgqueuer.models import Job

from domain.platform.redaction import describe
from services.platform import log_context, tracing
from services.platform.tracing import Kind

logger = logging.getLogger("launch.jobs")


@asynccontextmanager
async def traced(job: Job) -> AsyncIterator[None]:
    """Log one line when the job ends; everything it logs itself names it too."""
    headers = {name: str(value) for name, value in (job.headers or {}).items()}
    fields = {
        "job_id": int(job.id),
        "entrypoint": job.entrypoint,
        "attempt": job.attempts + 1,
        "event_id": headers.get("event_id"),
        "request_id": headers.get("request_id"),
    }
    attributes = {"job.id": int(job.id), "job.attempt": job.attempts + 1}
    begin = perf_counter()
    with (
        log_context.bound(**fields),
        tracing.span(job.entrypoint, Kind.JOB, attributes, headers) as span,
    ):
        try:
            yield
        except RetryRequested as later:
            _log_outcome("comes again", begin, later.reason)
            raise
        except Exception as error:
            span.describe(job.entrypoint, {}, failed=True)
            _log_outcome("failed", begin, describe(error))
            raise
        _log_outcome("done", begin)


def _log_outcome(outcome: str, begin: float, why: str | None = None) -> None:
    milliseconds = (perf_counter() - begin) * 1000
    level = logging.WARNING if outcome == "failed" else logging.INFO
    extra = {"outcome": outcome, "ms": round(milliseconds, 1), "why": why}
    reason = f": {why}" if why else ""
    logger.log(level, "job %s after %.1f ms%s", outcome, milliseconds, reason, extra=extra)
