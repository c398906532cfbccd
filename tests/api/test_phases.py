"""Phases over the API: activation, rollback and the steps between (S16 to S20)."""

import asyncio

import pytest

from db.session import Database
from domain.health.health import CheckType
from tests.factories.health import Health
from tests.factories.launches import CREATE_PHASE, close_incidents, make_phase
from tests.factories.phases import PHASE, activate, flag_states, roll_back, sees, step
from tests.support.graphql import GraphQLClient


async def test_activates_launch_phase_with_pre_checks(admin: GraphQLClient, health: Health) -> None:
    """Requirement S87."""
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
    """Requirement S89."""
    phase = await make_phase(admin, "mvp_launch")
    await activate(admin, phase)
    result = await roll_back(admin, phase)
    assert result["errors"] == []
    assert result["phase"]["status"] == "ROLLED_BACK"
    assert await sees(admin, "mvp_supplier_dashboard") is False


async def test_repeated_rollbacks_open_one_incident(admin: GraphQLClient, health: Health) -> None:
    """Requirement S55."""
    phase = await make_phase(admin, "mvp_launch", name="MVP")
    await activate(admin, phase)
    first, second = await asyncio.gather(roll_back(admin, phase), roll_back(admin, phase))
    incident = first["incident"]
    assert incident == second["incident"]
    assert (incident["type"], incident["severity"]) == ("phase_rollback", "HIGH")
    assert incident["title"] == "Phase MVP Emergency Rollback"
    assert incident["description"] == "Critical authentication issue"
    assert incident["affectedFeatures"] == [{"key": "mvp_supplier_dashboard"}]
    data = await admin.data("{ incidents { totalCount } }")
    assert data["incidents"]["totalCount"] == 1


async def test_a_repeated_rollback_returns_its_own_incident_after_another_activation(
    admin: GraphQLClient, health: Health, db: Database
) -> None:
    """S55, A45: the key stands for the run that it rolled back, and leaves the next run alone."""
    phase = await make_phase(admin, "mvp_launch")
    await activate(admin, phase)
    first = await roll_back(admin, phase, idempotencyKey="once")
    await close_incidents(db)
    await activate(admin, phase)
    repeated = await roll_back(admin, phase, idempotencyKey="once")
    assert repeated["errors"] == []
    assert repeated["phase"]["status"] == "ACTIVE"
    assert repeated["incident"]["number"] == first["incident"]["number"]


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


async def test_operators_can_activate_but_not_create(
    operator: GraphQLClient, admin: GraphQLClient, health: Health
) -> None:
    refused = await operator.execute(CREATE_PHASE, input={"key": "mine", "name": "Mine"})
    assert refused.codes == ["FORBIDDEN"]
    phase = await make_phase(admin)
    assert (await activate(operator, phase))["errors"] == []
