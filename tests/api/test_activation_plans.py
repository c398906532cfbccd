"""The plan of an activation: shown beforehand, and refused once it no longer holds (X2, X3)."""

from tests.factories.health import Health
from tests.factories.launches import make_phase
from tests.factories.phases import activate, flag_states
from tests.support.graphql import GraphQLClient

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


async def test_a_plan_shows_what_will_happen_and_changes_nothing(
    admin: GraphQLClient, supplier: GraphQLClient, health: Health
) -> None:
    """Requirement X3."""
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
    """Requirement X2."""
    phase = await make_phase(admin)
    token = (await admin.data(PLAN, id=phase))["activationPlan"]["readiness"]["token"]
    refused = await activate(admin, phase, readinessToken=f"{token}0")
    assert refused["errors"][0]["code"] == "PLAN_DRIFT"
    assert (await activate(admin, phase, readinessToken=token))["errors"] == []
