"""The clients that people use, from npm and PyPI, unchanged: `tests/clients`, `gql`."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from gql import Client, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from starlette.applications import Starlette

from tests.factories.launches import make_flag
from tests.support.graphql import GraphQLClient
from tests.support.sockets import serving

FOLDER = Path(__file__).parents[1] / "clients"
NODE = Path(sys.prefix) / "bin" / "node"
SECONDS = 30


@pytest.fixture
async def address(app: Starlette, admin: GraphQLClient) -> AsyncIterator[str]:
    for key in ("mvp_chat", "mvp_map", "mvp_mail"):
        await make_flag(admin, key)
    async with serving(app) as address:
        yield address


async def test_npm_clients_work_unchanged(address: str, admin: GraphQLClient) -> None:
    """The audit of graphql-http, Apollo, urql, Relay, graphql-request, graphql-ws, graphql-sse."""
    env = {**os.environ, "BASE_URL": f"http://{address}", "TOKEN": str(admin.token)}
    process = await asyncio.create_subprocess_exec(
        NODE, "--test", "--test-concurrency=1", f"--test-timeout={SECONDS * 1000}",
        cwd=FOLDER, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()


async def test_the_gql_client_works_unchanged(address: str, admin: GraphQLClient) -> None:
    token = f"Bearer {admin.token}"
    http = AIOHTTPTransport(f"http://{address}/graphql", headers={"Authorization": token})
    async with Client(transport=http, fetch_schema_from_transport=True) as session:
        result = await session.execute(gql("{ featureFlags(first: 1) { nodes { key } } }"))
        assert result["featureFlags"]["nodes"] == [{"key": "mvp_chat"}]
        with pytest.raises(TransportQueryError) as caught:
            await session.execute(gql('{ node(id: "1") { id } nodes(ids: []) { id } }'))
        assert caught.value.errors
    ws = WebsocketsTransport(f"ws://{address}/graphql", init_payload={"Authorization": token})
    async with Client(transport=ws) as session:
        async for value in session.subscribe(gql("subscription { viewerFlags { version } }")):
            assert value["viewerFlags"]["version"] > 0
            break
