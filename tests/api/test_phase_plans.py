"""What a plan and a rollback plan hold is used, shown or refused (L11, L22)."""

from datetime import timedelta
from typing import Any

from db.session import Database
from tests.factories.health import Health
from tests.factories.launches import CREATE_PHASE, make_phase
from tests.factories.phases import activate, roll_back
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

PLAN = """query ($id: ID!) {
  activationPlan(phaseId: $id) { plannedStartAt warnings conflicts hash } }"""
KILL = """mutation {
  killFlags(input: { keys: ["mvp_chat"], reason: "It fails." }) { errors { message } } }"""
MAILS = "{ mails { nodes { recipient subject } } }"


async def plan(client: GraphQLClient, phase: str) -> Any:  # noqa: ANN401 - JSON
    return (await client.data(PLAN, id=phase))["activationPlan"]


async def test_plans_warn_of_a_missed_start_and_killed_flags(
    admin: GraphQLClient, clock: Clock
) -> None:
    start = clock() + timedelta(hours=1)
    phase = await make_phase(admin, flags=("mvp_chat",), plannedStartAt=start.isoformat())
    before = await plan(admin, phase)
    assert before["plannedStartAt"] is not None
    assert before["warnings"] == []
    clock.advance(2 * 3600)
    await admin.data(KILL)
    missed, killed = (await plan(admin, phase))["warnings"]
    assert missed.startswith("It was planned to start at ")
    assert killed == "mvp_chat is killed: it stays off until its kill is lifted."


async def test_rollback_recipients_are_validated_and_notified(
    admin: GraphQLClient, health: Health, db: Database
) -> None:
    bad = {"key": "bad_phase", "name": "Bad", "rollbackPlan": {"notify": ["#launch"]}}
    answer = await admin.data(CREATE_PHASE, input=bad)
    (error,) = answer["createLaunchPhase"]["errors"]
    assert "neither an e-mail address nor an alert channel" in error["message"]
    rollback_plan = {"notify": ["ops@wedsync.app"]}
    phase = await make_phase(admin, flags=("mvp_chat",), rollbackPlan=rollback_plan)
    await activate(admin, phase)
    await roll_back(admin, phase)
    mails = (await admin.data(MAILS))["mails"]["nodes"]
    assert [mail["recipient"] for mail in mails] == ["ops@wedsync.app"]


ACTION = """mutation ($input: PhaseActionInput!) { pauseLaunchPhase(input: $input) {
  phase { key status }
  errors { code path message ... on InvalidTransitionError { possible } } } }"""
DRIFT = """mutation ($input: ActivateLaunchPhaseInput!) { activateLaunchPhase(input: $input) {
  phase { status } errors { code path message ... on PlanDriftError { changed } } } }"""
SAMPLES = """mutation ($samples: [MetricSampleInput!]!) {
  recordSamples(samples: $samples) { recorded errors { code path } } }"""


async def test_phase_actions_accept_keys(admin: GraphQLClient, health: Health) -> None:
    """L24: an action needed an id, although keys are stable."""
    await make_phase(admin, "by_key", flags=("mvp_chat",))
    command = {"key": "by_key", "acceptWarnings": True}
    assert (await admin.data(DRIFT, input=command))["activateLaunchPhase"]["errors"] == []
    paused = (await admin.data(ACTION, input={"key": "by_key"}))["pauseLaunchPhase"]
    assert paused["phase"] == {"key": "by_key", "status": "PAUSED"}
    for wrong, code, field in (
        ({"key": "nope"}, "NOT_FOUND", "key"),
        ({}, "REQUIRED", "phaseId"),
        ({"key": "by_key", "phaseId": "x"}, "REQUIRED", "phaseId"),
    ):
        (error,) = (await admin.data(ACTION, input=wrong))["pauseLaunchPhase"]["errors"]
        assert (error["code"], error["path"]) == (code, ["input", field])


async def test_an_invalid_action_lists_the_possible_ones(admin: GraphQLClient) -> None:
    await make_phase(admin, "planned_one", flags=("mvp_chat",))
    (error,) = (await admin.data(ACTION, input={"key": "planned_one"}))["pauseLaunchPhase"][
        "errors"
    ]
    assert (error["code"], error["possible"]) == ("INVALID_TRANSITION", ["ACTIVATE"])
    assert error["message"].endswith("; possible: activate.")


async def test_plan_drift_lists_the_differences(admin: GraphQLClient, health: Health) -> None:
    phase = await make_phase(admin, flags=("mvp_chat", "mvp_maps"))
    seen = (await plan(admin, phase))["hash"]
    await admin.data("""mutation { updateFeatureFlag(
      input: { key: "mvp_maps", rolloutPercentage: 7 }) { errors { code } } }""")
    command = {"phaseId": phase, "planHash": seen, "acceptWarnings": True}
    (error,) = (await admin.data(DRIFT, input=command))["activateLaunchPhase"]["errors"]
    assert (error["code"], error["changed"]) == ("PLAN_DRIFT", ["mvp_maps"])


async def test_all_errors_of_a_phase_are_reported_together(admin: GraphQLClient) -> None:
    """L24: only the first was."""
    steps = [{"percentage": 50}, {"percentage": 5, "holdSeconds": -1}]
    bad = {
        "key": "Bad Key",
        "name": " ",
        "steps": steps,
        "flags": [{"flagKey": "nope"}],
        "rollbackPlan": {"drainSeconds": 1, "notify": ["#launch"]},
    }
    errors = (await admin.data(CREATE_PHASE, input=bad))["createLaunchPhase"]["errors"]
    assert [".".join(error["path"]) for error in errors] == [
        "input.key",
        "input.name",
        "input.steps.1.percentage",
        "input.steps.1.holdSeconds",
        "input.rollbackPlan.drainSeconds",
        "input.rollbackPlan.notify.0",
        "input.flags.0.flagKey",
    ]


async def test_invalid_samples_are_errors_in_the_payload(admin: GraphQLClient) -> None:
    """L24: recordMetrics throws."""
    bad = [{"name": "signups", "value": 1}, {"name": "custom.x", "value": 1, "unit": "u" * 99}]
    done = (await admin.data(SAMPLES, samples=bad))["recordSamples"]
    assert done["recorded"] == 0
    assert [error["path"] for error in done["errors"]] == [
        ["samples", "0", "name"],
        ["samples", "1", "unit"],
    ]
    good = [{"name": "custom.x", "value": 1}]
    assert (await admin.data(SAMPLES, samples=good))["recordSamples"] == {
        "recorded": 1,
        "errors": [],
    }
