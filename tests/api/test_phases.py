"""Phases over the API: the source's own tests, and everything around them (S16 to S20)."""

import asyncio
from typing import Any

import pytest

from db.session import Database
from domain.health.health import CheckType
from tests.factories.health import Health
from tests.factories.launches import CREATE_PHASE, close_incidents, make_flag, make_phase
from tests.support.graphql import GraphQLClient

ACTIVATE = """
mutation ($input: ActivateLaunchPhaseInput!) {
  activateLaunchPhase(input: $input) {
    phase { status version startedAt currentStep { index percentage } nextStepAt availableActions }
    run { id number activatedBy { ... on User { email } } }
    errors {
      __typename code message path
      ... on NotReadyError { readiness { verdict checks { key ok blocking detail } } }
    }
  }
}
"""
ROLLBACK = """
mutation ($input: RollbackLaunchPhaseInput!) {
  rollbackLaunchPhase(input: $input) {
    phase { status endedAt }
    incident {
      number type severity title description status userImpact
      affectedFeatures { key } phase { key }
    }
    restored { key before { enabled } after { enabled rolloutPercentage } }
    conflicts
    errors { code message path }
  }
}
"""
STEP = """
mutation ($input: PhaseActionInput!) {
  %s(input: $input) {
    phase { status version currentStep { index percentage approvedBy { __typename } } }
    errors { code message path }
  }
}
"""
PHASE = """
query ($id: ID) {
  launchPhase(id: $id) {
    key status version flags { flag { key enabled rolloutPercentage } targetPercentage }
  }
}
"""
PLAN = """
query ($id: ID!) {
  activationPlan(phaseId: $id) {
    hash conflicts
    changes { key before { enabled rolloutPercentage } after { enabled rolloutPercentage } }
    exposure { userType vendorType before after }
    readiness { verdict token checks { key ok } }
  }
}
"""
RAMP = [{"percentage": 5, "holdSeconds": 60}, {"percentage": 25}, {"percentage": 100}]


async def activate(client: GraphQLClient, phase_id: str, **more: object) -> Any:  # noqa: ANN401
    sent = {"phaseId": phase_id, "acceptWarnings": True, **more}
    return (await client.data(ACTIVATE, input=sent))["activateLaunchPhase"]


async def roll_back(client: GraphQLClient, phase_id: str, **more: object) -> Any:  # noqa: ANN401
    sent = {"phaseId": phase_id, "reason": "Critical authentication issue", **more}
    return (await client.data(ROLLBACK, input=sent))["rollbackLaunchPhase"]


async def step(client: GraphQLClient, action: str, phase_id: str, **more: object) -> Any:  # noqa: ANN401
    name = f"{action}LaunchPhase"
    return (await client.data(STEP % name, input={"phaseId": phase_id, **more}))[name]


async def flag_states(client: GraphQLClient, phase_id: str) -> dict[str, tuple[bool, float]]:
    phase = (await client.data(PHASE, id=phase_id))["launchPhase"]
    flags = [link["flag"] for link in phase["flags"]]
    return {flag["key"]: (flag["enabled"], flag["rolloutPercentage"]) for flag in flags}


async def sees(client: GraphQLClient, key: str) -> bool:
    flags = (await client.data("{ viewerFlags { flags { key value } } }"))["viewerFlags"]["flags"]
    return bool(next(flag["value"] for flag in flags if flag["key"] == key))


async def test_activates_launch_phase_with_pre_checks(admin: GraphQLClient, health: Health) -> None:
    """S87."""
    phase = await make_phase(admin, "mvp_launch")
    result = await activate(admin, phase)
    assert result["errors"] == []
    assert result["phase"]["status"] == "ACTIVE"
    assert await sees(admin, "mvp_supplier_dashboard") is True


async def test_prevents_launch_activation_on_unhealthy_system(
    admin: GraphQLClient, health: Health
) -> None:
    """S88: the message, and nothing changed."""
    phase = await make_phase(admin, "mvp_launch")
    health.fail(CheckType.DATABASE)
    result = await activate(admin, phase)
    (error,) = result["errors"]
    assert "System not healthy for launch" in error["message"]
    assert (error["code"], error["readiness"]["verdict"]) == ("NOT_READY", "NO_GO")
    assert (await admin.data(PHASE, id=phase))["launchPhase"]["status"] == "PLANNED"
    assert await flag_states(admin, phase) == {"mvp_supplier_dashboard": (False, 0)}


