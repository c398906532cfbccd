"""Requests are freed when they end, without a garbage collection (SEC7, ADR 31).

A collection counts objects and not bytes: a cycle of ten objects that holds a body of a megabyte
costs some hundred megabytes until it starts.
"""

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Iterator

import psutil  # type: ignore[import-untyped]  # no stubs
import pytest
from graphql import GraphQLError, Node
from starlette.applications import Starlette

from schema.context import Context
from server.http.requests import GraphQLRequest
from tests.support.asgi_servers import run_launch
from tests.support.clock import PATIENCE
from tests.support.graphql import GraphQLClient

TEXTS = {f"v{number}": "x" * 99_000 for number in range(9)}
ALIASES = " ".join(f"a{number}: __typename" for number in range(300))
FRAGMENTS = "{ ...F } fragment F on Query { systemStatus { ...G } } fragment G on SystemStatus"
VIEWS = "query ($d: String) { viewerFlags(deviceId: $d) { etag } }"
LOG_IN = """mutation { logIn(email: "a@example.org", password: "not the right one") {
  errors { code } } }"""
DOCUMENTS = {
    "answered": f"{{ systemStatus {{ {ALIASES} }} }}",
    "with fragments": f"{FRAGMENTS} {{ {ALIASES} }}",
    "invalid": f"{{ systemStatus {{ nothing {ALIASES} }} }}",
    "of a misused variable": "query ($n: Int) { viewerFlags(deviceId: $n) { etag } }",
    "with too many fields": f"{{ {ALIASES} }}",
    "forbidden": f"{{ featureFlags {{ nodes {{ {ALIASES} }} }} }}",
    "with a null for an error": f'{{ launchPhase(key: "x") {{ {ALIASES} }} }}',
    "of introspection": "{ __schema { types { name fields { name } } } }",
    "with two operations": f"query A {{ systemStatus {{ {ALIASES} }} }} query B {{ __typename }}",
    "a mutation": LOG_IN,
    "a flag view": VIEWS,
}
VARIABLES = {"a flag view": {"d": ["not a text"]}}
HEADERS = ("", "Accept: text/event-stream\r\n", "Authorization: Bearer " + "x" * 43 + "\r\n")


@pytest.fixture
async def port(app: Starlette) -> AsyncIterator[int]:
    """The port of the app, served as `launch serve` does."""
    async with run_launch(app) as number:
        yield number


@pytest.fixture
def uncollected() -> Iterator[None]:
    """No garbage collection starts by itself."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def request(body: object, headers: str = "") -> bytes:
    """Return the bytes of a request that ends its connection."""
    content = json.dumps(body).encode()
    head = (
        "POST /graphql HTTP/1.1\r\nHost: launch.test\r\nContent-Type: application/json\r\n"
        f"Connection: close\r\nContent-Length: {len(content)}\r\n{headers}\r\n"
    )
    return head.encode() + content


async def response(port: int, data: bytes) -> bytes:
    """Return all bytes of the response."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    async with asyncio.timeout(PATIENCE):
        received = await reader.read()
    writer.close()
    return received


def garbage() -> set[str]:
    """Collect, and return the kinds of objects that only a collection has found."""
    gc.set_debug(gc.DEBUG_SAVEALL)
    gc.collect()
    gc.set_debug(0)
    kinds = (Node, GraphQLRequest, Context, GraphQLError)
    kept = {type(item).__name__ for item in gc.garbage if isinstance(item, kinds)}
    gc.garbage.clear()
    return kept


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("kind", DOCUMENTS)
async def test_no_request_waits_for_a_garbage_collection(port: int, kind: str) -> None:
    body = {"query": DOCUMENTS[kind], "variables": VARIABLES.get(kind)}
    for headers in HEADERS:
        for turn in range(3):
            assert b"HTTP/1.1" in await response(port, request(body, headers))
            if turn == 0:
                garbage()  # of what the first one loads
        await response(port, request({"query": "{ __typename }"}))
        assert garbage() == set(), (kind, headers)


@pytest.mark.usefixtures("uncollected")
async def test_large_variables_are_freed_with_their_request(port: int) -> None:
    """138 MB became 997 MB by 1,000 requests of one visitor."""
    body = request({"query": "{ systemStatus { __typename } }", "variables": TEXTS})
    memory = psutil.Process().memory_info
    before = 0
    for number in range(60):
        if number == 10:  # the first ones fill what any request fills
            before = memory().rss
        assert b'"data"' in await response(port, body)
    assert memory().rss - before < 15_000_000


@pytest.mark.usefixtures("uncollected")
async def test_documents_of_accounts_are_freed_too(port: int, admin: GraphQLClient) -> None:
    credential = f"Authorization: Bearer {admin.token}\r\n"
    documents = (
        "{ changes(first: 2) { nodes { action actor { label } } } incidents { totalCount } }",
        '{ activationPlan(phaseId: "nothing") { hash } }',
        'mutation { toggleFeatureFlag(input: { key: "no", enabled: true }) { errors { code } } }',
    )
    for document in documents:
        for turn in range(3):
            await response(port, request({"query": document, "variables": TEXTS}, credential))
            if turn == 0:
                garbage()
        await response(port, request({"query": "{ __typename }"}, credential))
        assert garbage() == set(), document
