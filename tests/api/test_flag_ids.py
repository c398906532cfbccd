"""Flags for users who are known by the global ids of the graph (A3, A18)."""

import pytest
from starlette.applications import Starlette

from domain.actors import Scope
from tests.api.test_ofrep import ask, token_with
from tests.factories.launches import make_flag
from tests.support.graphql import GraphQLClient

WHO = "{ viewer { id supplier { id } } }"
VALUES = "{ viewerFlags { flags { key value } } }"
SET_GROUPS = """mutation ($key: String!, $groups: [String!]!) {
  updateFeatureFlag(input: { key: $key, targetGroups: $groups }) {
    flag { targetGroups version } errors { code path } } }"""


async def values_of(client: GraphQLClient) -> dict[str, bool]:
    flags = (await client.data(VALUES))["viewerFlags"]["flags"]
    return {flag["key"]: flag["value"] for flag in flags}


@pytest.mark.parametrize("bucket_by", ["USER", "SUPPLIER"])
async def test_ofrep_and_viewer_flags_agree_on_the_ids_of_the_graph(
    app: Starlette, admin: GraphQLClient, supplier: GraphQLClient, bucket_by: str
) -> None:
    keys = [f"mvp_half_{number}" for number in range(12)]
    for key in keys:
        await make_flag(admin, key, enabled=True, rolloutPercentage=50, bucketBy=bucket_by)
    viewer = (await supplier.data(WHO))["viewer"]
    context = {"targetingKey": viewer["id"], "supplierId": viewer["supplier"]["id"]}
    token = await token_with(app, Scope.FLAGS_READ)
    answer = (await ask(admin, None, token, {"context": context})).json()
    served = {flag["key"]: flag["value"] for flag in answer["flags"]}
    expected = await values_of(supplier)
    assert {key: served[key] for key in keys} == {key: expected[key] for key in keys}


async def test_target_groups_name_users_by_the_ids_of_the_graph(
    admin: GraphQLClient, supplier: GraphQLClient
) -> None:
    await make_flag(admin, "mvp_chat", enabled=True, rolloutPercentage=1)
    viewer = (await supplier.data(WHO))["viewer"]
    for mark, node in (("user", viewer), ("!user", viewer)):
        group = f"{mark}:{node['id']}"
        answer = await admin.data(SET_GROUPS, key="mvp_chat", groups=[group, "supplier"])
        assert answer["updateFeatureFlag"]["errors"] == []
        assert (await values_of(supplier))["mvp_chat"] is (mark == "user")
        stored = answer["updateFeatureFlag"]["flag"]
        unchanged = await admin.data(SET_GROUPS, key="mvp_chat", groups=stored["targetGroups"])
        assert unchanged["updateFeatureFlag"]["flag"] == stored
        repeated = await admin.data(SET_GROUPS, key="mvp_chat", groups=[group, "supplier"])
        assert repeated["updateFeatureFlag"]["flag"] == stored
