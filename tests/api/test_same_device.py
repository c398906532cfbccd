"""Who signs up, or accepts, goes on seeing what they saw as a visitor (A20)."""

import pytest

from tests.factories.journeys import new_business
from tests.factories.launches import make_flag
from tests.factories.marketplace import accepted, invited
from tests.support.graphql import GraphQLClient

FLAGS = "query ($device: String) { viewerFlags(deviceId: $device) { flags { key value } } }"
DEVICES = [f"browser-{number}" for number in range(8)]


@pytest.fixture
async def half(admin: GraphQLClient) -> str:
    """A flag for half of all devices."""
    fields = {"enabled": True, "rolloutPercentage": 50, "bucketBy": "DEVICE"}
    return str((await make_flag(admin, "half_of_all", **fields))["key"])


async def seen(client: GraphQLClient) -> list[bool]:
    """The value of the only flag on each device."""
    pages = [await client.data(FLAGS, device=device) for device in DEVICES]
    return [flag["value"] for page in pages for flag in page["viewerFlags"]["flags"]]


@pytest.mark.usefixtures("half")
async def test_signing_up_changes_nothing_on_a_device(visitor: GraphQLClient) -> None:
    before = await seen(visitor)
    assert set(before) == {True, False}
    assert await seen(await new_business(visitor)) == before


@pytest.mark.usefixtures("half")
async def test_accepting_an_invitation_changes_nothing_on_a_device(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    before = await seen(visitor)
    answer = await accepted(visitor, await invited(supplier), email="emma@example.com")
    assert await seen(visitor.as_(answer["session"]["accessToken"])) == before
    assert set(before) == {True, False}
