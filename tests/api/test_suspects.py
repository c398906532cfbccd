"""Which change may have caused an incident, and its undoing (X8)."""

import pytest

from domain.ids import global_id
from tests.factories.incidents import (
    REOPEN,
    RESOLVE,
    SUSPECTS,
    fetch_suspects,
    report_incident,
    revert_change,
    run_incident_mutation,
    toggle_flag,
)
from tests.factories.launches import make_flag, make_phase
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

HISTORY = """
query ($key: String!) {
  featureFlag(key: $key) { changes { nodes { id action revertible } } }
}
"""
ACTIVATE = """
mutation ($id: ID!) {
  activateLaunchPhase(input: {phaseId: $id, acceptWarnings: true}) { errors { message } }
}
"""
ROLL_BACK = """
mutation ($id: ID!) {
  rollbackLaunchPhase(input: {phaseId: $id, reason: "no"}) { incident { id } errors { message } }
}
"""


@pytest.fixture
async def suspicious(operator: GraphQLClient, clock: Clock) -> str:
    """An incident 40 s after the flag `mvp_chat` went on."""
    await make_flag(operator, "mvp_chat")
    clock.advance(3600)
    await toggle_flag(operator, "mvp_chat", True)
    clock.advance(40)
    return str((await report_incident(operator, affectedFeatures=["mvp_chat"]))["incident"]["id"])


async def test_the_latest_change_is_the_suspect_and_can_be_reverted(
    operator: GraphQLClient, suspicious: str
) -> None:
    (suspect,) = await fetch_suspects(operator, suspicious)
    assert suspect["change"]["revertible"] is True
    assert suspect["why"][0].endswith("s before it began")
    done = await revert_change(operator, suspect["change"]["id"])
    assert done["flag"]["enabled"] is False
    undone = {"id": suspect["change"]["id"]}
    assert done["change"] == {"action": "reverted", "reason": "suspect", "reverts": undone}


async def test_changes_that_reached_nobody_are_not_suspects(
    admin: GraphQLClient, operator: GraphQLClient, clock: Clock
) -> None:
    """L18: a phase that was only planned, and a flag that is off, 16 s before it began."""
    await make_phase(admin, "later", ("mvp_chat",))
    clock.advance(16)
    incident = (await report_incident(operator, affectedFeatures=["mvp_chat"]))["incident"]["id"]
    assert await fetch_suspects(operator, incident) == []


async def test_a_revert_that_ends_the_incident_confirms_the_cause(
    operator: GraphQLClient, suspicious: str
) -> None:
    (suspect,) = await fetch_suspects(operator, suspicious)
    await revert_change(operator, suspect["change"]["id"])
    (open_still,) = await fetch_suspects(operator, suspicious)
    assert (open_still["confirmedCause"], open_still["why"][-1]) == (False, "was reverted since")
    ended = await run_incident_mutation(operator, RESOLVE, id=suspicious, notes="fine again")
    note = ended["timeline"]["nodes"][-1]["note"]
    assert note.startswith("fine again\n\nConfirmed cause: mvp_chat switched on by operator-")
    assert ended["resolutionNotes"] == "fine again"
    (confirmed,) = await fetch_suspects(operator, suspicious)
    assert (confirmed["confirmedCause"], confirmed["score"]) == (True, 1.0)


async def test_nothing_is_confirmed_without_a_revert(
    operator: GraphQLClient, suspicious: str
) -> None:
    ended = await run_incident_mutation(operator, RESOLVE, id=suspicious, notes="by itself")
    assert ended["timeline"]["nodes"][-1]["note"] == "by itself"
    (suspect,) = await fetch_suspects(operator, suspicious)
    assert suspect["confirmedCause"] is False


async def test_a_revert_after_the_incident_confirms_nothing(
    operator: GraphQLClient, suspicious: str
) -> None:
    await run_incident_mutation(operator, RESOLVE, id=suspicious, notes="by itself")
    (suspect,) = await fetch_suspects(operator, suspicious)
    await revert_change(operator, suspect["change"]["id"])
    assert (await fetch_suspects(operator, suspicious))[0]["confirmedCause"] is False


