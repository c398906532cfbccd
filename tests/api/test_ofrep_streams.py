"""The event stream of OFREP: changes, and what was missed (A3, L11)."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
from starlette.applications import Starlette

from tests.factories.launches import make_flag
from tests.factories.propagation import runtime_of, toggle_flag
from tests.support.clock import PATIENCE
from tests.support.graphql import GraphQLClient
from tests.support.http import http_client
from tests.support.sockets import serving
from tests.support.waiting import until

ALL = "/ofrep/v1/evaluate/flags"
CONTEXT = {"context": {"targetingKey": "user_1"}}


@pytest.fixture
async def flags(admin: GraphQLClient) -> None:
    await make_flag(admin, "mvp_chat", enabled=True, rolloutPercentage=100)


async def notices(lines: AsyncIterator[str]) -> AsyncGenerator[dict[str, Any], None]:
    """The JSON of each event."""
    async for line in lines:
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


async def test_streams_announce_changes(
    app: Starlette, visitor: GraphQLClient, admin: GraphQLClient, flags: None
) -> None:
    version, sets = runtime_of(app).flags.current.version, runtime_of(app).flag_feed.sets
    before = sets.live  # what the process itself listens with
    async with serving(app) as address, http_client() as http:
        reply = await http.post(f"http://{address}{ALL}", json=CONTEXT)
        (stream,) = reply.json()["eventStreams"]
        assert (stream["type"], stream["url"]) == ("sse", f"http://{address}/ofrep/v1/events")
        headers = {"last-event-id": str(version - 1)}
        async with http.stream("GET", stream["url"], headers=headers) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            async with aclosing(notices(response.aiter_lines())) as events:
                missed = await asyncio.wait_for(anext(events), PATIENCE)
                new = await toggle_flag(admin, app, "mvp_chat", on=False)
                message = await asyncio.wait_for(anext(events), PATIENCE)
    assert (missed["type"], missed["etag"]) == ("refetchEvaluation", f'"{version}"')
    assert (message["type"], message["etag"]) == ("refetchEvaluation", f'"{new}"')
    await until(lambda: sets.live == before)


async def test_a_stream_begins_with_the_id_that_a_reconnect_names(
    app: Starlette, admin: GraphQLClient, flags: None
) -> None:
    """Without it, a client that is cut off before the first change never learns of one."""
    async with serving(app) as address, http_client() as http:
        url = f"http://{address}/ofrep/v1/events"
        async with http.stream("GET", url) as response:
            frame = await asyncio.wait_for(first_frame(response.aiter_lines()), PATIENCE)
        new = await toggle_flag(admin, app, "mvp_chat", on=False)
        seen = {"last-event-id": frame["id"]}
        async with (
            http.stream("GET", url, headers=seen) as response,
            aclosing(notices(response.aiter_lines())) as events,
        ):
            missed = await asyncio.wait_for(anext(events), PATIENCE)
    assert "data" not in frame  # so that no event is dispatched
    assert (missed["type"], missed["etag"]) == ("refetchEvaluation", f'"{new}"')


async def first_frame(lines: AsyncIterator[str]) -> dict[str, str]:
    """The fields of the first block of a stream."""
    fields: dict[str, str] = {}
    async for line in lines:
        if not line:
            break
        name, _, value = line.partition(": ")
        fields[name] = value
    return fields
