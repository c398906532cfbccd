"""Flags over the API: create, change, switch, list (S21 to S23, decision 1, A5)."""

import asyncio
from typing import Any

import pytest

from tests.factories.launches import CREATE_FLAG, make_flag
from tests.support.graphql import GraphQLClient

TOGGLE = """
mutation ($input: ToggleFeatureFlagInput!) {
  toggleFeatureFlag(input: $input) {
    flag { key enabled rolloutPercentage version }
    change { action before after actor { __typename } subject { __typename id } }
    warnings
    errors {
      code message path
      ... on VersionConflictError { currentVersion changedBy { __typename } }
    }
  }
}
"""
UPDATE = """
mutation ($input: UpdateFeatureFlagInput!) {
  updateFeatureFlag(input: $input) {
    flag { key name description rolloutPercentage targetGroups version }
    errors { code path }
  }
}
"""
LIST = """
query ($first: Int, $after: String, $enabled: Boolean, $search: String) {
  featureFlags(first: $first, after: $after, enabled: $enabled, search: $search) {
    nodes { key } totalCount pageInfo { hasNextPage endCursor }
  }
}
"""


async def toggle(client: GraphQLClient, key: str, enabled: bool, **more: object) -> Any:  # noqa: ANN401 - JSON
    """The payload, as JSON."""
    answer = await client.data(TOGGLE, input={"key": key, "enabled": enabled, **more})
    return answer["toggleFeatureFlag"]


async def test_new_flags_are_off_at_0_percent(operator: GraphQLClient) -> None:
    flag = await make_flag(operator, "mvp_chat")
    assert (flag["enabled"], flag["rolloutPercentage"], flag["version"]) == (False, 0, 1)


async def test_switching_on_a_flag_at_0_percent_sets_100_and_warns(operator: GraphQLClient) -> None:
    """Decision 1."""
    await make_flag(operator, "mvp_chat")
    answer = await toggle(operator, "mvp_chat", True)
    assert answer["flag"] == {
        "key": "mvp_chat", "enabled": True, "rolloutPercentage": 100, "version": 2,
    }  # fmt: skip
    assert len(answer["warnings"]) == 1


async def test_an_explicit_percentage_is_never_overwritten(operator: GraphQLClient) -> None:
    await make_flag(operator, "mvp_chat", rolloutPercentage=12.5)
    answer = await toggle(operator, "mvp_chat", True)
    assert answer["flag"]["rolloutPercentage"] == 12.5
    assert answer["warnings"] == []


async def test_toggling_to_the_same_state_changes_nothing(operator: GraphQLClient) -> None:
    """S23: a wanted state, not a flip."""
    await make_flag(operator, "mvp_chat")
    await toggle(operator, "mvp_chat", True)
    repeated = await toggle(operator, "mvp_chat", True)
    assert repeated["flag"]["version"] == 2
    assert repeated["change"] is None


async def test_a_change_records_author_and_values(operator: GraphQLClient) -> None:
    """Requirement A4."""
    flag = await make_flag(operator, "mvp_chat")
    change = (await toggle(operator, "mvp_chat", True, reason="go"))["change"]
    assert change["actor"] == {"__typename": "User"}
    assert change["subject"] == {"__typename": "FeatureFlag", "id": flag["id"]}
    assert change["before"]["enabled"] is False
    assert change["after"]["rolloutPercentage"] == 100


async def test_a_stale_version_is_refused_and_names_the_other_author(
    operator: GraphQLClient,
) -> None:
    """Requirement A5."""
    await make_flag(operator, "mvp_chat")
    await toggle(operator, "mvp_chat", True)
    answer = await toggle(operator, "mvp_chat", False, expectedVersion=1)
    (error,) = answer["errors"]
    assert (error["code"], error["currentVersion"]) == ("VERSION_CONFLICT", 2)
    assert error["changedBy"] == {"__typename": "User"}


async def test_concurrent_changes_get_one_version_each(operator: GraphQLClient) -> None:
    await make_flag(operator, "mvp_chat")
    answers = await asyncio.gather(
        *(toggle(operator, "mvp_chat", True, expectedVersion=1) for _ in range(5))
    )
    assert sorted(len(answer["errors"]) for answer in answers) == [0, 1, 1, 1, 1]


async def test_repeating_an_idempotency_key_returns_the_first_result(
    operator: GraphQLClient,
) -> None:
    """Requirement A45."""
    sent = {"key": "mvp_chat", "name": "Chat", "idempotencyKey": "k1"}
    first = await operator.data(CREATE_FLAG, input=sent)
    second = await operator.data(CREATE_FLAG, input=sent)
    assert second["createFeatureFlag"]["flag"] == first["createFeatureFlag"]["flag"]
    assert second["createFeatureFlag"]["change"] == first["createFeatureFlag"]["change"]