async def test_performs_emergency_rollback_successfully(
    admin: GraphQLClient, health: Health
) -> None:
    """S89."""
    phase = await make_phase(admin, "mvp_launch")
    await activate(admin, phase)
    result = await roll_back(admin, phase)
    assert result["errors"] == []
    assert result["phase"]["status"] == "ROLLED_BACK"
    assert await sees(admin, "mvp_supplier_dashboard") is False


async def test_repeated_rollbacks_open_one_incident(admin: GraphQLClient, health: Health) -> None:
    """S55."""
    phase = await make_phase(admin, "mvp_launch", name="MVP")
    await activate(admin, phase)
    first, second = await asyncio.gather(roll_back(admin, phase), roll_back(admin, phase))
    incident = first["incident"]
    assert incident == second["incident"]
    assert (incident["type"], incident["severity"]) == ("phase_rollback", "HIGH")
    assert incident["title"] == "Phase MVP Emergency Rollback"
    assert incident["description"] == "Critical authentication issue"
    assert incident["affectedFeatures"] == [{"key": "mvp_supplier_dashboard"}]
    found = await admin.data("{ incidents { totalCount } }")
    assert found["incidents"]["totalCount"] == 1


async def test_warnings_must_be_accepted(admin: GraphQLClient, health: Health) -> None:
    """Decision 4."""
    phase = await make_phase(admin)
    result = await activate(admin, phase, acceptWarnings=False)
    assert result["errors"][0]["__typename"] == "NotReadyError"
    assert result["errors"][0]["readiness"]["verdict"] == "GO_WITH_WARNINGS"


async def test_activating_twice_gives_the_same_run(admin: GraphQLClient, health: Health) -> None:
    """S45: two admins at once end in one run."""
    phase = await make_phase(admin)
    answers = await asyncio.gather(*(activate(admin, phase) for _ in range(4)))
    assert {answer["run"]["id"] for answer in answers} == {answers[0]["run"]["id"]}
    assert {answer["phase"]["version"] for answer in answers} == {2}


async def test_only_one_phase_is_active_on_a_platform(admin: GraphQLClient, health: Health) -> None:
    first = await make_phase(admin, "first_phase", flags=("flag_a",))
    second = await make_phase(admin, "second_phase", flags=("flag_b",))
    await activate(admin, first)
    result = await activate(admin, second)
    assert result["errors"][0]["code"] == "INVALID_TRANSITION"
    assert await flag_states(admin, second) == {"flag_b": (False, 0)}


async def test_phases_of_two_platforms_live_side_by_side(
    admin: GraphQLClient, health: Health
) -> None:
    first = await make_phase(admin, "for_suppliers", flags=("flag_a",), platforms=["WEDSYNC"])
    second = await make_phase(admin, "for_couples", flags=("flag_b",), platforms=["WEDME"])
    assert (await activate(admin, first))["errors"] == []
    assert (await activate(admin, second))["errors"] == []


async def test_a_ramp_limits_flags_to_its_step(admin: GraphQLClient, health: Health) -> None:
    """A7, A8: step by step, never beyond the flag's own target."""
    await make_flag(admin, "small_flag", rolloutPercentage=10)
    phase = await make_phase(admin, flags=("wide_flag",), steps=RAMP)
    edit = """mutation ($input: UpdateLaunchPhaseInput!) {
      updateLaunchPhase(input: $input) { errors { message } } }"""
    links = [{"flagKey": "wide_flag"}, {"flagKey": "small_flag"}]
    await admin.data(edit, input={"id": phase, "flags": links})
    result = await activate(admin, phase)
    assert result["phase"]["currentStep"] == {"index": 0, "percentage": 5}
    assert result["phase"]["nextStepAt"] is not None
    assert await flag_states(admin, phase) == {"wide_flag": (True, 5), "small_flag": (True, 5)}
    moved = await step(admin, "advance", phase)
    assert moved["phase"]["currentStep"]["approvedBy"] == {"__typename": "User"}
    assert await flag_states(admin, phase) == {"wide_flag": (True, 25), "small_flag": (True, 10)}


async def test_flags_switched_off_manually_stay_off_while_the_ramp_advances(
    admin: GraphQLClient, health: Health
) -> None:
    phase = await make_phase(admin, flags=("wide_flag",), steps=RAMP)
    await activate(admin, phase)
    off = """mutation { toggleFeatureFlag(input: {key: "wide_flag", enabled: false}) {
      errors { message } } }"""
    await admin.data(off)
    await step(admin, "advance", phase)
    assert (await flag_states(admin, phase))["wide_flag"] == (False, 25)


