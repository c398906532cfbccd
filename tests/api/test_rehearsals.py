"""Rehearsals over the API: what they measure, and that they touch nothing (X4, S112)."""

import asyncio

from starlette.applications import Starlette

from db.session import Database
from domain.actors import Role
from domain.phases.rehearsal import LONGEST, PEOPLE
from services.phases.rehearsals import end_overdue
from tests.factories import user_sessions
from tests.factories.health import Health
from tests.factories.launches import make_phase
from tests.factories.phases import activate
from tests.factories.propagation import runtime_of
from tests.factories.rehearsals import (
    NODE,
    production_rows,
    readiness,
    run_id,
    run_rehearsal,
    start_rehearsal,
)
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

STEPS = [{"percentage": share, "holdSeconds": 86_400} for share in (10, 50, 100)]
ERRORS = {
    "key": "errors",
    "metric": "error_rate",
    "aggregation": "AVG",
    "windowSeconds": 60,
    "comparator": "LT",
    "threshold": 2,
    "action": "ROLLBACK",
}
VIEWER = "{ viewerFlags { version etag flags { key value reason flagVersion } } }"
EVENTS = "{ launchEvents(first: 100) { nodes { __typename summary } } }"
HEALTH = "{ systemHealth { overall checks { type status } } }"
PHASE = "query ($id: ID) { launchPhase(id: $id) { status version startedAt endedAt } }"


async def test_a_rehearsal_ramps_fails_decides_and_rolls_back(
    app: Starlette, operator: GraphQLClient, admin: GraphQLClient, db: Database
) -> None:
    """S112: days of ramp in moments, decided by the criterion of the phase."""
    phase = await make_phase(admin, steps=STEPS, successCriteria=[ERRORS])
    run = await run_rehearsal(operator, phase)
    rehearsal = run["rehearsal"]
    assert (run["kind"], run["outcome"]) == ("REHEARSAL", "ROLLED_BACK")
    assert (rehearsal["status"], rehearsal["failure"], rehearsal["decidedBy"]) == (
        "PASSED",
        None,
        "errors",
    )
    assert [step["percentage"] for step in rehearsal["steps"]] == [10, 50, 100]
    assert rehearsal["steps"][-1]["exposed"] == len(PEOPLE)
    assert 0 <= rehearsal["detectionSeconds"] <= rehearsal["decisionSeconds"] < 10


async def test_the_rollback_is_measured_over_processes_and_synthetic_clients(
    app: Starlette, admin: GraphQLClient, db: Database
) -> None:
    phase = await make_phase(admin)
    propagation = (await run_rehearsal(admin, phase))["rehearsal"]["propagation"]
    assert (propagation["processes"], propagation["total"], propagation["acked"]) == (1, 101, 101)
    assert (propagation["complete"], propagation["withinBudget"]) == (True, True)


async def test_a_rehearsal_does_not_touch_production(
    app: Starlette, admin: GraphQLClient, health: Health, db: Database
) -> None:
    """No row of flags, phases, incidents, alerts, health or metrics changes; nor do streams."""
    phase = await make_phase(admin, steps=STEPS, successCriteria=[ERRORS])
    await activate(admin, phase)
    before = await production_rows(db)
    seen = [await admin.data(document) for document in (VIEWER, HEALTH, EVENTS)]
    streams = runtime_of(app).receipts.steps
    assert (await run_rehearsal(admin, phase))["rehearsal"]["status"] == "PASSED"
    assert await production_rows(db) == before
    assert [await admin.data(document) for document in (VIEWER, HEALTH, EVENTS)] == seen
    assert runtime_of(app).receipts.steps == streams


async def test_a_live_phase_continues_during_its_rehearsal(
    app: Starlette, admin: GraphQLClient, health: Health, db: Database
) -> None:
    phase = await make_phase(admin)
    await activate(admin, phase)
    before = await admin.data(PHASE, id=phase)
    await run_rehearsal(admin, phase)
    assert await admin.data(PHASE, id=phase) == before


async def test_readiness_requires_a_successful_rehearsal_of_the_last_week(
    app: Starlette, admin: GraphQLClient, db: Database, clock: Clock
) -> None:
    phase = await make_phase(admin)
    never = await readiness(admin, phase)
    await run_rehearsal(admin, phase)
    fresh = await readiness(admin, phase)
    clock.advance(8 * 86_400)
    old = await readiness(admin.as_(await user_sessions.create_session(db, Role.ADMIN)), phase)
    assert [item["ok"] for item in (never, fresh, old)] == [False, True, False]
    assert (never["blocking"], never["detail"]) == (False, "never rehearsed")


async def test_a_failed_rehearsal_states_the_reason(
    app: Starlette, admin: GraphQLClient, db: Database, clock: Clock
) -> None:
    phase = await make_phase(admin)
    payload = await start_rehearsal(admin, phase)
    clock.advance(LONGEST.total_seconds() + 1)
    assert await end_overdue(db) == 1
    run = (await admin.data(NODE, id=payload["run"]["id"]))["node"]
    assert (run["outcome"], run["rehearsal"]["status"]) == (None, "FAILED")
    assert run["rehearsal"]["failure"] == "The worker that ran it was lost."
    assert "failed: The worker" in (await readiness(admin, phase))["detail"]


async def test_a_phase_has_one_rehearsal_at_a_time(
    app: Starlette, admin: GraphQLClient, clock: Clock
) -> None:
    """Two at once give one; one that nobody carries on does not keep the next from starting."""
    phase = await make_phase(admin)
    both = await asyncio.gather(start_rehearsal(admin, phase), start_rehearsal(admin, phase))
    assert sorted(len(item["errors"]) for item in both) == [0, 1]
    clock.advance(LONGEST.total_seconds() + 1)
    assert (await start_rehearsal(admin, phase))["errors"] == []


async def test_a_repeated_request_gives_the_same_run(app: Starlette, admin: GraphQLClient) -> None:
    phase = await make_phase(admin)
    first, repeated = [await start_rehearsal(admin, phase, idempotencyKey="once") for _ in range(2)]
    assert run_id(first) == run_id(repeated)


async def test_only_existing_phases_with_flags_can_be_rehearsed(
    app: Starlette, admin: GraphQLClient
) -> None:
    empty = await start_rehearsal(admin, await make_phase(admin, flags=()))
    nowhere = await start_rehearsal(
        admin, "TGF1bmNoUGhhc2U6MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAw"
    )
    assert [item["errors"][0]["code"] for item in (empty, nowhere)] == ["INVALID", "NOT_FOUND"]


async def test_a_stale_version_is_refused(app: Starlette, admin: GraphQLClient) -> None:
    phase = await make_phase(admin)
    payload = await start_rehearsal(admin, phase, expectedVersion=7)
    assert payload["errors"][0]["code"] == "VERSION_CONFLICT"


async def test_viewers_cannot_rehearse(
    app: Starlette, viewer: GraphQLClient, admin: GraphQLClient, db: Database
) -> None:
    phase = await make_phase(admin)
    before = await production_rows(db)
    answer = await viewer.execute(
        "mutation ($id: ID!) { rehearseLaunchPhase(input: {phaseId: $id}) { run { id } } }",
        id=phase,
    )
    assert answer.codes == ["FORBIDDEN"]
    assert await production_rows(db) == before
