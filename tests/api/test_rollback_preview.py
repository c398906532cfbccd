"""A rollback is shown before it is done, with whom it meets in the middle (X10)."""

from typing import Any

import pytest

from db.session import Database
from tests.factories.health import Health
from tests.factories.launches import make_phase
from tests.factories.marketplace import PROFILE, new_couple, new_supplier
from tests.factories.phases import activate, flag_states, roll_back
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

PREVIEW = """
query ($id: ID!, $mode: RollbackMode) {
  rollbackPreview(phaseId: $id, mode: $mode) {
    mode conflicts userImpact manualSteps phase { status }
    changes { key before { enabled rolloutPercentage } after { enabled rolloutPercentage } }
    midStep { userType step people affected }
  }
}
"""
TOGGLE = """mutation ($key: String!) {
  toggleFeatureFlag(input: { key: $key, enabled: false }) { errors { code } } }"""
FLAGS = ("onboarding_first_client", "mvp_chat")
PLAN = {"mode": "RESTORE_PREVIOUS", "manualSteps": ["Tell the support"]}


async def preview(client: GraphQLClient, phase: str, mode: str | None = None) -> Any:  # noqa: ANN401 - JSON
    return (await client.data(PREVIEW, id=phase, mode=mode))["rollbackPreview"]


@pytest.mark.parametrize("mode", ["DISABLE_ALL", "RESTORE_PREVIOUS", None])
async def test_the_preview_matches_the_rollback(
    admin: GraphQLClient, health: Health, mode: str | None
) -> None:
    phase = await make_phase(admin, flags=FLAGS, rollbackPlan=PLAN)
    await activate(admin, phase)
    await admin.data(TOGGLE, key="mvp_chat")
    before = await flag_states(admin, phase)
    shown = await preview(admin, phase, mode)
    assert await flag_states(admin, phase) == before
    assert shown["phase"] == {"status": "ACTIVE"}
    done = await roll_back(admin, phase, **({"mode": mode} if mode else {}))
    after = {change["key"]: tuple(change["after"].values()) for change in shown["changes"]}
    assert after == await flag_states(admin, phase)
    assert shown["conflicts"] == done["conflicts"] != []
    assert shown["userImpact"] == "0 of 0 people see at least one feature."
    assert "onboarding_first_client for 100 % of everybody" in done["incident"]["userImpact"]
    assert (shown["mode"], shown["manualSteps"]) == (mode or PLAN["mode"], PLAN["manualSteps"])


async def test_users_in_the_middle_of_a_step_are_counted(
    admin: GraphQLClient, health: Health, visitor: GraphQLClient, db: Database, clock: Clock
) -> None:
    """X10: those active in the last five minutes, and whether their very step goes away."""
    phase = await make_phase(admin, flags=FLAGS)
    await activate(admin, phase)
    await new_supplier(visitor, db)
    clock.advance(301)
    for _ in range(2):
        sarah = await new_supplier(visitor, db)
        await sarah.data(PROFILE, input={"businessName": "Fern", "vendorType": "FLORIST"})
    await new_couple(visitor, db)
    assert (await preview(admin, phase))["midStep"] == [
        {"userType": "SUPPLIER", "step": "first_client", "people": 2, "affected": True},
        {"userType": "COUPLE", "step": "basic_details", "people": 1, "affected": False},
    ]


async def test_phases_that_cannot_be_rolled_back_have_no_preview(
    admin: GraphQLClient, operator: GraphQLClient, viewer: GraphQLClient
) -> None:
    phase = await make_phase(admin, flags=FLAGS)
    for client, code in ((operator, "BAD_USER_INPUT"), (viewer, "FORBIDDEN")):
        assert (await client.execute(PREVIEW, id=phase)).codes == [code]
    assert (await operator.execute(PREVIEW, id="nonsense")).codes == ["BAD_USER_INPUT"]
