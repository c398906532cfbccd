"""SQL about pgqueuer's queue: waiting, running and failed jobs, and retries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


class JobState(StrEnum):
    """The state of a job in the queue."""

    WAITING = "waiting"
    RUNNING = "running"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class QueuedJob:
    """A job; `error` is that of its last attempt, and a running job has a `heartbeat`."""

    id: int
    entrypoint: str
    state: JobState
    attempts: int
    created_at: datetime
    due_at: datetime
    heartbeat: datetime
    error: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    """The newest interval of a task that was claimed in the database."""

    worker: str
    at: datetime


_STATES = {"queued": JobState.WAITING, "picked": JobState.RUNNING, "failed": JobState.FAILED}

_QUEUE_SQL = text(
    """
    SELECT job.id, job.entrypoint, job.status::text AS status, job.attempts, job.created,
           job.execute_after, job.heartbeat, last.error
    FROM pgqueuer AS job
    LEFT JOIN LATERAL (
        SELECT concat_ws(': ', nullif(traceback->>'exception_type', ''),
                         nullif(traceback->>'exception_message', '')) AS error
        FROM pgqueuer_log WHERE job_id = job.id AND traceback IS NOT NULL
        ORDER BY created DESC LIMIT 1
    ) AS last ON true
    WHERE job.status IN ('queued', 'picked', 'failed')
    ORDER BY job.status = 'failed' DESC, job.status = 'picked' DESC, job.execute_after, job.id
    LIMIT :limit
    """
)
_COUNTS_SQL = text("SELECT status::text, count(*) FROM pgqueuer GROUP BY 1")
_CLAIMS_SQL = text(
    "SELECT DISTINCT ON (task) task, worker, claimed_at FROM ticks ORDER BY task, slot DESC"
)
# pgqueuer's own statement fails if a job with the same key is waiting.
_RETRY_SQL = text(
    """
    WITH again AS (
        UPDATE pgqueuer AS job
        SET status = 'queued', execute_after = now(), updated = now(), attempts = 0,
            queue_manager_id = NULL
        WHERE id = :id AND status = 'failed' AND NOT EXISTS (
            SELECT FROM pgqueuer AS other
            WHERE other.dedupe_key = job.dedupe_key AND other.status IN ('queued', 'picked')
        )
        RETURNING id, entrypoint, priority
    ), noted AS (
        INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority)
        SELECT id, 'queued', entrypoint, priority FROM again
    )
    SELECT entrypoint FROM again
    """
)
_STATUS_SQL = text("SELECT status::text FROM pgqueuer WHERE id = :id")
_DELETE_LOG_SQL = text(
    """
    WITH gone AS (
        DELETE FROM pgqueuer_log WHERE id IN (
            SELECT id FROM pgqueuer_log AS line
            WHERE created < :before
              AND NOT EXISTS (SELECT FROM pgqueuer WHERE pgqueuer.id = line.job_id)
            ORDER BY created LIMIT :batch FOR UPDATE SKIP LOCKED
        ) RETURNING 1
    )
    SELECT count(*) FROM gone
    """
)


async def queue(session: AsyncSession, limit: int) -> Sequence[QueuedJob]:
    """Return jobs: failed ones first, then running ones, then waiting ones by due time."""
    rows = (await session.execute(_QUEUE_SQL, {"limit": limit})).all()
    return [
        QueuedJob(
            id=row.id,
            entrypoint=row.entrypoint,
            state=_STATES[row.status],
            attempts=row.attempts,
            created_at=row.created,
            due_at=row.execute_after,
            heartbeat=row.heartbeat,
            error=row.error or None,
        )
        for row in rows
    ]


async def counts(session: AsyncSession) -> Mapping[JobState, int]:
    """Count the jobs in each state."""
    by_status = {str(row[0]): int(row[1]) for row in (await session.execute(_COUNTS_SQL)).all()}
    return {state: by_status.get(status, 0) for status, state in _STATES.items()}


async def claims(session: AsyncSession) -> Mapping[str, Claim]:
    """Return the newest database claim of each task."""
    rows = (await session.execute(_CLAIMS_SQL)).all()
    return {row.task: Claim(row.worker, row.claimed_at) for row in rows}


async def retry(session: AsyncSession, job_id: int) -> str | None:
    """Requeue a failed job with its attempts reset; return its entrypoint, or None."""
    entrypoint: str | None = (
        await session.execute(_RETRY_SQL, {"id": job_id})
    ).scalar_one_or_none()
    return entrypoint


async def state_of(session: AsyncSession, job_id: int) -> JobState | None:
    """Return the state of a job; None if there is no such job."""
    status = (await session.execute(_STATUS_SQL, {"id": job_id})).scalar_one_or_none()
    return _STATES.get(str(status))


async def delete_log(session: AsyncSession, before: datetime, batch: int) -> int:
    """Delete log lines of removed jobs and return how many were deleted."""
    values = {"before": before, "batch": batch}
    deleted: int = (await session.execute(_DELETE_LOG_SQL, values)).scalar_one()
    return deleted
