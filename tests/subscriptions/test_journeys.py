"""Funnels, live (S110)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from subscriptions import journeys as live_journeys
from tests.factories.journeys import new_business
from tests.factories.marketplace import added
from tests.support.clock import PATIENCE
from tests.support.graphql import GraphQLClient
from tests.support.sockets import Socket, Stream, serving, socket

JOURNEYS = "subscription { journeys { key started steps { completed stalled } } }"


@pytest.fixture
async def live(
    app: Starlette, viewer: GraphQLClient, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Socket]:
    """The socket of somebody who may look."""
    monkeypatch.setattr(live_journeys, "PACE", 0.05)
    async with serving(app) as address, socket(address, viewer.token) as found:
        yield found


async def setups(stream: Stream) -> tuple[int, int]:
    """How many suppliers began, and how many added a client."""
    found = (await stream.next())["journeys"][0]
    return found["started"], found["steps"][1]["completed"]


async def until(stream: Stream, wanted: tuple[int, int]) -> None:
    async with asyncio.timeout(PATIENCE):
        while await setups(stream) != wanted:
            pass


async def test_funnels_come_at_once_and_move_with_people(
    live: Socket, visitor: GraphQLClient
) -> None:
    stream = await live.subscribe(JOURNEYS)
    assert await setups(stream) == (0, 0)
    supplier = await new_business(visitor)
    await until(stream, (1, 0))
    await added(supplier)
    await until(stream, (1, 1))


async def test_all_streams_of_a_process_share_one_look(
    app: Starlette, live: Socket, visitor: GraphQLClient
) -> None:
    streams = [await live.subscribe(JOURNEYS) for _ in range(5)]
    for stream in streams:
        await stream.next()
    before = app.state.runtime.journeys.computed
    await new_business(visitor)
    for stream in streams:
        await until(stream, (1, 0))
    assert app.state.runtime.journeys.computed == before + 1


async def test_what_moves_nobody_wakes_nobody(live: Socket, admin: GraphQLClient) -> None:
    stream = await live.subscribe(JOURNEYS)
    await stream.next()
    await admin.data(
        'mutation { createFeatureFlag(input: {key: "a_flag", name: "A"}) { errors { code } } }'
    )
    assert await stream.silent()


async def test_standing_still_shows_without_an_event(
    live: Socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S73."""
    monkeypatch.setattr(live_journeys, "SILENCE", 0.05)
    stream = await live.subscribe(JOURNEYS)
    first = await stream.next()
    assert await stream.next() == first


async def test_an_unknown_phase_is_named(live: Socket) -> None:
    stream = await live.subscribe(JOURNEYS.replace("journeys", 'journeys(phaseId: "nonsense")'))
    message = await stream.message()
    assert message["payload"]["errors"][0]["extensions"]["argument"] == "phaseId"


async def test_suppliers_do_not_watch_them(app: Starlette, supplier: GraphQLClient) -> None:
    async with serving(app) as address, socket(address, supplier.token) as own:
        message = await (await own.subscribe(JOURNEYS)).message()
    assert "FORBIDDEN" in str(message)


async def test_a_stream_that_is_left_leaves_nothing(app: Starlette, live: Socket) -> None:
    """S74."""
    before = app.state.runtime.tail.live
    stream = await live.subscribe(JOURNEYS)
    await stream.next()
    await stream.stop()
    async with asyncio.timeout(PATIENCE):
        while app.state.runtime.tail.live != before:  # noqa: ASYNC110 - nothing to wait on
            await asyncio.sleep(0.01)