async def test_an_idempotency_key_belongs_to_one_request(operator: GraphQLClient) -> None:
    await operator.data(CREATE_FLAG, input={"key": "one_x", "name": "1", "idempotencyKey": "k"})
    answer = await operator.data(
        CREATE_FLAG, input={"key": "two_x", "name": "2", "idempotencyKey": "k"}
    )
    assert answer["createFeatureFlag"]["errors"][0]["path"] == ["input", "idempotencyKey"]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"key": "No-Good"}, ["input", "key"]),
        ({"key": "x" * 64}, ["input", "key"]),
        ({"name": " "}, ["input", "name"]),
        ({"name": "n" * 201}, ["input", "name"]),
        ({"targetGroups": ["Upper"]}, ["input", "targetGroups"]),
    ],
)
async def test_bad_input_names_its_field_and_changes_nothing(
    operator: GraphQLClient, fields: dict[str, object], path: list[str]
) -> None:
    sent = {"key": "mvp_chat", "name": "Chat", **fields}
    answer = await operator.data(CREATE_FLAG, input=sent)
    assert answer["createFeatureFlag"]["errors"][0]["path"] == path
    assert (await operator.data(LIST))["featureFlags"]["totalCount"] == 0


async def test_a_duplicate_flag_key_is_refused(operator: GraphQLClient) -> None:
    await make_flag(operator, "mvp_chat")
    answer = await operator.data(CREATE_FLAG, input={"key": "mvp_chat", "name": "Again"})
    error = answer["createFeatureFlag"]["errors"][0]
    assert (error["code"], error["path"]) == ("UNIQUE", ["input", "key"])


async def test_an_update_leaves_omitted_fields_unchanged(operator: GraphQLClient) -> None:
    await make_flag(operator, "mvp_chat", description="old", targetGroups=["supplier"])
    sent = {"key": "mvp_chat", "description": None, "rolloutPercentage": 40}
    flag = (await operator.data(UPDATE, input=sent))["updateFeatureFlag"]["flag"]
    assert (flag["description"], flag["rolloutPercentage"]) == (None, 40)
    assert (flag["name"], flag["targetGroups"]) == ("Mvp_Chat", ["supplier"])


async def test_null_is_refused_for_required_fields(operator: GraphQLClient) -> None:
    await make_flag(operator, "mvp_chat")
    answer = await operator.data(UPDATE, input={"key": "mvp_chat", "name": None})
    error = answer["updateFeatureFlag"]["errors"][0]
    assert error == {"code": "REQUIRED", "path": ["input", "name"]}


async def test_flags_are_paged(operator: GraphQLClient) -> None:
    for index in range(5):
        await make_flag(operator, f"flag_{index}")
    first = (await operator.data(LIST, first=2))["featureFlags"]
    cursor = first["pageInfo"]["endCursor"]
    second = (await operator.data(LIST, first=3, after=cursor))["featureFlags"]
    keys = [node["key"] for node in first["nodes"] + second["nodes"]]
    assert keys == [f"flag_{index}" for index in range(5)]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
    assert first["totalCount"] == 5


async def test_a_search_takes_percent_signs_literally(operator: GraphQLClient) -> None:
    await make_flag(operator, "mvp_chat")
    assert (await operator.data(LIST, search="%"))["featureFlags"]["nodes"] == []
    assert (await operator.data(LIST, search="CHAT"))["featureFlags"]["totalCount"] == 1


@pytest.mark.parametrize("variables", [{"first": -1}, {"first": 10**9}, {"after": "Zm9yZWlnbg"}])
async def test_cursors_of_other_lists_are_bad_input(
    operator: GraphQLClient, variables: dict[str, Any]
) -> None:
    answer = await operator.execute(LIST, **variables)
    assert (answer.status, answer.codes) == (200, ["BAD_USER_INPUT"])


async def test_nul_bytes_are_bad_input_that_names_the_field(operator: GraphQLClient) -> None:
    answer = await operator.execute(CREATE_FLAG, input={"key": "mvp_chat", "name": "a\x00b"})
    assert answer.codes == ["BAD_USER_INPUT"]
    assert "$input.name" in answer.body["errors"][0]["message"]


async def test_viewers_can_read_but_not_change_flags(
    viewer: GraphQLClient, operator: GraphQLClient
) -> None:
    await make_flag(operator, "mvp_chat")
    answer = await viewer.execute(TOGGLE, input={"key": "mvp_chat", "enabled": True})
    assert answer.codes == ["FORBIDDEN"]
    nodes = (await viewer.data("{ featureFlags { nodes { enabled version } } }"))["featureFlags"]
    assert nodes == {"nodes": [{"enabled": False, "version": 1}]}


async def test_listing_flags_requires_a_log_in(visitor: GraphQLClient) -> None:
    assert (await visitor.execute(LIST)).codes == ["UNAUTHENTICATED"]
