"""Live verdicts of criteria (X1, S82)."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from domain.actors import system_actor
from domain.incidents.incidents import Severity
from services.incidents.incidents import IncidentDraft, open_incident
from tests.factories.guards import ERRORS, RAMP, GuardedPhase
from tests.factories.health import Health
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient
from tests.support.sockets import Socket, serving, socket

PHASE = """subscription ($id: ID!) { launchPhase(id: $id) {
  status heldBy successCriteria { verdict explanation } } }"""
EVENTS = """subscription ($id: ID, $after: String) { launchEvents(phaseId: $id, after: $after) {
  __typename summary ... on CriterionEvent { actionTaken status { verdict } } } }"""


@pytest.fixture
async def live(app: Starlette, admin: GraphQLClient) -> AsyncIterator[Socket]:
    """An admin's socket."""
    async with serving(app) as address, socket(address, admin.token) as client:
        yield client


@pytest.fixture
def guarded(app: Starlette, admin: GraphQLClient, health: Health, clock: Clock) -> GuardedPhase:
    return GuardedPhase(app, admin, clock)


async def test_phase_is_sent_when_a_verdict_changes(guarded: GuardedPhase, live: Socket) -> None:
    """X1: not with every tick."""
    await guarded.go_live({**ERRORS, "action": "WARN"})
    stream = await live.subscribe(PHASE, id=guarded.phase)
    snapshot = (await stream.next())["launchPhase"]
    assert snapshot["successCriteria"][0]["verdict"] == "NO_DATA"
    for _ in range(2):
        await guarded.tick(1_000)
    await guarded.tick(1_000, errors=500)
    seen = [(await stream.next())["launchPhase"]["successCriteria"][0] for _ in range(2)]
    assert [status["verdict"] for status in seen] == ["PASSING", "FAILING"]
    assert await stream.silent()


async def test_criterion_event_is_sent(guarded: GuardedPhase, live: Socket) -> None:
    """X1: on the event feed of the phase, with the action that was taken."""
    await guarded.go_live({**ERRORS, "action": "HOLD", "failureLimit": 1})
    stream = await live.subscribe(EVENTS, id=guarded.phase, after=await guarded.cursor())
    await guarded.tick(1_000, errors=500)
    seen = [(await stream.next())["launchEvents"] for _ in range(3)]
    (event,) = [item for item in seen if item["__typename"] == "CriterionEvent"]
    assert (event["actionTaken"], event["status"]) == ("HOLD", {"verdict": "FAILING"})


async def test_reason_for_holding_a_ramp_is_sent(guarded: GuardedPhase, live: Socket) -> None:
    """X11: when an incident opens, the phase shows why its ramp is held."""
    await guarded.go_live(steps=RAMP)
    await guarded.runtime.health.tick()
    stream = await live.subscribe(PHASE, id=guarded.phase)
    assert (await stream.next())["launchPhase"]["heldBy"] == []
    async with guarded.db.write() as uow:
        draft = IncidentDraft(type="test", severity=Severity.HIGH, title="It burns")
        await open_incident(uow, system_actor("test"), draft)
    (reason,) = (await stream.next())["launchPhase"]["heldBy"]
    assert reason.endswith("It burns is not acknowledged.")
