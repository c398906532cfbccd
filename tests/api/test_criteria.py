"""Criteria, their verdicts and what holds a ramp, over the API (X1, X11)."""

import pytest
from starlette.applications import Starlette

from tests.factories.guards import ERRORS, LOOK, RAMP, GuardedPhase
from tests.factories.health import Health
from tests.factories.launches import make_phase
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

EVENTS = """{ launchEvents(first: 100) { nodes {
  __typename summary actor { ... on SystemActor { component } }
  ... on CriterionEvent {
    actionTaken phase { key status }
    status { criterion { key threshold action } verdict value samples consecutiveFailures }
  } } } }"""


@pytest.fixture
def guarded(app: Starlette, admin: GraphQLClient, health: Health, clock: Clock) -> GuardedPhase:
    return GuardedPhase(app, admin, clock)


async def test_unjudged_criteria_have_no_data(admin: GraphQLClient, health: Health) -> None:
    phase = await make_phase(admin, successCriteria=[ERRORS], steps=RAMP)
    phase_state = (await admin.data(LOOK, id=phase))["launchPhase"]
    assert phase_state["heldBy"] == []
    (status,) = phase_state["successCriteria"]
    assert (status["verdict"], status["samples"], status["value"]) == ("NO_DATA", 0, None)
    assert status["explanation"] == "Nothing has been measured for this criterion yet."


async def test_a_verdict_shows_its_numbers(guarded: GuardedPhase, viewer: GraphQLClient) -> None:
    """X1: for whoever may look."""
    await guarded.go_live({**ERRORS, "action": "WARN"})
    await guarded.tick(2_000, errors=62)
    status = (await viewer.data(LOOK, id=guarded.phase))["launchPhase"]["successCriteria"][0]
    assert (status["verdict"], status["consecutiveFailures"]) == ("FAILING", 1)
    assert status["value"] == pytest.approx(3.1, rel=0.01)
    assert 2_000 <= status["samples"] < 2_050  # requests of this test are counted too
    assert status["evaluatedAt"] is not None


async def test_suppliers_cannot_see_criteria(
    guarded: GuardedPhase, supplier: GraphQLClient
) -> None:
    await guarded.go_live(ERRORS)
    answer = await supplier.execute(LOOK, id=guarded.phase)
    assert (answer.codes, answer.body["data"]["launchPhase"]) == (["FORBIDDEN"], None)


async def test_verdicts_remain_after_the_run(guarded: GuardedPhase) -> None:
    """X15: what it was rolled back for can still be read."""
    await guarded.go_live(ERRORS)
    for _ in range(2):
        await guarded.tick(1_000, errors=100)
    phase_state = await guarded.look()
    assert (phase_state["status"], phase_state["heldBy"]) == ("ROLLED_BACK", [])
    assert phase_state["successCriteria"][0]["verdict"] == "FAILING"


async def test_criterion_events_show_verdict_action_and_author(guarded: GuardedPhase) -> None:
    """X1: the status as it was judged then, the action, and who did it."""
    await guarded.go_live({**ERRORS, "action": "HOLD", "failureLimit": 1})
    await guarded.tick(1_000, errors=100)
    nodes = (await guarded.client.data(EVENTS))["launchEvents"]["nodes"]
    (event,) = [node for node in nodes if node["__typename"] == "CriterionEvent"]
    assert (event["actionTaken"], event["phase"]["status"]) == ("HOLD", "PAUSED")
    assert event["actor"] == {"component": "guard"}
    assert event["status"]["criterion"] == {"key": "errors_low", "threshold": 2, "action": "HOLD"}
    assert event["status"]["consecutiveFailures"] == 1
    assert event["summary"].startswith("Criterion errors_low is failing: error_rate ")
    assert event["summary"].endswith("1st of 1: the phase is paused")


async def test_a_paused_ramp_states_its_author(guarded: GuardedPhase) -> None:
    await guarded.go_live({**ERRORS, "action": "HOLD", "failureLimit": 1}, steps=RAMP)
    await guarded.tick(1_000, errors=100)
    why = "errors_low: error_rate 10 % > 2 % in 60 s, 1000 samples, 1st of 1"
    reasons = [f"Paused by a guard: {why}. It continues when somebody resumes it."]
    assert (await guarded.look())["heldBy"] == reasons
