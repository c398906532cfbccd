"""Each acceptance criterion, kept and broken by what really happens (S95 to S112, X15; D7, L4)."""

import asyncio
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from starlette.applications import Starlette

from db.session import Database
from domain.health.health import CheckType
from jobs.parts import Parts
from services.health.health_monitor import HealthMonitor
from services.health.probes.base import Probe
from services.propagation.propagation import settle
from settings import Settings
from tests.api.test_rehearsals import ERRORS
from tests.factories.health import PROBES, Health
from tests.factories.launches import make_phase
from tests.factories.phases import activate, roll_back
from tests.factories.propagation import (
    acknowledge_as,
    add_dead_process,
    runtime_of,
    wait_for_propagation,
    wait_for_result,
)
from tests.factories.rehearsals import run_rehearsal
from tests.factories.reports import ReportedRun
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

EDIT = """mutation ($input: UpdateLaunchPhaseInput!) {
  updateLaunchPhase(input: $input) { errors { code } } }"""
EVENTS = "subscription { launchEvents { __typename } }"
JOURNEYS = "subscription { journeys { started } }"


@pytest.fixture
def parts(app: Starlette, settings: Settings) -> Parts:
    """What a worker shares between its jobs, on the stores of the app."""
    runtime = runtime_of(app)
    return Parts(
        settings,
        runtime.db,
        runtime.redis,
        runtime.health,
        runtime.bus.publish,
        runtime.alerts,
        runtime.heartbeats,
    )


async def test_every_acceptance_criterion_has_a_proof(launch: ReportedRun) -> None:
    proofs = await launch.proofs()
    assert list(proofs) == [f"S{number}" for number in range(95, 113)]
    assert (await launch.verdicts("S103", "S106")) == ["NOT_MEASURED"] * 2
    assert "web/e2e" in proofs["S103"]["evidence"]


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ("readiness", "KEPT"),
        ("readiness - 0", "UNKNOWN"),  # of a version with a shorter list
        ("jsonb_set(readiness, '{0,ok}', 'false') || '[]'", "KEPT"),
        ("jsonb_set(jsonb_set(readiness, '{0,ok}', 'false'), '{0,blocking}', 'true')", "BROKEN"),
        ("'[]'", "BROKEN"),
    ],
)
async def test_proof_of_readiness_before_activation(
    launch: ReportedRun, db: Database, change: str, verdict: str
) -> None:
    """S95: the engine refuses what is not ready, so only a hand in the database can break it."""
    async with db.engine.begin() as connection:
        await connection.execute(text(f"UPDATE phase_runs SET readiness = {change}"))
    assert await launch.verdicts("S95") == [verdict]


async def test_proof_of_changes_that_reach_all_processes(
    launch: ReportedRun, app: Starlette, db: Database, redis: Redis
) -> None:
    await roll_back(launch.client, launch.phase)
    await wait_for_propagation(
        app, runtime_of(app).flags.current.version, lambda propagation: propagation.complete
    )
    await settle(db, redis)
    assert await launch.verdicts("S96", "S97", "S108") == ["KEPT"] * 3


async def test_proof_breaks_if_a_process_does_not_apply_the_rollback(
    launch: ReportedRun, app: Starlette, db: Database, redis: Redis, clock: Clock
) -> None:
    """S96, S97, S108: late after 3 s, broken after 30 s, however it ends."""
    await add_dead_process(redis, "stuck:1", dies_in_ms=600_000)
    await roll_back(launch.client, launch.phase)
    version = runtime_of(app).flags.current.version
    await wait_for_propagation(app, version, lambda propagation: propagation.acked == 1)
    assert await launch.verdicts("S97") == ["UNKNOWN"]
    await acknowledge_as(redis, "stuck:1", version, after_ms=31_000)
    await wait_for_propagation(app, version, lambda propagation: propagation.complete)
    await settle(db, redis)
    assert await launch.verdicts("S96", "S97", "S108") == ["BROKEN"] * 3


async def test_proof_is_unknown_if_a_process_is_lost_with_its_streams(
    launch: ReportedRun, app: Starlette, db: Database, redis: Redis, clock: Clock
) -> None:
    """L4: nobody knows what its clients show, so that nothing is kept."""
    await add_dead_process(redis, "hung:1", dies_in_ms=0, streams=2)
    await roll_back(launch.client, launch.phase)
    version = runtime_of(app).flags.current.version
    await wait_for_propagation(app, version, lambda propagation: propagation.acked == 1)
    clock.advance(61)
    await settle(db, redis)
    proofs = await launch.proofs()
    assert [proofs[row]["verdict"] for row in ("S96", "S97", "S108")] == ["UNKNOWN"] * 3
    assert "unknown: 1 process, 2 streams" in proofs["S97"]["evidence"]


async def test_proof_counts_slow_commits_as_part_of_the_rollback(
    launch: ReportedRun, app: Starlette, db: Database, redis: Redis, clock: Clock
) -> None:
    """S97 counts from the request: people wait for the commit as well."""
    db_of_app = runtime_of(app).db
    async with db.engine.begin() as connection:
        await connection.execute(text("LOCK TABLE launch_phases IN ACCESS EXCLUSIVE MODE"))
        waiting = asyncio.create_task(roll_back(launch.client, launch.phase))
        await wait_for_result(lambda: _locked(db), lambda count: count > 0)
        clock.advance(31)
    await waiting
    version = runtime_of(app).flags.current.version
    await wait_for_propagation(app, version, lambda propagation: propagation.complete)
    await settle(db_of_app, redis)
    assert await launch.verdicts("S97", "S96") == ["BROKEN", "KEPT"]


async def _locked(db: Database) -> int:
    async with db.engine.connect() as connection:
        query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        return int((await connection.execute(text(query))).scalar_one())


