"""Live funnels (S110)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from subscriptions import journeys as live_journeys
from tests.factories.journeys import sign_up_supplier
from tests.factories.marketplace import add_client
from tests.support.clock import PATIENCE
from tests.support.graphql import GraphQLClient
from tests.support.sockets import Socket, Stream, serving, socket

JOURNEYS = "subscription { journeys { key started steps { completed stalled } } }"


@pytest.fixture
async def live(
    app: Starlette, viewer: GraphQLClient, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Socket]:
    """The socket of a caller with access to metrics."""
    monkeypatch.setattr(live_journeys, "MIN_INTERVAL_SECONDS", 0.05)
    async with serving(app) as address, socket(address, viewer.token) as client:
        yield client


async def setups(stream: Stream) -> tuple[int, int]:
    """Return how many suppliers began, and how many added a client."""
    journey = (await stream.next())["journeys"][0]
    return journey["started"], journey["steps"][1]["completed"]


async def until(stream: Stream, expected: tuple[int, int]) -> None:
    async with asyncio.timeout(PATIENCE):
        while await setups(stream) != expected:
            pass


async def test_funnels_are_sent_at_once_and_after_each_move(
    live: Socket, visitor: GraphQLClient
) -> None:
    stream = await live.subscribe(JOURNEYS)
    assert await setups(stream) == (0, 0)
    supplier = await sign_up_supplier(visitor)
    await until(stream, (1, 0))
    await add_client(supplier)
    await until(stream, (1, 1))


async def test_all_streams_of_a_process_share_one_read(
    app: Starlette, live: Socket, visitor: GraphQLClient
) -> None:
    streams = [await live.subscribe(JOURNEYS) for _ in range(5)]
    for stream in streams:
        await stream.next()
    before = app.state.runtime.journeys.computed
    await sign_up_supplier(visitor)
    for stream in streams:
        await until(stream, (1, 0))
    assert app.state.runtime.journeys.computed == before + 1


async def test_unrelated_events_send_nothing(live: Socket, admin: GraphQLClient) -> None:
    stream = await live.subscribe(JOURNEYS)
    await stream.next()
    await admin.data(
        'mutation { createFeatureFlag(input: {key: "a_flag", name: "A"}) { errors { code } } }'
    )
    assert await stream.silent()


async def test_stalled_people_appear_without_an_event(
    live: Socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requirement S73."""
    monkeypatch.setattr(live_journeys, "MAX_SILENCE_SECONDS", 0.05)
    stream = await live.subscribe(JOURNEYS)
    first = await stream.next()
    assert await stream.next() == first


async def test_an_unknown_phase_is_named(live: Socket) -> None:
    stream = await live.subscribe(JOURNEYS.replace("journeys", 'journeys(phaseId: "nonsense")'))
    message = await stream.message()
    assert message["payload"]["errors"][0]["extensions"]["argument"] == "phaseId"


async def test_supplier_cannot_watch_journeys(app: Starlette, supplier: GraphQLClient) -> None:
    async with serving(app) as address, socket(address, supplier.token) as own:
        message = await (await own.subscribe(JOURNEYS)).message()
    assert "FORBIDDEN" in str(message)


async def test_cancelled_stream_releases_everything(app: Starlette, live: Socket) -> None:
    """Requirement S74."""
    before = app.state.runtime.tail.live
    stream = await live.subscribe(JOURNEYS)
    await stream.next()
    await stream.stop()
    async with asyncio.timeout(PATIENCE):
        while app.state.runtime.tail.live != before:  # noqa: ASYNC110 - nothing to wait on
            await asyncio.sleep(0.01)
