"""Waiting for an event is no response time: whoever only watches makes nothing slow (L3)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from starlette.applications import Starlette

from domain.metrics.metric_folds import EMPTY
from domain.metrics.metrics import REQUESTS, RESPONSE_TIME
from schema.context import Runtime
from tests.factories.launches import make_flag
from tests.support.clock import PATIENCE, Clock
from tests.support.graphql import GraphQLClient
from tests.support.sockets import Socket, serving, socket

EVENTS = "subscription { launchEvents { cursor } }"
INCIDENTS = "subscription { incidents { id } }"
REPLAY = """subscription ($from: DateTime!, $to: DateTime!) {
  replay(from: $from, to: $to, speed: 0.1) { cursor } }"""
FLAGS = "subscription { featureFlags { key } }"
OPEN = """mutation { createIncident(input: {type: "manual", title: "Slow", severity: LOW}) {
  errors { message } } }"""


@pytest.fixture
async def live(app: Starlette, admin: GraphQLClient) -> AsyncIterator[Socket]:
    async with serving(app) as address, socket(address, admin.token) as found:
        yield found


def timed(app: Starlette) -> int:
    """How many response times this process has measured."""
    runtime: Runtime = app.state.runtime
    return runtime.meter.so_far().get(RESPONSE_TIME, EMPTY).samples


def counted(app: Starlette) -> float:
    runtime: Runtime = app.state.runtime
    return runtime.meter.so_far().get(REQUESTS, EMPTY).total


async def reached(app: Starlette, count: int) -> None:
    """Until so many response times are measured."""
    async with asyncio.timeout(PATIENCE):
        while timed(app) < count:  # noqa: ASYNC110 - the meter has no event for it
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("document", [EVENTS, INCIDENTS])
async def test_a_stream_is_measured_until_it_is_subscribed(
    app: Starlette, live: Socket, admin: GraphQLClient, document: str
) -> None:
    """Before anything has happened; the first event, whenever it comes, adds nothing."""
    before = timed(app)
    streams = [await live.subscribe(document) for _ in range(3)]
    await reached(app, before + 3)
    if document is INCIDENTS:
        await admin.data(OPEN)
    else:
        await make_flag(admin, "anything")
    for stream in streams:
        await stream.next()
    assert timed(app) == before + 3 + 1  # the mutation
    assert counted(app) == timed(app)


async def test_a_replay_waits_for_the_launch_and_not_for_us(
    app: Starlette, live: Socket, admin: GraphQLClient, clock: Clock
) -> None:
    """Its first event lies half a minute after its beginning: five minutes at this speed."""
    clock.advance(30)
    await make_flag(admin, "anything")
    before = timed(app)
    now = clock()
    begin, end = now - timedelta(seconds=30), now + timedelta(seconds=1)
    await live.subscribe(REPLAY, **{"from": begin.isoformat(), "to": end.isoformat()})
    await reached(app, before + 1)


async def test_a_snapshot_is_measured_with_its_first_result(
    app: Starlette, live: Socket, admin: GraphQLClient
) -> None:
    await make_flag(admin, "anything")
    before = timed(app)
    stream = await live.subscribe(FLAGS)
    await stream.next()
    assert timed(app) == before + 1
    await make_flag(admin, "another")
    await stream.next()
    assert timed(app) == before + 2  # the mutation