async def test_an_incident_that_returns_after_a_revert_unconfirms_the_cause(
    operator: GraphQLClient, suspicious: str
) -> None:
    (suspect,) = await fetch_suspects(operator, suspicious)
    await revert_change(operator, suspect["change"]["id"])
    await run_incident_mutation(operator, RESOLVE, id=suspicious, notes="gone")
    await run_incident_mutation(operator, REOPEN, id=suspicious)
    ended = await run_incident_mutation(operator, RESOLVE, id=suspicious, notes="really gone")
    assert ended["timeline"]["nodes"][-1]["note"] == "really gone"
    assert (await fetch_suspects(operator, suspicious))[0]["confirmedCause"] is False


async def test_the_rollback_is_not_a_suspect(
    admin: GraphQLClient, health: object, clock: Clock
) -> None:
    """What the rollback switched off is not suspected, what went on before is."""
    phase = await make_phase(admin, flags=("mvp_chat",))
    clock.advance(3600)
    await admin.data(ACTIVATE, id=phase)
    clock.advance(60)
    done = (await admin.data(ROLL_BACK, id=phase))["rollbackLaunchPhase"]
    shown = await fetch_suspects(admin, done["incident"]["id"])
    actions = {item["change"]["action"] for item in shown}
    assert "activated" in actions
    assert "rolled back" not in actions
    assert all("belongs to the same phase" in item["why"] for item in shown)
    clock.advance(60)
    later = (await report_incident(admin, phaseId=phase, affectedFeatures=["mvp_chat"]))["incident"]
    shown = await fetch_suspects(admin, later["id"])
    assert "rolled back" not in {item["change"]["action"] for item in shown}


@pytest.mark.parametrize("limit", [0, -1, 21, 10**9])
async def test_the_limit_of_suspects_is_bounded(operator: GraphQLClient, limit: int) -> None:
    incident = (await report_incident(operator))["incident"]
    answer = await operator.execute(SUSPECTS, id=incident["id"], limit=limit)
    assert answer.codes == ["BAD_USER_INPUT"]


async def test_changes_overwritten_since_are_not_reverted(operator: GraphQLClient) -> None:
    await make_flag(operator, "mvp_chat", enabled=True)
    off = await toggle_flag(operator, "mvp_chat", False)
    assert off["revertible"] is True
    on = await toggle_flag(operator, "mvp_chat", True)
    assert on["revertible"] is True
    (error,) = (await revert_change(operator, off["id"]))["errors"]
    assert (error["code"], error["path"]) == ("VERSION_CONFLICT", ["changeId"])
    assert error["changedBy"]["__typename"] == "User"
    assert "mvp_chat was changed again by operator-" in error["message"]
    assert "(switched on)" in error["message"]


async def test_a_second_revert_is_a_conflict_with_the_first(operator: GraphQLClient) -> None:
    await make_flag(operator, "mvp_chat", enabled=True)
    off = await toggle_flag(operator, "mvp_chat", False)
    assert (await revert_change(operator, off["id"]))["errors"] == []
    (error,) = (await revert_change(operator, off["id"]))["errors"]
    assert "(reverted)" in error["message"]
    flag = await operator.data('{ featureFlag(key: "mvp_chat") { enabled version } }')
    assert flag["featureFlag"] == {"enabled": True, "version": 3}


async def test_a_creation_is_not_reverted(operator: GraphQLClient) -> None:
    await make_flag(operator, "mvp_chat")
    nodes = (await operator.data(HISTORY, key="mvp_chat"))["featureFlag"]["changes"]["nodes"]
    ((key, revertible),) = [(item["id"], item["revertible"]) for item in nodes]
    (error,) = (await revert_change(operator, key))["errors"]
    assert (revertible, error["code"]) == (False, "INVALID_TRANSITION")


@pytest.mark.parametrize(
    ("change", "reason", "path"),
    [
        (global_id("Change", "00000000-0000-0000-0000-000000000001"), "why", ["changeId"]),
        (global_id("Incident", "00000000-0000-0000-0000-000000000001"), "why", ["changeId"]),
        ("nonsense", "why", ["changeId"]),
        (global_id("Change", "00000000-0000-0000-0000-000000000001"), " ", ["reason"]),
        (global_id("Change", "00000000-0000-0000-0000-000000000001"), "x" * 2_001, ["reason"]),
    ],
    ids=["unknown", "no change", "no id", "no reason", "long reason"],
)
async def test_a_bad_revert_names_its_argument(
    operator: GraphQLClient, change: str, reason: str, path: list[str]
) -> None:
    (error,) = (await revert_change(operator, change, reason))["errors"]
    assert error["path"] == path
