"""Waiting for an event does not count as response time (L3)."""

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
    async with serving(app) as address, socket(address, admin.token) as client:
        yield client


def timed(app: Starlette) -> int:
    """Return how many response times this process has measured."""
    runtime: Runtime = app.state.runtime
    return runtime.meter.so_far().get(RESPONSE_TIME, EMPTY).samples


def counted(app: Starlette) -> float:
    runtime: Runtime = app.state.runtime
    return runtime.meter.so_far().get(REQUESTS, EMPTY).total


async def reached(app: Starlette, count: int) -> None:
    """Wait until so many response times have been measured."""
    async with asyncio.timeout(PATIENCE):
        while timed(app) < count:  # noqa: ASYNC110 - the meter has no event for it
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("document", [EVENTS, INCIDENTS])
async def test_response_time_of_a_stream_ends_with_its_subscription(
    app: Starlette, live: Socket, admin: GraphQLClient, document: str
) -> None:
    """It is measured before the first event, which adds nothing."""
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


async def test_pauses_of_a_replay_are_no_response_time(
    app: Starlette, live: Socket, admin: GraphQLClient, clock: Clock
) -> None:
    """The first event is half a minute after the beginning: five minutes at this speed."""
    clock.advance(30)
    await make_flag(admin, "anything")
    before = timed(app)
    now = clock()
    begin, end = now - timedelta(seconds=30), now + timedelta(seconds=1)
    await live.subscribe(REPLAY, **{"from": begin.isoformat(), "to": end.isoformat()})
    await reached(app, before + 1)


async def test_snapshot_counts_towards_the_response_time(
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
