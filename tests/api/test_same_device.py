"""Who signs up, or accepts, goes on seeing what they saw as a visitor (A20)."""

import pytest

from tests.factories.journeys import sign_up_supplier
from tests.factories.launches import make_flag
from tests.factories.marketplace import accept_invitation, add_and_invite
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
async def test_signing_up_keeps_the_flags_of_the_device(visitor: GraphQLClient) -> None:
    before = await seen(visitor)
    assert set(before) == {True, False}
    assert await seen(await sign_up_supplier(visitor)) == before


@pytest.mark.usefixtures("half")
async def test_accepting_keeps_the_flags_of_the_device(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    before = await seen(visitor)
    answer = await accept_invitation(
        visitor, await add_and_invite(supplier), email="emma@example.com"
    )
    assert await seen(visitor.as_(answer["session"]["accessToken"])) == before
    assert set(before) == {True, False}
