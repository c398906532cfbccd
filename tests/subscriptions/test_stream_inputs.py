"""Documents and variables of open streams are bounded per caller (SEC9, D13)."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from services.platform.inbound_bytes import MAX_CALLER, STREAM_INPUTS
from tests.support.graphql import GraphQLClient
from tests.support.sockets import Socket, serving, socket
from tests.support.waiting import until

FLAGS = "subscription ($keys: [String!]) { featureFlags(keys: $keys) { key } }"
KEYS = ["x" * 90_000] * 10  # one message has at most 1 MB


@pytest.fixture
async def live(app: Starlette, viewer: GraphQLClient) -> AsyncIterator[Socket]:
    async with serving(app) as address, socket(address, viewer.token) as client:
        yield client


async def test_inputs_of_open_streams_are_bounded_and_released(live: Socket) -> None:
    many = MAX_CALLER // 900_000
    streams = [await live.subscribe(FLAGS, keys=KEYS) for _ in range(many)]
    await until(lambda: STREAM_INPUTS.size > many * 900_000)
    refused = await (await live.subscribe(FLAGS, keys=KEYS)).message()
    assert refused["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
    await streams[0].stop()
    await until(lambda: STREAM_INPUTS.size < many * 900_000)
    repeated = await live.subscribe(FLAGS, keys=KEYS)
    await until(lambda: STREAM_INPUTS.size > many * 900_000)
    for stream in [*streams[1:], repeated]:
        await stream.stop()
    await until(lambda: STREAM_INPUTS.size == 0)
