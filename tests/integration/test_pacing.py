"""A ramp goes on by its schedule and by how things are (A7, A8, X11)."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, update
from starlette.applications import Starlette

from db.models.onboarding import OnboardingProgress
from db.models.phases import LaunchPhase
from domain.actors import Role, system_actor
from domain.health.health import CheckType
from domain.incidents.incidents import Severity
from domain.journeys.onboarding import OnboardingSide
from jobs.phases import ramp
from jobs.queue import Payload
from services.incidents.incidents import IncidentDraft, open_incident
from services.phases.pacing import load_pacing_context
from tests.factories.accounts import add_user
from tests.factories.guards import ERRORS, RAMP, GuardedPhase
from tests.factories.health import Health
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

SEVERE = IncidentDraft(type="test", severity=Severity.HIGH, title="It burns", dedup_key="fire")


@pytest.fixture
def guarded(app: Starlette, admin: GraphQLClient, health: Health, clock: Clock) -> GuardedPhase:
    return GuardedPhase(app, admin, clock)


async def due(guarded: GuardedPhase, *criteria: dict[str, object], **fields: object) -> None:
    """A live phase whose first step has been held long enough; all is well so far."""
    await guarded.go_live(*criteria, **{"steps": RAMP, **fields})
    await guarded.tick(1_000)
    await guarded.runtime.health.tick()


async def percentage(guarded: GuardedPhase) -> float:
    return float((await guarded.look())["currentStep"]["percentage"])


async def test_a_healthy_ramp_advances(guarded: GuardedPhase) -> None:
    """A7: the sweep moves on a ramp whose job was lost, and once only."""
    await due(guarded, ERRORS)
    assert (await guarded.look())["heldBy"] == []
    assert (await guarded.sweep(), await percentage(guarded)) == (1, 50)
    assert await guarded.sweep() == 0


async def test_job_and_sweep_advance_a_step_once(guarded: GuardedPhase) -> None:
    """Rule R5 of docs/architecture.md."""
    await due(guarded)
    payload = await _payload(guarded)
    runtime = guarded.runtime
    ask = partial(load_pacing_context, runtime.health, runtime.settings)
    await ramp(runtime.db, ask, payload)
    assert await percentage(guarded) == 50
    await ramp(runtime.db, ask, payload)
    assert (await guarded.sweep(), await percentage(guarded)) == (0, 50)


async def _payload(guarded: GuardedPhase) -> Payload:
    """Of the job that the activation left."""
    async with guarded.db.read() as session:
        phase = (await session.scalars(select(LaunchPhase))).one()
    ids = {"phase_id": str(phase.id), "run_id": str(phase.current_run_id)}
    return {**ids, "step_index": 0, "due": (guarded.clock() - timedelta(1)).isoformat()}


async def test_a_ramp_does_not_advance_early(guarded: GuardedPhase) -> None:
    await guarded.go_live(steps=[{"percentage": 5, "holdSeconds": 3_600}, {"percentage": 50}])
    await guarded.runtime.health.tick()
    assert (await guarded.sweep(), await percentage(guarded)) == (0, 5)


async def test_a_critical_check_holds_the_ramp_until_it_recovers(
    guarded: GuardedPhase, health: Health
) -> None:
    """A7, S67: and the reason can be read."""
    await due(guarded)
    health.fail(CheckType.EMAIL)
    await guarded.runtime.health.tick()
    assert await guarded.sweep() == 0
    assert (await guarded.look())["heldBy"] == ["Health of email is CRITICAL: told to fail."]
    Health(guarded.clock)
    for _ in range(3):
        guarded.clock.advance(30)
        await guarded.runtime.health.tick()
    assert (await guarded.sweep(), await percentage(guarded)) == (1, 50)


async def test_stale_health_holds_the_ramp(guarded: GuardedPhase) -> None:
    """X16: what is stale is UNKNOWN."""
    await due(guarded)
    guarded.clock.advance(90)
    reasons = (await guarded.look())["heldBy"]
    assert len(reasons) == len(CheckType)
    assert "UNKNOWN: no sample for two intervals" in reasons[0]
    assert await guarded.sweep() == 0


async def test_a_criterion_that_does_not_pass_holds_the_ramp(guarded: GuardedPhase) -> None:
    """A7, A10: failing, unclear or never judged; a dry run holds nothing."""
    await due(guarded, {**ERRORS, "action": "HOLD", "failureLimit": 9})
    await guarded.tick(1_000, errors=500)
    await guarded.runtime.health.tick()
    (reason, budget) = (await guarded.look())["heldBy"]
    assert reason.startswith("Criterion errors_low is FAILING: error_rate ")
    assert budget.startswith("The error budget burns ")
    assert await guarded.sweep() == 0


async def test_an_unjudged_criterion_holds_the_ramp(guarded: GuardedPhase) -> None:
    await guarded.go_live(ERRORS, steps=RAMP)
    await guarded.runtime.health.tick()
    assert (await guarded.look())["heldBy"] == ["Criterion errors_low has not been judged yet."]
    await guarded.tick(1_000)
    guarded.clock.advance(90)
    await guarded.runtime.health.tick()
    (reason,) = (await guarded.look())["heldBy"]
    assert "was last judged 9" in reason


async def test_a_warning_does_not_hold_the_ramp(guarded: GuardedPhase) -> None:
    """L14, flagger#1501: it is reported, and the ramp goes on."""
    await due(guarded, {**ERRORS, "threshold": -1.0, "action": "WARN", "failureLimit": 1})
    assert (await guarded.criterion())["verdict"] == "FAILING"
    (incident,) = await guarded.incidents()
    assert incident.title.endswith(": criterion errors_low is failing")
    assert (await guarded.look())["heldBy"] == []
    assert await guarded.sweep() == 1


