"""Shows the job queue to operators, and retries failed jobs (S14)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from db.queries import jobs as queries
from db.queries.jobs import Claim, JobState, QueuedJob
from db.session import Database, UnitOfWork
from domain.errors import InvalidTransition, NotFound
from domain.platform.redaction import scrub

MAX = 200
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Queue:
    """The number of jobs, the first of them, and the state of the periodic tasks."""

    counts: Mapping[JobState, int]
    jobs: Sequence[QueuedJob]
    claims: Mapping[str, Claim]


async def look(db: Database, limit: int = MAX) -> Queue:
    """Read the queue."""
    async with db.read() as session:
        return Queue(
            counts=await queries.counts(session),
            jobs=await queries.queue(session, limit),
            claims=await queries.claims(session),
        )


def reason(job: QueuedJob) -> str:
    """Return why the last attempt failed, in one line without secrets; empty without a failure."""
    return scrub(job.error) if job.error else ""


async def retry(uow: UnitOfWork, job_id: int) -> str:
    """Put a failed job back into the queue; returns the name of its task."""
    task = await queries.retry(uow.session, job_id) if 0 < job_id <= _LARGEST_ID else None
    if task is not None:
        return task
    state = await queries.state_of(uow.session, job_id) if 0 < job_id <= _LARGEST_ID else None
    if state is None:
        raise NotFound(f"There is no job {job_id}.", path=("id",))
    if state is JobState.FAILED:
        raise InvalidTransition(f"The work of job {job_id} is already queued in another job.")
    raise InvalidTransition(f"Job {job_id} has not failed: it is {state}.")