async def test_proof_of_regular_health_checks(
    launch: ReportedRun, app: Starlette, clock: Clock
) -> None:
    """S98: each check counts from sample to sample, and from the last one to now."""
    for _ in range(3):
        clock.advance(30)
        await runtime_of(app).health.tick()
    assert await launch.verdicts("S98") == ["KEPT"]
    clock.advance(34)
    assert await launch.verdicts("S98") == ["BROKEN"]
    await runtime_of(app).health.tick()
    assert await launch.verdicts("S98") == ["BROKEN"]


async def test_proof_breaks_if_one_health_check_stops(
    launch: ReportedRun, app: Starlette, settings: Settings, clock: Clock
) -> None:
    """L4, S98: a worker that does not know one of the checks leaves it out of every round."""
    fewer: dict[CheckType, Probe] = {
        check: probe for check, probe in PROBES.items() if check is not CheckType.EMAIL
    }
    runtime = runtime_of(app)
    monitor = HealthMonitor(runtime.db, runtime.redis, fewer, _nowhere)
    for _ in range(3):
        clock.advance(30)
        await monitor.tick()
    proof = (await launch.proofs())["S98"]
    assert proof["verdict"] == "BROKEN"
    assert proof["value"] == pytest.approx(90, abs=5)


async def _nowhere(_message: str) -> None:
    """Nobody listens."""


async def test_proof_breaks_on_slow_responses(
    launch: ReportedRun, app: Starlette, db: Database
) -> None:
    """S105: the table is locked, so a real request takes too long."""
    meter = runtime_of(app).meter
    await meter.flush()
    before = (await launch.proofs())["S105"]
    assert before["verdict"] == ("KEPT" if before["value"] < 500 else "BROKEN")  # a busy machine
    async with db.engine.begin() as connection:
        await connection.execute(text("LOCK TABLE launch_silences IN ACCESS EXCLUSIVE MODE"))
        waiting = asyncio.create_task(_silences(launch.client))
        await asyncio.sleep(0.8)  # what is measured is time itself
    await waiting
    await meter.flush()
    after = (await launch.proofs())["S105"]
    assert (after["verdict"], after["value"] >= 700) == ("BROKEN", True)


async def test_proof_breaks_on_failed_requests(
    launch: ReportedRun, app: Starlette, db: Database
) -> None:
    """S107: an answer with HTTP status 200 whose field broke by our fault."""
    meter = runtime_of(app).meter
    await meter.flush()
    assert await launch.verdicts("S107") == ["KEPT"]
    async with db.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE launch_silences RENAME TO lost"))
    try:
        assert "errors" in (await _silences(launch.client)).body
    finally:
        async with db.engine.begin() as connection:
            await connection.execute(text("ALTER TABLE lost RENAME TO launch_silences"))
    await meter.flush()
    assert await launch.verdicts("S107") == ["BROKEN"]


async def _silences(client: GraphQLClient) -> Any:  # noqa: ANN401 - JSON
    return await client.execute("{ silences(first: 1) { nodes { id } } }")


async def test_proof_breaks_on_stale_dashboards(
    launch: ReportedRun, app: Starlette, parts: Parts, clock: Clock
) -> None:
    """L4, S109: processes go on handing over, but the worker collects nothing for 91 s."""
    runtime = runtime_of(app)
    assert await launch.verdicts("S109") == ["NOT_MEASURED"]
    for seconds in (30, 30):
        clock.advance(seconds)
        await parts.collect()
    assert await launch.verdicts("S109") == ["KEPT"]
    for _ in range(9):
        clock.advance(10)
        runtime.meter.read_gauges()
        await runtime.meter.flush()
    await parts.collect()
    proof = (await launch.proofs())["S109"]
    assert (proof["verdict"], proof["value"]) == ("BROKEN", pytest.approx(90, abs=5))


async def test_proof_holds_if_a_collection_cannot_be_folded(
    launch: ReportedRun, parts: Parts, clock: Clock, db: Database
) -> None:
    """S109: dashboards are told all the same, and read the samples as they came."""
    clock.advance(30)
    await parts.collect()
    async with db.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE launch_metric_rollups RENAME TO lost"))
    try:
        clock.advance(30)
        with pytest.raises(ProgrammingError):
            await parts.collect()
    finally:
        async with db.engine.begin() as connection:
            await connection.execute(text("ALTER TABLE lost RENAME TO launch_metric_rollups"))
    clock.advance(10)
    proof = (await launch.proofs())["S109"]
    assert (proof["verdict"], proof["value"]) == ("KEPT", pytest.approx(30, abs=5))


async def test_proof_of_a_rehearsed_rollback(admin: GraphQLClient, health: Health) -> None:
    """S112: an edit after the rehearsal makes it a rehearsal of something else."""
    phase = await make_phase(admin, successCriteria=[ERRORS])
    await run_rehearsal(admin, phase)
    await activate(admin, phase)
    assert await ReportedRun(admin, phase).verdicts("S112") == ["KEPT"]


async def test_proof_breaks_if_the_phase_was_edited_after_its_rehearsal(
    admin: GraphQLClient, health: Health
) -> None:
    phase = await make_phase(admin, successCriteria=[ERRORS])
    await run_rehearsal(admin, phase)
    answer = await admin.data(EDIT, input={"id": phase, "description": "another"})
    assert answer["updateLaunchPhase"]["errors"] == []
    await activate(admin, phase)
    assert await ReportedRun(admin, phase).verdicts("S112") == ["UNKNOWN"]


async def test_proof_breaks_without_a_rehearsal(launch: ReportedRun) -> None:
    assert await launch.verdicts("S112") == ["BROKEN"]
