"""What the benchmarks are made of, against the real app; how long it takes is not asked."""

import asyncio

from starlette.applications import Starlette

from bench.client import Client, checked
from bench.crowd import crowd
from bench.launches import TOGGLE, flag_key, make_flags
from bench.listeners import ListenCommand
from bench.queries import VIEWER_FLAGS
from tests.support.graphql import GraphQLClient
from tests.support.sockets import serving

STREAM = "subscription ($device: String) { viewerFlags(deviceId: $device) { version } }"


def toggle_heard_by(port: int, token: str | None, sockets: int) -> int:
    """How many of the sockets hear of a toggle."""
    with Client(port, token) as client, crowd(ListenCommand(port, sockets, STREAM)) as listeners:
        make_flags(client, 4)
        listeners.arm()
        command = {"key": flag_key(0), "enabled": False}
        checked(client.send(client.operation(TOGGLE, input=command))[1])
        return len(listeners.heard())


def viewer_flags(port: int, token: str | None) -> list[bool]:
    """The values that one request over the bare client gives."""
    with Client(port, token) as client:
        make_flags(client, 4)
        seconds, body = client.send(client.operation(VIEWER_FLAGS, device="device-1"))
    assert seconds > 0
    return [flag["value"] for flag in checked(body)["viewerFlags"]["flags"]]


async def test_the_crowd_benchmark_receives_a_toggle(app: Starlette, admin: GraphQLClient) -> None:
    async with serving(app) as address:
        port = int(address.rpartition(":")[2])
        assert await asyncio.to_thread(toggle_heard_by, port, admin.token, 3) == 3


async def test_the_raw_http_client_reads_a_response(app: Starlette, admin: GraphQLClient) -> None:
    async with serving(app) as address:
        port = int(address.rpartition(":")[2])
        values = await asyncio.to_thread(viewer_flags, port, admin.token)
    assert (values[0], values[3]) == (True, False)
