"""The audit by kind, action and actor, and field by field (L24, L25)."""

from typing import Any

import pytest

from tests.factories.launches import make_phase
from tests.support.graphql import GraphQLClient

AUDIT = """
query ($kind: [ChangeKind!], $action: [String!], $actor: [String!]) {
  changes(kind: $kind, action: $action, actor: $actor) {
    nodes { action kind diff { field before after } actor { ... on User { id email } } }
  }
}
"""
SWITCH = """
mutation ($on: Boolean!) { toggleFeatureFlag(input: { key: "beta", enabled: $on }) {
  errors { code }
} }
"""
CREATE = """
mutation ($input: CreateLaunchPhaseInput!) {
  createLaunchPhase(input: $input) { phase { id } errors { message } } }
"""
EDIT = """
mutation ($input: UpdateLaunchPhaseInput!) {
  updateLaunchPhase(input: $input) { errors { message } } }
"""


@pytest.fixture
async def launch(admin: GraphQLClient, operator: GraphQLClient) -> None:
    """A phase with a flag that an admin has switched on and an operator off again."""
    await make_phase(admin, "beta_phase", flags=("beta",))
    await admin.data(SWITCH, on=True)
    await operator.data(SWITCH, on=False)


async def audit(client: GraphQLClient, **filters: object) -> list[Any]:
    nodes: list[Any] = (await client.data(AUDIT, **filters))["changes"]["nodes"]
    return nodes


@pytest.mark.usefixtures("launch")
async def test_changes_are_filtered_by_kind_and_by_action(admin: GraphQLClient) -> None:
    kinds = [item["kind"] for item in await audit(admin)]
    assert kinds[:2] == ["SWITCHED_OFF", "SWITCHED_ON"]
    changes = await audit(admin, kind=["CREATED", "SWITCHED_OFF"])
    assert {item["kind"] for item in changes} == {"CREATED", "SWITCHED_OFF"}
    assert [item["kind"] for item in await audit(admin, action=["switched on"])] == ["SWITCHED_ON"]
    assert await audit(admin, kind=["OTHER"]) == await audit(admin, kind=[]) == []


@pytest.mark.usefixtures("launch")
async def test_changes_are_filtered_by_actor_id_and_label(admin: GraphQLClient) -> None:
    newest = (await audit(admin))[0]
    for name in (newest["actor"]["id"], newest["actor"]["email"]):
        assert await audit(admin, actor=[name]) == [newest]
    assert await audit(admin, actor=["nobody"]) == []


@pytest.mark.usefixtures("launch")
async def test_the_audit_of_a_phase_holds_every_field(admin: GraphQLClient) -> None:
    """L25: flags with their targets, manual steps, whom to notify; spelt like the graph (L24)."""
    plan = {"mode": "DISABLE_ALL", "manualSteps": ["Call the desk"]}
    steps = [{"percentage": 10, "holdSeconds": 60}, {"percentage": 100}]
    links = [{"flagKey": "beta", "targetPercentage": 40}]
    sent = {"key": "whole", "name": "Whole", "rollbackPlan": plan, "flags": links, "steps": steps}
    created = (await admin.data(CREATE, input=sent))["createLaunchPhase"]
    assert created["errors"] == []
    patch = {
        "id": created["phase"]["id"],
        "flags": [{"flagKey": "beta", "targetPercentage": 80}],
        "steps": [{"percentage": 10, "holdSeconds": 90}, {"percentage": 100}],
        "rollbackPlan": {**plan, "manualSteps": ["Call the desk", "Tell the press"]},
    }
    assert (await admin.data(EDIT, input=patch))["updateLaunchPhase"]["errors"] == []
    edited, made = (await audit(admin, kind=["UPDATED", "CREATED"]))[:2]
    assert {item["field"]: (item["before"], item["after"]) for item in edited["diff"]} == {
        "flags[0].target": ("40", "80"),
        "steps[0].holdSeconds": ("60", "90"),
        "manualSteps": ("Call the desk", "Call the desk, Tell the press"),
    }
    fields = {item["field"] for item in made["diff"]}
    assert {"flags[0].key", "flags[0].target", "manualSteps", "rollbackMode", "notify"} <= fields
