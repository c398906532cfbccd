"""The queue and the schedule at a moment, from the database and Redis (S14, S62)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from redis.asyncio import Redis
from redis.exceptions import RedisError

from db.queries.jobs import Claim, JobState, QueuedJob
from db.session import Database
from jobs.history import TaskRun, last_runs
from services.platform import job_queue

_LATE_INTERVALS = 2


@dataclass(frozen=True, slots=True)
class TaskState:
    """A periodic task: its last known run, and when the next one is due."""

    name: str
    interval: float
    last: TaskRun | None
    next_at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """The content of `launch jobs`. Without Redis only claims in the database are known."""

    counts: Mapping[JobState, int]
    jobs: Sequence[QueuedJob]
    tasks: Sequence[TaskState]
    redis: bool

    @property
    def failed(self) -> int:
        """The number of jobs that failed for good."""
        return self.counts[JobState.FAILED]


async def overview(db: Database, redis: Redis, intervals: Mapping[str, float]) -> Overview:
    """Read the overview; raises DependencyDown without the database."""
    queue = await job_queue.look(db)
    try:
        runs, answered = await last_runs(redis), True
    except (RedisError, OSError):
        runs, answered = {}, False
    tasks = [
        state(name, interval, newest(runs.get(name), queue.claims.get(name)), db.clock())
        for name, interval in intervals.items()
    ]
    return Overview(queue.counts, queue.jobs, tasks, answered)


def newest(run: TaskRun | None, claim: Claim | None) -> TaskRun | None:
    """The later of the runs that Redis and the database know."""
    if claim is None or (run is not None and run.at >= claim.at):
        return run
    return TaskRun(claim.worker, claim.at)


def state(name: str, interval: float, last: TaskRun | None, now: datetime) -> TaskState:
    """When the next slot begins, and whether slots were missed."""
    slot = int(now.timestamp() // interval)
    next_at = datetime.fromtimestamp((slot + 1) * interval, UTC)
    missed = last is not None and (now - last.at).total_seconds() > _LATE_INTERVALS * interval
    return TaskState(name, interval, last, next_at, missed)
