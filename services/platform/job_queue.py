"""The queue for people: what is in it, and another try for what has failed (S14)."""

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
    """How many jobs there are, the first of them, and what the database knows of ticks."""

    counts: Mapping[JobState, int]
    jobs: Sequence[QueuedJob]
    claims: Mapping[str, Claim]


async def look(db: Database, limit: int = MAX) -> Queue:
    """The queue as it is now."""
    async with db.read() as session:
        return Queue(
            counts=await queries.counts(session),
            jobs=await queries.queue(session, limit),
            claims=await queries.claims(session),
        )


def reason(job: QueuedJob) -> str:
    """Why its last try failed, in one line without secrets; empty where none has."""
    return scrub(job.error) if job.error else ""


async def retry(uow: UnitOfWork, job_id: int) -> str:
    """Put a job that failed for good back into the queue; returns what it does."""
    found = await queries.retry(uow.session, job_id) if 0 < job_id <= _LARGEST_ID else None
    if found is not None:
        return found
    state = await queries.state_of(uow.session, job_id) if 0 < job_id <= _LARGEST_ID else None
    if state is None:
        raise NotFound(f"There is no job {job_id}.", path=("id",))
    if state is JobState.FAILED:
        raise InvalidTransition(f"The work of job {job_id} waits already in another job.")
    raise InvalidTransition(f"Job {job_id} has not failed: it is {state}.")
