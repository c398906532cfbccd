"""Real worker processes on servers that are stopped and killed (S62, S98, decision 7, 8)."""

import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # no stubs
import pytest
from sqlalchemy import func, select

from db.models.jobs import Tick
from devserver.embedded import EmbeddedPostgres
from domain.health.health import HealthStatus
from tests.support.promises import load_factor
from tests.support.waiting import until
from tests.support.workers import WorkerFleet, stop


@pytest.fixture
async def fleet(
    tmp_path_factory: pytest.TempPathFactory, cluster: Path
) -> AsyncIterator[WorkerFleet]:
    fleet = WorkerFleet(tmp_path_factory.mktemp("fleet"), cluster)
    await fleet.start()
    yield fleet
    await fleet.stop()


async def test_three_workers_check_health_once_per_interval(fleet: WorkerFleet) -> None:
    """S62, decision 8: one round an interval however many workers run, and they go on.

    A round that a busy machine holds up beyond its interval costs the one after it, no more.
    """
    workers, seen = fleet.work(3), set[int]()

    async def enough() -> bool:
        seen.update(await slots_of(fleet))  # a claim is forgotten after ten seconds
        return await reaches(fleet, 5)

    await until(enough)
    assert await stop(*workers) == [0, 0, 0]
    slots = sorted(seen | await slots_of(fleet))
    assert 0 <= len(slots) - await fleet.readings() <= 3  # each may have been stopped in a round
    assert 2 * load_factor() * len(slots) >= slots[-1] - slots[0]


async def slots_of(fleet: WorkerFleet) -> set[int]:
    """The intervals that a worker took, in Redis or, where that was slow, in the database."""
    keys = [bytes(key) async for key in fleet.redis.scan_iter("launch:tick:health:*")]
    async with fleet.db.read() as session:
        stored = await session.scalars(select(Tick.slot).where(Tick.task == "health"))
        return {int(key.rpartition(b":")[2]) for key in keys}.union(stored)


async def reaches(fleet: WorkerFleet, rounds: int) -> bool:
    return await fleet.readings() >= rounds


async def test_a_killed_worker_loses_no_job(fleet: WorkerFleet) -> None:
    """A26: kill -9 of the worker that holds a job; another one does it."""
    fleet.work(3)
    await fleet.add("test.hang", "jobs")
    await until(lambda: fleet.pids("jobs:taken"))
    (holder,) = await fleet.pids("jobs:taken")
    os.kill(holder, signal.SIGKILL)
    await until(lambda: fleet.pids("jobs"))
    (second,) = await fleet.pids("jobs")
    assert second != holder


async def test_a_stopping_worker_hands_its_job_over(fleet: WorkerFleet) -> None:
    """S14: SIGTERM ends it within eight seconds and with a clean exit; the job goes on."""
    (first,) = fleet.work(1)
    await fleet.add("test.hang", "jobs")
    await until(lambda: fleet.pids("jobs:taken"))
    assert await stop(first) == [0]
    (second,) = fleet.work(1)
    await until(lambda: fleet.pids("jobs"))
    assert await fleet.pids("jobs") == [second.pid]


async def test_checks_continue_without_redis(fleet: WorkerFleet) -> None:
    """S62: the database takes over the claims, still one round an interval, and gives them back."""
    fleet.work(2)
    await until(lambda: reaches(fleet, 1))
    fleet.valkey.stop()
    before = await fleet.readings()
    await until(lambda: claimed(fleet, 4))
    rounds = await fleet.readings() - before
    assert 2 <= rounds <= 1 + await claims(fleet)  # one was under way, two are not stored yet
    fleet.valkey.start()
    await until(fleet.database_status)


async def claimed(fleet: WorkerFleet, rounds: int) -> bool:
    return await claims(fleet) >= rounds


async def claims(fleet: WorkerFleet) -> int:
    """How many rounds the database has given away."""
    query = select(func.count()).where(Tick.task == "health")
    async with fleet.db.read() as session:
        return int(await session.scalar(query) or 0)


async def test_a_frozen_database_is_alerted(fleet: WorkerFleet) -> None:
    """Decision 7, S5: no answer is as bad as a refusal, and the worker can still be stopped."""
    (worker,) = fleet.work(1)
    await until(lambda: is_now(fleet, HealthStatus.HEALTHY))
    with frozen(fleet.postgres):
        await until(lambda: is_now(fleet, HealthStatus.CRITICAL, HealthStatus.UNKNOWN))
        assert await stop(worker) == [0]


@contextmanager
def frozen(server: EmbeddedPostgres) -> Iterator[None]:
    """A server whose connections stay open, but that answers nothing."""
    parent = psutil.Process(server.pid)
    family = [parent, *parent.children(recursive=True)]
    _each(family, psutil.Process.suspend)
    try:
        yield
    finally:
        _each(family, psutil.Process.resume)


def _each(family: Sequence[psutil.Process], act: Callable[[psutil.Process], None]) -> None:
    for process in family:
        with suppress(psutil.NoSuchProcess):  # PostgreSQL ends some of its processes by itself
            act(process)


async def test_a_dead_database_is_alerted(fleet: WorkerFleet) -> None:
    """Decision 7, S67: CRITICAL reaches everybody; after the restart checks and jobs go on."""
    (worker,) = fleet.work(1)
    await until(lambda: is_now(fleet, HealthStatus.HEALTHY))
    fleet.postgres.stop()
    await until(lambda: is_now(fleet, HealthStatus.CRITICAL))
    assert worker.poll() is None
    fleet.postgres.start()
    await until(lambda: is_now(fleet, HealthStatus.HEALTHY))
    await fleet.add("test.note", "notes")
    await until(lambda: fleet.pids("notes"))


async def is_now(fleet: WorkerFleet, *expected: HealthStatus) -> bool:
    return await fleet.database_status() in expected
