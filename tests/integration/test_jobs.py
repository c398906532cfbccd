"""Jobs: committed with their rows, run once, retried after failures (S14, A7)."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from pgqueuer.errors import RetryRequested
from sqlalchemy import text

from db.session import Database
from domain.actors import system_actor
from domain.events import PhaseChanged
from domain.health.health import HealthSnapshot
from domain.ids import PhaseId, RunId
from domain.phases.pacing import PacingPolicy
from domain.phases.phases import PhaseStatus
from jobs.kinds import JobKind
from jobs.phases import ramp
from jobs.queue import JobSpec, Payload, decode, enqueue
from jobs.routing import apply_consequences
from jobs.runner import Handler, JobRunner, QueueTiming
from services.phases.pacing import PacingContext
from tests.support.clock import PATIENCE

FAST = QueueTiming(heartbeat=1, poll=0.2, grace=0.2, backoff=0.05)
KINDS = {"test.job": JobKind(retry_seconds=0.05)}
JOB = JobSpec("test.job", {"id": 1})


async def waiting(db: Database, entrypoint: str = "test.job") -> list[dict[str, object]]:
    """The payloads of the jobs in the queue, oldest first."""
    query = text("SELECT payload FROM pgqueuer WHERE entrypoint = :name ORDER BY id")
    async with db.read() as session:
        return [decode(row) for row in await session.scalars(query, {"name": entrypoint})]


async def add(db: Database, *jobs: JobSpec) -> None:
    async with db.write() as uow:
        await enqueue(uow.session, jobs)


class Stopped(Exception):
    """The caller rolls back."""


async def test_rows_and_jobs_are_committed_together(db: Database) -> None:
    """Row and job exist together."""
    await add(db, JOB)
    assert await waiting(db) == [{"id": 1}]


async def test_rows_and_jobs_are_rolled_back_together(db: Database) -> None:
    """Or not at all, even where the job was the first thing that the session did."""
    with suppress(Stopped):
        async with db.write() as uow:
            await enqueue(uow.session, [JOB])
            raise Stopped
    assert await waiting(db) == []


async def test_a_waiting_job_with_the_same_key_is_not_duplicated(db: Database) -> None:
    """A7: while a job waits, another one with its key is not added, and nothing fails."""
    job = JobSpec("test.job", {"id": 1}, dedupe_key="one")
    await add(db, job, JOB)
    await add(db, job)
    assert len(await waiting(db)) == 2


async def test_events_enqueue_their_jobs_in_the_same_transaction(db: Database) -> None:
    """An event that is recorded leaves its jobs in the same transaction."""
    routed = Database(db.url, clock=db.clock, enqueue_jobs=apply_consequences)
    event = activation(routed)
    async with routed.write() as uow:
        uow.record(system_actor("test"), event)
    with suppress(Stopped):
        async with routed.write() as uow:
            uow.record(system_actor("test"), activation(routed))
            await uow.write_events()
            raise Stopped
    await routed.dispose()
    assert [job["run_id"] for job in await waiting(db, "phases.ramp")] == [str(event.run_id)]


def activation(db: Database) -> PhaseChanged:
    return PhaseChanged(
        phase_id=PhaseId(uuid4()),
        key="mvp",
        name="MVP",
        action="activated",
        before=PhaseStatus.PLANNED,
        after=PhaseStatus.ACTIVE,
        version=1,
        run_id=RunId(uuid4()),
        step_index=0,
        next_step_at=db.clock() + timedelta(minutes=10),
    )


def ramp_payload(db: Database, due_in: float) -> Payload:
    due = db.clock() + timedelta(seconds=due_in)
    ids = {"phase_id": str(uuid4()), "run_id": str(uuid4())}
    return {**ids, "step_index": 0, "due": due.isoformat()}


async def calm() -> PacingContext:
    """A context without data that would block a step."""
    return PacingContext(
        HealthSnapshot(datetime.now(UTC), ()), PacingPolicy(timedelta(seconds=30), None)
    )


async def nobody_asks() -> PacingContext:
    raise AssertionError("not before its time")


async def test_an_early_ramp_job_is_rescheduled(db: Database) -> None:
    """A7: a worker whose clock is late must not end the ramp."""
    with pytest.raises(RetryRequested) as early:
        await ramp(db, nobody_asks, ramp_payload(db, due_in=5))
    assert timedelta(seconds=4) < early.value.delay <= timedelta(seconds=5)


async def test_a_ramp_job_of_a_deleted_phase_does_nothing(db: Database) -> None:
    """R5: the handler loads the phase again and stops if it is gone."""
    await ramp(db, calm, ramp_payload(db, due_in=-1))


@asynccontextmanager
async def running(db: Database, handler: Handler) -> AsyncIterator[asyncio.Event]:
    """A runner in this process."""
    stop = asyncio.Event()
    task = asyncio.create_task(JobRunner(db.url, {"test.job": handler}, FAST, KINDS).run(stop))
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait_for(task, PATIENCE)


class Recorder:
    """A handler that fails as often as a test asks for."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.calls: list[Payload] = []
        self.done = asyncio.Event()

    async def __call__(self, payload: Payload) -> None:
        self.calls.append(payload)
        if len(self.calls) <= self.failures:
            raise ValueError("not yet")
        self.done.set()


async def test_a_job_is_run_and_leaves_the_queue(db: Database) -> None:
    """Requirement S14."""
    handler = Recorder()
    async with running(db, handler):
        await add(db, JOB)
        await asyncio.wait_for(handler.done.wait(), PATIENCE)
    assert handler.calls == [{"id": 1}]
    assert await waiting(db) == []


async def test_a_job_is_not_run_before_its_time(db: Database) -> None:
    """A7: a step lasts as long as its hold."""
    handler = Recorder()
    async with running(db, handler):
        await add(db, JobSpec("test.job", {}, timedelta(minutes=1)))
        await asyncio.sleep(0.5)
    assert handler.calls == []
    assert len(await waiting(db)) == 1


async def test_failed_jobs_are_retried_with_backoff(db: Database) -> None:
    """Requirement S14."""
    handler = Recorder(failures=2)
    async with running(db, handler):
        await add(db, JOB)
        await asyncio.wait_for(handler.done.wait(), PATIENCE)
    assert len(handler.calls) == 3


async def test_jobs_continue_after_a_lost_connection(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """S14: the worker reconnects."""
    caplog.set_level(logging.CRITICAL, "pgqueuer")
    handler = Recorder()
    async with running(db, handler):
        await until_connected(db)
        async with db.write() as uow:
            await uow.session.execute(text(f"SELECT pg_terminate_backend(pid) {_CONNECTIONS}"))
        await add(db, JOB)
        await asyncio.wait_for(handler.done.wait(), PATIENCE)
    assert handler.calls == [{"id": 1}]


_CONNECTIONS = "FROM pg_stat_activity WHERE application_name = 'launch-jobs'"


async def until_connected(db: Database) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            async with db.read() as session:
                if await session.scalar(text(f"SELECT count(*) {_CONNECTIONS}")):
                    return
            await asyncio.sleep(0.05)


async def test_a_stopping_worker_returns_its_job(db: Database) -> None:
    """S14: another worker can run it at once."""
    started = asyncio.Event()

    async def endless(_payload: Payload) -> None:
        started.set()
        await asyncio.sleep(60)

    async with running(db, endless):
        await add(db, JOB)
        await asyncio.wait_for(started.wait(), PATIENCE)
    handler = Recorder()
    async with running(db, handler):
        await asyncio.wait_for(handler.done.wait(), 0.9)  # before a heartbeat could run out
    assert handler.calls == [{"id": 1}]