async def test_restoring_gives_each_flag_its_former_state(
    admin: GraphQLClient, health: Health
) -> None:
    """Decision 6, A14: what was on before the launch is on after it."""
    await make_flag(admin, "was_on", enabled=True, rolloutPercentage=30)
    phase = await make_phase(admin, flags=("was_off",))
    edit = """mutation ($input: UpdateLaunchPhaseInput!) {
      updateLaunchPhase(input: $input) { errors { message } } }"""
    links = [{"flagKey": "was_off"}, {"flagKey": "was_on", "targetPercentage": 80}]
    await admin.data(edit, input={"id": phase, "flags": links})
    await activate(admin, phase)
    assert await flag_states(admin, phase) == {"was_off": (True, 100), "was_on": (True, 80)}
    await roll_back(admin, phase, mode="RESTORE_PREVIOUS")
    assert await flag_states(admin, phase) == {"was_off": (False, 0), "was_on": (True, 30)}


async def test_a_restore_never_switches_on_what_a_human_switched_off(
    admin: GraphQLClient, health: Health
) -> None:
    await make_flag(admin, "was_on", enabled=True, rolloutPercentage=30)
    phase = await make_phase(admin, flags=())
    edit = """mutation ($input: UpdateLaunchPhaseInput!) {
      updateLaunchPhase(input: $input) { errors { message } } }"""
    await admin.data(edit, input={"id": phase, "flags": [{"flagKey": "was_on"}]})
    await activate(admin, phase)
    off = """mutation { toggleFeatureFlag(input: {key: "was_on", enabled: false}) {
      errors { message } } }"""
    await admin.data(off)
    result = await roll_back(admin, phase, mode="RESTORE_PREVIOUS")
    assert (await flag_states(admin, phase))["was_on"][0] is False
    assert "was_on" in result["conflicts"][0]


async def test_a_new_run_after_a_rollback_takes_its_own_snapshot(
    admin: GraphQLClient, db: Database, health: Health
) -> None:
    phase = await make_phase(admin)
    await activate(admin, phase)
    await roll_back(admin, phase)
    await close_incidents(db)
    again = await activate(admin, phase)
    assert again["run"]["number"] == 2
    assert await flag_states(admin, phase) == {"mvp_supplier_dashboard": (True, 100)}


@pytest.mark.parametrize(
    ("action", "status"),
    [("pause", "PAUSED"), ("complete", "COMPLETED")],
)
async def test_active_phases_can_be_advanced_and_completed(
    admin: GraphQLClient, health: Health, action: str, status: str
) -> None:
    phase = await make_phase(admin)
    await activate(admin, phase)
    assert (await step(admin, action, phase))["phase"]["status"] == status


async def test_a_pause_keeps_the_flags_and_ends_with_a_resume(
    admin: GraphQLClient, health: Health
) -> None:
    phase = await make_phase(admin)
    await activate(admin, phase)
    await step(admin, "pause", phase)
    assert await sees(admin, "mvp_supplier_dashboard") is True
    assert (await step(admin, "resume", phase))["phase"]["status"] == "ACTIVE"


@pytest.mark.parametrize("action", ["pause", "resume", "advance", "complete"])
async def test_planned_phases_cannot_be_advanced(admin: GraphQLClient, action: str) -> None:
    phase = await make_phase(admin)
    result = await step(admin, action, phase)
    assert result["errors"][0]["code"] == "INVALID_TRANSITION"
    assert (await admin.data(PHASE, id=phase))["launchPhase"]["version"] == 1


async def test_a_plan_shows_what_will_happen_and_changes_nothing(
    admin: GraphQLClient, supplier: GraphQLClient, health: Health
) -> None:
    """X3."""
    phase = await make_phase(admin)
    plan = (await admin.data(PLAN, id=phase))["activationPlan"]
    (change,) = plan["changes"]
    assert change["after"] == {"enabled": True, "rolloutPercentage": 100}
    assert plan["exposure"] == [
        {"userType": "SUPPLIER", "vendorType": "PHOTOGRAPHER", "before": 0, "after": 1}
    ]
    assert await flag_states(admin, phase) == {"mvp_supplier_dashboard": (False, 0)}


