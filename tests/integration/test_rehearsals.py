"""Rehearsals whose worker or Redis goes away: they go on or end with a reason (X4)."""

import os
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from pgqueuer.errors import RetryRequested
from redis.asyncio import Redis
from starlette.applications import Starlette

from app import build_runtime, running
from db.codecs import rehearsal_of
from db.models.flags import FeatureFlag
from db.models.phases import LaunchPhase, LaunchPhaseFlag
from db.queries import rehearsals as queries
from db.session import Database
from domain.actors import system_actor
from domain.phases.rehearsal import LONGEST, Rehearsal, RehearsalStage, RehearsalStatus
from jobs.rehearsals import rehearse
from jobs.routing import apply_consequences
from services.phases.phase_progress import MovePhase
from services.phases.rehearsals import advance, start
from settings import Settings
from tests.factories.health import PROBES
from tests.support.clock import Clock
from tests.support.waiting import until
from tests.support.workers import WorkerFleet

OPERATOR = system_actor("test")
AT_ONCE = timedelta(0)


@pytest.fixture
async def fleet(
    tmp_path_factory: pytest.TempPathFactory, cluster: Path
) -> AsyncIterator[WorkerFleet]:
    fleet = WorkerFleet(tmp_path_factory.mktemp("fleet"), cluster)
    await fleet.start()
    yield fleet
    await fleet.stop()


async def begun(db: Database) -> UUID:
    """A phase with one flag, and its rehearsal."""
    async with db.write() as uow:
        phase = LaunchPhase(key="mvp", phase_name="MVP", platforms=["wedme"])
        flag = FeatureFlag(flag_key="mvp_chat", flag_name="Chat", salt="mvp_chat")
        uow.session.add_all([phase, flag])
        await uow.session.flush()
        uow.session.add(LaunchPhaseFlag(phase_id=phase.id, flag_id=flag.id))
    async with db.write() as uow:
        return (await start(uow, OPERATOR, MovePhase(phase.id))).id


async def state_of(db: Database, run_id: UUID) -> Rehearsal:
    async with db.read() as session:
        row = await queries.find(session, run_id)
    assert row is not None
    state = rehearsal_of(row.rehearsal)
    assert state is not None
    return state


async def test_a_rehearsal_continues_after_its_worker_is_killed(fleet: WorkerFleet) -> None:
    """Kill -9 after the first stage: another worker goes on where it stands."""
    settings = Settings(
        _env_file=None,
        environment="test",
        database_url=fleet.postgres.url,
        redis_url=fleet.valkey.url,
    )
    db = Database(str(settings.database_url), clock=Clock(), enqueue_jobs=apply_consequences)
    async with running(build_runtime(settings, Clock(), PROBES)):
        run_id = await begun(db)
        (first,) = fleet.work(1)

        async def has_begun() -> bool:
            return (await state_of(db, run_id)).step_index >= 0

        async def is_over() -> bool:
            return (await state_of(db, run_id)).is_over

        await until(has_begun)
        os.kill(first.pid, signal.SIGKILL)
        assert not await is_over()
        fleet.work(1)
        await until(is_over)
    rehearsal = await state_of(db, run_id)
    await db.dispose()
    assert (rehearsal.status, rehearsal.failure) == (RehearsalStatus.PASSED, None)


async def test_a_rehearsal_without_server_processes_fails_with_a_reason(
    db: Database, redis: Redis, clock: Clock
) -> None:
    run_id = await begun(db)
    while (await state_of(db, run_id)).stage is not RehearsalStage.ROLLED_BACK:
        await advance(db, run_id)
    clock.advance(31)
    await rehearse(db, redis, run_id, pause=AT_ONCE)
    rehearsal = await state_of(db, run_id)
    assert rehearsal.status is RehearsalStatus.FAILED
    assert "nobody is there to hear of it" in str(rehearsal.failure)


async def test_a_rehearsal_without_redis_is_retried_and_ends_with_a_reason(
    db: Database, clock: Clock
) -> None:
    nowhere = Redis(host="127.0.0.1", port=1)
    run_id = await begun(db)
    with pytest.raises(RetryRequested):
        await rehearse(db, nowhere, run_id, pause=AT_ONCE)
    clock.advance(LONGEST.total_seconds() + 1)
    await rehearse(db, nowhere, run_id, pause=AT_ONCE)
    rehearsal = await state_of(db, run_id)
    assert (rehearsal.status, rehearsal.stage) == (
        RehearsalStatus.FAILED,
        RehearsalStage.ROLLED_BACK,
    )
    await nowhere.aclose()


async def test_rehearsal_jobs_can_run_twice_or_without_their_run(
    app: Starlette, db: Database, redis: Redis
) -> None:
    run_id = await begun(app.state.runtime.db)
    for _ in range(2):
        await rehearse(app.state.runtime.db, redis, run_id, pause=AT_ONCE)
    rehearsal = await state_of(db, run_id)
    await rehearse(app.state.runtime.db, redis, run_id, pause=AT_ONCE)
    await rehearse(db, redis, UUID(int=7), pause=AT_ONCE)
    assert await state_of(db, run_id) == rehearsal