async def test_a_dry_run_does_not_hold_the_ramp(guarded: GuardedPhase) -> None:
    """A11: though it fails."""
    await due(guarded, {**ERRORS, "threshold": -1.0, "dryRun": True})
    assert (await guarded.criterion())["verdict"] == "FAILING"
    assert await guarded.sweep() == 1


async def test_a_severe_incident_holds_the_ramp_until_acknowledged(guarded: GuardedPhase) -> None:
    """Requirement X11."""
    await due(guarded)
    async with guarded.db.write() as uow:
        opened = await open_incident(uow, system_actor("test"), SEVERE)
    number = opened.row.number
    reasons = [f"Incident #{number} (HIGH) It burns is not acknowledged."]
    assert ((await guarded.look())["heldBy"], await guarded.sweep()) == (reasons, 0)
    await _take(guarded)
    assert ((await guarded.look())["heldBy"], await guarded.sweep()) == ([], 1)


async def _take(guarded: GuardedPhase) -> None:
    document = "{ incidents { nodes { id } } }"
    (node,) = (await guarded.client.data(document))["incidents"]["nodes"]
    take = "mutation ($id: ID!) { acknowledgeIncident(id: $id) { errors { message } } }"
    await guarded.client.data(take, id=node["id"])


async def test_a_fast_burning_error_budget_holds_the_ramp(guarded: GuardedPhase) -> None:
    """X11, S107: over ten minutes, whatever the criteria look at."""
    await due(guarded)
    await guarded.add(1_000, errors=90)
    (reason,) = (await guarded.look())["heldBy"]
    assert reason.startswith(
        "The error budget burns 2.2 times as fast as it may: 4.5 % of requests"
    )
    assert await guarded.sweep() == 0


async def test_too_many_help_requests_hold_the_ramp(guarded: GuardedPhase) -> None:
    """X11, S44: twenty, where nobody has said otherwise."""
    await due(guarded)
    await _ask_for_help(guarded, 20)
    assert (await guarded.look())["heldBy"] == ["20 open requests for help; the limit is 20."]
    assert await guarded.sweep() == 0
    async with guarded.db.write() as uow:
        helped = update(OnboardingProgress).values(assistance_needed=False)
        await uow.session.execute(helped)
    assert await guarded.sweep() == 1


async def _ask_for_help(guarded: GuardedPhase, count: int) -> None:
    users = [
        await add_user(guarded.db, Role.SUPPLIER, f"s{number}@example.com")
        for number in range(count)
    ]
    side = OnboardingSide.SUPPLIER
    async with guarded.db.write() as uow:
        for user in users:
            row = OnboardingProgress(user_id=user.id, user_type=side, assistance_needed=True)
            uow.session.add(row)


async def test_steps_that_need_a_person_say_so(guarded: GuardedPhase) -> None:
    """A8: approval, or a step without an end."""
    steps = [{"percentage": 5, "holdSeconds": 60}, {"percentage": 50, "requiresApproval": True}]
    await due(guarded, steps=steps)
    reasons = ["The step to 50 % waits for somebody to approve it."]
    assert ((await guarded.look())["heldBy"], await guarded.sweep()) == (reasons, 0)


async def test_people_can_advance_a_held_ramp(guarded: GuardedPhase) -> None:
    """A7: the guards hold the schedule, not people."""
    await due(guarded)
    async with guarded.db.write() as uow:
        await open_incident(uow, system_actor("test"), SEVERE)
    move = """mutation ($input: PhaseActionInput!) {
      advanceLaunchPhase(input: $input) { errors { message } } }"""
    await guarded.client.data(move, input={"phaseId": guarded.phase})
    assert await percentage(guarded) == 50
    (reason, *_) = (await guarded.look())["heldBy"]
    assert reason == "The step to 100 % waits for somebody to advance the phase."