async def test_a_plan_that_drifted_is_refused(admin: GraphQLClient, health: Health) -> None:
    phase = await make_phase(admin)
    plan = (await admin.data(PLAN, id=phase))["activationPlan"]
    widen = """mutation { updateFeatureFlag(input: {
      key: "mvp_supplier_dashboard", rolloutPercentage: 50 }) { errors { message } } }"""
    await admin.data(widen)
    result = await activate(admin, phase, planHash=plan["hash"])
    assert (result["errors"][0]["code"], result["errors"][0]["path"]) == (
        "PLAN_DRIFT",
        ["input", "planHash"],
    )
    assert await flag_states(admin, phase) == {"mvp_supplier_dashboard": (False, 50)}


async def test_a_readiness_token_binds_to_what_was_shown(
    admin: GraphQLClient, health: Health
) -> None:
    """X2."""
    phase = await make_phase(admin)
    token = (await admin.data(PLAN, id=phase))["activationPlan"]["readiness"]["token"]
    refused = await activate(admin, phase, readinessToken=f"{token}0")
    assert refused["errors"][0]["code"] == "PLAN_DRIFT"
    assert (await activate(admin, phase, readinessToken=token))["errors"] == []


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"key": "Bad Key"}, ["input", "key"]),
        ({"platforms": []}, ["input", "platforms"]),
        (
            {"steps": [{"percentage": 50}, {"percentage": 20}]},
            ["input", "steps", "1", "percentage"],
        ),
        ({"flags": [{"flagKey": "nowhere"}]}, ["input", "flags", "0", "flagKey"]),
        ({"rollbackPlan": {"drainSeconds": 5}}, ["input", "rollbackPlan", "drainSeconds"]),
        (
            {"plannedStartAt": "2026-05-02T00:00:00Z", "plannedEndAt": "2026-05-01T00:00:00Z"},
            ["input", "plannedEndAt"],
        ),
    ],
)
async def test_bad_input_names_its_field(
    admin: GraphQLClient, fields: dict[str, object], path: list[str]
) -> None:
    sent = {"key": "mvp_launch", "name": "MVP", **fields}
    answer = await admin.data(CREATE_PHASE, input=sent)
    assert answer["createLaunchPhase"]["errors"][0]["path"] == path
    assert (await admin.data("{ launchPhases { key } }"))["launchPhases"] == []


@pytest.mark.parametrize(
    ("metric", "field"), [("no_such", "metric"), ("websockets_open", "aggregation")]
)
async def test_criteria_that_cannot_be_judged_are_rejected(
    admin: GraphQLClient, metric: str, field: str
) -> None:
    """S15: an unknown metric, a percentile of a level."""
    criterion = {
        "key": "speed", "metric": metric, "aggregation": "P95",
        "windowSeconds": 60, "comparator": "LT", "threshold": 500,
    }  # fmt: skip
    sent = {"key": "mvp_launch", "name": "MVP", "successCriteria": [criterion]}
    answer = await admin.data(CREATE_PHASE, input=sent)
    (error,) = answer["createLaunchPhase"]["errors"]
    assert error["path"] == ["input", "successCriteria", "0", field]


async def test_steps_are_locked_while_a_phase_is_live(admin: GraphQLClient, health: Health) -> None:
    """A13."""
    phase = await make_phase(admin)
    await activate(admin, phase)
    edit = """mutation ($input: UpdateLaunchPhaseInput!) {
      updateLaunchPhase(input: $input) { errors { code path } } }"""
    answer = await admin.data(edit, input={"id": phase, "steps": []})
    assert answer["updateLaunchPhase"]["errors"] == [{"code": "LOCKED", "path": ["input", "steps"]}]


async def test_operators_can_activate_but_not_create(
    operator: GraphQLClient, admin: GraphQLClient, health: Health
) -> None:
    refused = await operator.execute(CREATE_PHASE, input={"key": "mine", "name": "Mine"})
    assert refused.codes == ["FORBIDDEN"]
    phase = await make_phase(admin)
    assert (await activate(operator, phase))["errors"] == []


@pytest.mark.parametrize("bad", ["nonsense", "TGF1bmNoUGhhc2U6eA", "", "💥"])
async def test_unknown_ids_give_not_found(admin: GraphQLClient, bad: str) -> None:
    answer = await admin.execute(PHASE, id=bad)
    assert answer.codes == ["BAD_USER_INPUT"]
    result = await activate(admin, bad)
    assert result["errors"][0]["path"] == ["input", "phaseId"]
