"""Whom a change of a flag would reach, before anybody makes it (U2)."""

from typing import Any

import pytest

from db.session import Database
from tests.api.test_launch_states import KILL
from tests.api.test_run_sequences import Launch
from tests.factories.health import Health
from tests.factories.launches import make_flag
from tests.support.graphql import GraphQLClient

PREVIEW = """query ($input: UpdateFeatureFlagInput!) { flagChangePreview(input: $input) { preview {
  enabled rolloutPercentage peopleBefore peopleAfter gains losses people isEstimate warnings }
  errors { code path } } }"""


async def preview(client: GraphQLClient, key: str = "search", **fields: object) -> Any:  # noqa: ANN401 - JSON
    answer = await client.data(PREVIEW, input={"key": key, **fields})
    assert answer["flagChangePreview"]["errors"] == []
    return answer["flagChangePreview"]["preview"]


async def refusal(client: GraphQLClient, **fields: object) -> Any:  # noqa: ANN401 - JSON
    answer = (await client.data(PREVIEW, input=fields))["flagChangePreview"]
    assert answer["preview"] is None
    (error,) = answer["errors"]
    return error


async def test_a_preview_counts_affected_people_and_changes_nothing(
    operator: GraphQLClient, supplier: GraphQLClient
) -> None:
    before = await make_flag(operator, "search")
    shown = await preview(operator, enabled=True)
    assert shown["people"] >= 1
    assert shown == {
        "enabled": True, "rolloutPercentage": 100, "peopleBefore": 0,
        "peopleAfter": shown["people"], "gains": shown["people"], "losses": 0,
        "people": shown["people"], "isEstimate": False,
        "warnings": ["The flag was at 0 %, so it is now on for everybody (100 %)."],
    }  # fmt: skip
    repeated = await operator.data('{ featureFlag(key: "search") { version enabled } }')
    assert repeated["featureFlag"] == {"version": before["version"], "enabled": False}


async def test_a_preview_of_a_killed_flag_reaches_nobody(
    admin: GraphQLClient, supplier: GraphQLClient
) -> None:
    await make_flag(admin, "search")
    await admin.data(KILL, keys=["search"])
    shown = await preview(admin, enabled=True, rolloutPercentage=100)
    assert (shown["peopleAfter"], shown["gains"]) == (0, 0)
    assert "search is killed" in shown["warnings"][0]


@pytest.fixture
async def launch(admin: GraphQLClient, db: Database, health: Health) -> Launch:
    """A live phase at 5 %."""
    launch = Launch(admin, db)
    await launch.ready()
    await launch.start()
    return launch


async def test_a_preview_is_refused_like_the_change(launch: Launch) -> None:
    """Above the step only with `override`; the reason for that is asked for when it is made."""
    client = launch.client
    refused = await refusal(client, key="search", rolloutPercentage=60)
    assert refused == {"code": "LOCKED", "path": ["input", "rolloutPercentage"]}
    shown = await preview(client, rolloutPercentage=60, override=True)
    assert shown["rolloutPercentage"] == 60
    assert (await preview(client, rolloutPercentage=3))["rolloutPercentage"] == 3
    assert await launch.in_force() == (True, 5)


async def test_a_preview_of_an_unknown_flag_is_not_found(operator: GraphQLClient) -> None:
    refused = await refusal(operator, key="nowhere", enabled=True)
    assert refused == {"code": "NOT_FOUND", "path": ["input", "key"]}
