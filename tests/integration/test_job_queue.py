"""What people see of the queue and of the schedule, and another try (S14, S62)."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from db.queries.jobs import JobState
from db.session import Database
from domain.errors import InvalidTransition, LaunchError, NotFound
from jobs.history import KEY, History, TaskRun, last_runs
from jobs.kinds import JobKind
from jobs.overview import Overview, overview, state
from jobs.queue import JobSpec, Payload, enqueue
from jobs.runner import DEFAULT_TIMING, JobRunner, QueueTiming
from jobs.ticker import Claims, Task
from services.overview import retention
from services.platform import job_queue
from services.platform.job_queue import MAX
from tests.support.clock import Clock
from tests.support.servers import dead_port
from tests.support.waiting import until

SECRET = "smtp://me:s3cret@mail.example"
EVERY = {"test": 30.0, "never": 3600.0}
FAST = QueueTiming(heartbeat=1, poll=0.1, grace=0.2, backoff=0.05)
KINDS = {"test.job": JobKind(retry_seconds=0.0)}


async def add(db: Database, *jobs: JobSpec) -> None:
    async with db.write() as uow:
        await enqueue(uow.session, jobs)


async def fail_for_good(db: Database) -> int:
    """A job whose handler raises at its last try; returns its number."""

    async def handler(_payload: Payload) -> None:
        raise ValueError(f"cannot reach {SECRET}")

    await add(db, JobSpec("test.job", {"id": 1}, dedupe_key="one"))
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE pgqueuer SET attempts = 99"))
    stop = asyncio.Event()
    task = asyncio.create_task(JobRunner(db.url, {"test.job": handler}, FAST, KINDS).run(stop))
    await until(lambda: failures(db))
    stop.set()
    await task
    return (await job_queue.look(db)).jobs[0].id


async def failures(db: Database) -> int:
    return (await job_queue.look(db)).counts[JobState.FAILED]


@pytest.fixture
async def failed(db: Database, caplog: pytest.LogCaptureFixture) -> int:
    caplog.set_level("CRITICAL", "pgqueuer")
    return await fail_for_good(db)


async def look(db: Database, redis: Redis) -> Overview:
    return await overview(db, redis, EVERY)


async def retry(db: Database, job_id: int) -> str:
    async with db.write() as uow:
        return await job_queue.retry(uow, job_id)


async def test_failed_jobs_are_listed_first_with_their_error(
    db: Database, redis: Redis, failed: int
) -> None:
    """S14: with its error, without the password in it, before all others."""
    await add(db, JobSpec("test.other", {}))
    queue = await look(db, redis)
    assert [job.state for job in queue.jobs] == [JobState.FAILED, JobState.WAITING]
    assert (queue.jobs[0].id, queue.failed) == (failed, 1)
    assert job_queue.reason(queue.jobs[0]) == "ValueError: cannot reach smtp://***@mail.example"


async def test_failed_jobs_can_be_retried(db: Database, failed: int) -> None:
    assert await retry(db, failed) == "test.job"
    (job,) = (await job_queue.look(db)).jobs
    assert (job.id, job.state, job.attempts) == (failed, JobState.WAITING, 0)


async def test_a_retried_job_is_done(db: Database, failed: int) -> None:
    """S14: a worker finds it, and it leaves the queue."""
    done: list[Payload] = []

    async def handler(payload: Payload) -> None:
        done.append(payload)

    await retry(db, failed)
    stop = asyncio.Event()
    task = asyncio.create_task(JobRunner(db.url, {"test.job": handler}, FAST, KINDS).run(stop))
    await until(lambda: nothing_left(db))
    stop.set()
    await task
    assert done == [{"id": 1}]


async def nothing_left(db: Database) -> bool:
    return not (await job_queue.look(db)).jobs


async def test_refused_retries_state_the_reason(db: Database, failed: int) -> None:
    """And changes nothing."""
    await add(db, JobSpec("test.job", {"id": 1}, dedupe_key="one"))
    other = (await job_queue.look(db)).jobs[1].id
    cases: dict[int, type[LaunchError]] = {
        failed: InvalidTransition,
        other: InvalidTransition,
        2**70: NotFound,
        -1: NotFound,
    }
    for job_id, error in cases.items():
        with pytest.raises(error):
            await retry(db, job_id)
    assert (await job_queue.look(db)).counts[JobState.FAILED] == 1


async def test_the_job_list_is_bounded(db: Database, redis: Redis) -> None:
    await add(db, *[JobSpec("test.job", {}) for _ in range(MAX + 5)])
    queue = await look(db, redis)
    assert (len(queue.jobs), queue.counts[JobState.WAITING]) == (MAX, MAX + 5)


async def test_log_lines_of_removed_jobs_are_deleted(
    db: Database, clock: Clock, failed: int
) -> None:
    """S5: that of a job that still stands there is kept."""
    await add(db, JobSpec("test.job", {}))
    async with db.write() as uow:
        await uow.session.execute(text("DELETE FROM pgqueuer WHERE id <> :id"), {"id": failed})
    clock.advance(8 * 86_400)
    await retention.sweep(db)
    async with db.read() as session:
        left = set(await session.scalars(text("SELECT job_id FROM pgqueuer_log")))
    assert left == {failed}


async def test_task_runs_record_worker_time_and_duration(db: Database, redis: Redis) -> None:
    """S62: whoever looks sees the last run of each task."""
    async with History(redis, "w1").run("test", db.clock()):
        assert (await last_runs(redis))["test"].seconds is None
    test, never = (await look(db, redis)).tasks
    assert test.last is not None
    assert (test.last.worker, test.last.error, test.late) == ("w1", None, False)
    assert timedelta(0) < test.next_at - db.clock() <= timedelta(seconds=30)
    assert (never.last, never.late) == (None, False)


async def work_in_vain(redis: Redis, now: datetime) -> None:
    async with History(redis, "w1").run("test", now):
        raise ValueError(SECRET)


async def test_failed_task_runs_record_their_error(db: Database, redis: Redis) -> None:
    with pytest.raises(ValueError, match="mail"):
        await work_in_vain(redis, db.clock())
    run = (await last_runs(redis))["test"]
    assert run.error == "ValueError: smtp://***@mail.example"


async def test_task_records_of_other_versions_are_ignored(redis: Redis) -> None:
    await redis.hset(KEY, "test", "rubbish")
    assert await last_runs(redis) == {}


async def test_without_redis_the_database_claims_are_shown(db: Database) -> None:
    """S62: where the database decided who runs, it knows who did."""

    async def nothing() -> None:
        """Nothing."""

    nobody = Redis.from_url(f"redis://127.0.0.1:{dead_port()}/0")
    assert await Claims(nobody, db, "w2").claim(Task("test", 30, nothing), 1)
    queue = await look(db, nobody)
    await nobody.aclose()
    assert queue.redis is False
    assert queue.tasks[0].last is not None
    assert queue.tasks[0].last.worker == "w2"


def test_a_missed_task_is_late() -> None:
    now = datetime(2026, 1, 1, 0, 0, 10, tzinfo=UTC)
    on_time = state("test", 30, TaskRun("w", now - timedelta(seconds=59)), now)
    late = state("test", 30, TaskRun("w", now - timedelta(seconds=61)), now)
    assert (on_time.late, late.late) == (False, True)
    assert on_time.next_at == now + timedelta(seconds=20)


def test_a_job_of_a_killed_worker_is_taken_over_within_a_minute() -> None:
    """S14: with the default timing; that it is taken over at all is tried in test_worker."""
    assert DEFAULT_TIMING.heartbeat + DEFAULT_TIMING.poll < 60
