"""Incidents over the API: report, take, change, resolve, reopen, close (S27, A30, A31, X8)."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from domain.ids import global_id
from tests.clock import Clock
from tests.factories.launches import make_flag
from tests.graphql import GraphQLClient

_PAYLOAD = """{
  incident {
    id number status severity title occurrences version acknowledgedAt resolvedAt resolutionNotes
    acknowledgedBy { __typename ... on User { email } } assignee { id }
    affectedFeatures { key }
    timeline { nodes { summary ... on IncidentEvent { note } } }
  }
  merged
  errors { code message path ... on VersionConflictError { currentVersion } }
}"""


def _mutation(arguments: str, call: str) -> str:
    return f"mutation ({arguments}) {{ it: {call} {_PAYLOAD} }}"


CREATE = _mutation("$input: CreateIncidentInput!", "createIncident(input: $input)")
UPDATE = _mutation("$input: UpdateIncidentInput!", "updateIncident(input: $input)")
TAKE = _mutation("$id: ID!, $note: String", "acknowledgeIncident(id: $id, note: $note)")
RESOLVE = _mutation(
    "$id: ID!, $notes: String!", "resolveIncident(id: $id, resolutionNotes: $notes)"
)
REOPEN = _mutation("$id: ID!", 'reopenIncident(id: $id, note: "again")')
CLOSE = _mutation("$id: ID!", "closeIncident(id: $id)")
LIST = "{ incidents(status: null) { nodes { number status occurrences } totalCount } }"
SUSPECTS = """
query ($id: ID!, $limit: Int!) {
  node(id: $id) {
    ... on Incident { suspects(limit: $limit) { score why change { id action revertible } } }
  }
}
"""
REVERT = """
mutation ($id: ID!, $reason: String!) {
  revertChange(changeId: $id, reason: $reason) {
    flag { enabled rolloutPercentage version }
    change { action reason }
    errors { code path ... on VersionConflictError { changedBy { __typename } } }
  }
}
"""
TOGGLE = """
mutation ($input: ToggleFeatureFlagInput!) {
  toggleFeatureFlag(input: $input) { change { id revertible } errors { code } }
}
"""


async def report(client: GraphQLClient, **fields: object) -> Any:  # noqa: ANN401 - JSON
    sent = {"type": "payment", "severity": "HIGH", "title": "Cards are refused", **fields}
    return (await client.data(CREATE, input=sent))["it"]


async def toggled(client: GraphQLClient, key: str, enabled: bool) -> Any:  # noqa: ANN401 - JSON
    answer = await client.data(TOGGLE, input={"key": key, "enabled": enabled})
    return answer["toggleFeatureFlag"]["change"]


async def test_it_is_reported_taken_resolved_and_closed(operator: GraphQLClient) -> None:
    incident = (await report(operator))["incident"]
    assert (incident["status"], incident["occurrences"]) == ("OPEN", 1)
    taken = (await operator.data(TAKE, id=incident["id"], note="on it"))["it"]["incident"]
    assert (taken["status"], taken["acknowledgedBy"]["__typename"]) == ("INVESTIGATING", "User")
    done = (await operator.data(RESOLVE, id=incident["id"], notes="rolled back"))["it"]["incident"]
    assert (done["status"], done["resolutionNotes"]) == ("RESOLVED", "rolled back")
    assert done["resolvedAt"] is not None
    closed = (await operator.data(CLOSE, id=incident["id"]))["it"]["incident"]
    assert closed["status"] == "CLOSED"
    said = [item["summary"].split(":")[0].split()[2] for item in closed["timeline"]["nodes"]]
    assert said == ["opened", "acknowledged", "resolved", "closed"]
    assert closed["timeline"]["nodes"][1]["note"] == "on it"


async def test_the_same_cause_counts_on_the_open_incident(operator: GraphQLClient) -> None:
    await report(operator, dedupKey="cards", severity="LOW")
    again = await report(operator, dedupKey="cards", severity="CRITICAL")
    assert again["merged"] is True
    assert (again["incident"]["occurrences"], again["incident"]["severity"]) == (2, "CRITICAL")
    assert (await operator.data(LIST))["incidents"]["totalCount"] == 1


async def test_twenty_reports_at_once_make_one_incident(operator: GraphQLClient) -> None:
    answers = await asyncio.gather(*(report(operator, dedupKey="cards") for _ in range(20)))
    assert sum(not answer["merged"] for answer in answers) == 1
    (row,) = (await operator.data(LIST))["incidents"]["nodes"]
    assert row["occurrences"] == 20


async def test_a_cause_that_returns_within_15_minutes_reopens(
    operator: GraphQLClient, clock: Clock
) -> None:
    """A30."""
    incident = (await report(operator, dedupKey="cards"))["incident"]
    await operator.data(RESOLVE, id=incident["id"], notes="fixed")
    clock.advance(14 * 60)
    back = await report(operator, dedupKey="cards")
    assert (back["merged"], back["incident"]["number"]) == (True, incident["number"])
    assert (back["incident"]["status"], back["incident"]["resolvedAt"]) == ("OPEN", None)


async def test_a_cause_that_returns_later_is_a_new_incident(
    operator: GraphQLClient, clock: Clock
) -> None:
    incident = (await report(operator, dedupKey="cards"))["incident"]
    await operator.data(RESOLVE, id=incident["id"], notes="fixed")
    clock.advance(16 * 60)
    assert (await report(operator, dedupKey="cards"))["merged"] is False


async def test_an_acknowledgement_after_the_resolution_loses(operator: GraphQLClient) -> None:
    """A31."""
    incident = (await report(operator))["incident"]
    await operator.data(RESOLVE, id=incident["id"], notes="fixed")
    answer = (await operator.data(TAKE, id=incident["id"]))["it"]
    assert answer["errors"][0]["code"] == "INVALID_TRANSITION"
    assert "possible: reopen, close" in answer["errors"][0]["message"]


async def test_reopening_takes_back_who_took_it(operator: GraphQLClient) -> None:
    incident = (await report(operator))["incident"]
    await operator.data(TAKE, id=incident["id"])
    await operator.data(RESOLVE, id=incident["id"], notes="fixed")
    again = (await operator.data(REOPEN, id=incident["id"]))["it"]["incident"]
    assert (again["status"], again["acknowledgedBy"], again["resolvedAt"]) == ("OPEN", None, None)


async def test_an_old_incident_is_not_reopened_beside_a_newer_one(
    operator: GraphQLClient, clock: Clock
) -> None:
    old = (await report(operator, dedupKey="cards"))["incident"]
    await operator.data(RESOLVE, id=old["id"], notes="fixed")
    clock.advance(3600)
    await report(operator, dedupKey="cards")
    answer = (await operator.data(REOPEN, id=old["id"]))["it"]
    assert answer["errors"][0]["code"] == "INVALID_TRANSITION"


async def test_an_update_says_what_changed(operator: GraphQLClient) -> None:
    await make_flag(operator, "mvp_chat")
    incident = (await report(operator))["incident"]
    sent = {"id": incident["id"], "severity": "LOW", "affectedFeatures": ["mvp_chat"], "note": "hm"}
    found = (await operator.data(UPDATE, input=sent))["it"]["incident"]
    assert (found["severity"], found["version"]) == ("LOW", 2)
    assert found["affectedFeatures"] == [{"key": "mvp_chat"}]
    last = found["timeline"]["nodes"][-1]
    assert "severity high to low, edited" in last["summary"]
    assert last["note"] == "hm"


async def test_an_old_version_is_a_conflict(operator: GraphQLClient) -> None:
    incident = (await report(operator))["incident"]
    await operator.data(TAKE, id=incident["id"])
    sent = {"id": incident["id"], "title": "Other", "expectedVersion": 1}
    (error,) = (await operator.data(UPDATE, input=sent))["it"]["errors"]
    assert (error["code"], error["currentVersion"]) == ("VERSION_CONFLICT", 2)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"affectedFeatures": ["nothing"]}, "affectedFeatures"),
        ({"phaseId": global_id("LaunchPhase", UUID(int=1))}, "phaseId"),
        ({"phaseId": "nonsense"}, "phaseId"),
        ({"idempotencyKey": ""}, "idempotencyKey"),
    ],
)  # fmt: skip
async def test_bad_input_names_its_field(
    operator: GraphQLClient, fields: dict[str, object], path: str
) -> None:
    answer = await report(operator, **fields)
    assert answer["errors"][0]["path"] == ["input", path]
    assert (await operator.data(LIST))["incidents"]["totalCount"] == 0


async def test_only_the_launch_team_can_be_assigned(
    operator: GraphQLClient, supplier: GraphQLClient
) -> None:
    stranger = (await supplier.data("{ viewer { id } }"))["viewer"]["id"]
    mine = (await operator.data("{ viewer { id } }"))["viewer"]["id"]
    incident = (await report(operator))["incident"]
    sent = {"id": incident["id"], "assigneeId": stranger}
    refused = (await operator.data(UPDATE, input=sent))["it"]
    assert refused["errors"][0]["path"] == ["input", "assigneeId"]
    taken = (await operator.data(UPDATE, input={**sent, "assigneeId": mine}))["it"]["incident"]
    assert taken["assignee"] == {"id": mine}


async def test_a_repeat_with_the_same_key_makes_no_second_incident(
    operator: GraphQLClient,
) -> None:
    one = await report(operator, idempotencyKey="k1")
    two = await report(operator, idempotencyKey="k1")
    assert one["incident"]["id"] == two["incident"]["id"]
    assert (await operator.data(LIST))["incidents"]["totalCount"] == 1


async def test_a_viewer_may_look_but_not_touch(
    operator: GraphQLClient, viewer: GraphQLClient
) -> None:
    incident = (await report(operator))["incident"]
    answer = await viewer.execute(RESOLVE, id=incident["id"], notes="mine")
    assert answer.codes == ["FORBIDDEN"]
    (row,) = (await viewer.data(LIST))["incidents"]["nodes"]
    assert row["status"] == "OPEN"


async def test_the_change_just_before_is_the_suspect_and_can_be_reverted(
    operator: GraphQLClient, clock: Clock
) -> None:
    """X8."""
    await make_flag(operator, "mvp_chat")
    clock.advance(3600)
    await toggled(operator, "mvp_chat", True)
    clock.advance(40)
    incident = (await report(operator, affectedFeatures=["mvp_chat"]))["incident"]
    (suspect,) = (await operator.data(SUSPECTS, id=incident["id"], limit=5))["node"]["suspects"]
    assert suspect["change"]["revertible"] is True
    assert suspect["why"][0] == "40 s before it began"
    done = await operator.data(REVERT, id=suspect["change"]["id"], reason="suspect")
    assert done["revertChange"]["flag"]["enabled"] is False
    assert done["revertChange"]["change"] == {"action": "reverted", "reason": "suspect"}


async def test_what_was_changed_again_since_is_not_reverted(operator: GraphQLClient) -> None:
    await make_flag(operator, "mvp_chat", enabled=True)
    off = await toggled(operator, "mvp_chat", False)
    assert off["revertible"] is True
    await toggled(operator, "mvp_chat", True)
    (error,) = (await operator.data(REVERT, id=off["id"], reason="no"))["revertChange"]["errors"]
    assert (error["code"], error["changedBy"]["__typename"]) == ("VERSION_CONFLICT", "User")


async def test_a_viewer_reverts_nothing(operator: GraphQLClient, viewer: GraphQLClient) -> None:
    await make_flag(operator, "mvp_chat", enabled=True)
    off = await toggled(operator, "mvp_chat", False)
    assert (await viewer.execute(REVERT, id=off["id"], reason="no")).codes == ["FORBIDDEN"]
    flag = await viewer.data('{ featureFlag(key: "mvp_chat") { enabled version } }')
    assert flag["featureFlag"] == {"enabled": False, "version": 2}


@pytest.mark.parametrize("limit", [0, -1, 21, 10**9])
async def test_the_limit_of_suspects_is_bounded(operator: GraphQLClient, limit: int) -> None:
    incident = (await report(operator))["incident"]
    answer = await operator.execute(SUSPECTS, id=incident["id"], limit=limit)
    assert answer.codes == ["BAD_USER_INPUT"]
