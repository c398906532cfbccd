"""Metrics over graphql-transport-ws (S26, S109)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from db.session import Database
from domain.errors import DependencyDown
from domain.metrics.metric_folds import EMPTY
from services.flags import flag_reads
from services.metrics import metric_reads
from services.metrics.metric_reads import Snapshot
from services.platform import snapshot_cache
from subscriptions import channels
from subscriptions import metrics as stream_of_metrics
from tests.factories.metrics import store_requests
from tests.support.clock import PATIENCE
from tests.support.graphql import GraphQLClient
from tests.support.sockets import Socket, serving, socket

METRICS = "subscription { launchMetrics(range: LAST_1H) { at errorRate { value } } }"


@pytest.fixture
async def live(app: Starlette, admin: GraphQLClient) -> AsyncIterator[Socket]:
    """An admin's socket."""
    async with serving(app) as address, socket(address, admin.token) as client:
        yield client


async def test_metrics_are_sent_at_once_and_after_each_collection(
    app: Starlette, live: Socket, db: Database
) -> None:
    """Requirements S26 and S109."""
    stream = await live.subscribe(METRICS)
    assert (await stream.next())["launchMetrics"]["errorRate"]["value"] is None
    await store_requests(db, db.clock(), total=50, errors=1)
    await app.state.runtime.bus.publish(channels.METRICS, "collected")
    assert (await stream.next())["launchMetrics"]["errorRate"]["value"] == 2


async def test_all_streams_of_a_process_share_one_snapshot(app: Starlette, live: Socket) -> None:
    streams = [await live.subscribe(METRICS) for _ in range(5)]
    first = {(await stream.next())["launchMetrics"]["at"] for stream in streams}
    computed = app.state.runtime.metrics.computed
    await app.state.runtime.bus.publish(channels.METRICS, "collected")
    second = {(await stream.next())["launchMetrics"]["at"] for stream in streams}
    assert (len(first), len(second), first & second) == (1, 1, set())
    assert app.state.runtime.metrics.computed == computed + 1


async def test_other_ranges_are_other_snapshots(live: Socket) -> None:
    hour = await live.subscribe(METRICS.replace("at ", "range "))
    week = await live.subscribe(METRICS.replace("at ", "range ").replace("LAST_1H", "LAST_7D"))
    assert (await hour.next())["launchMetrics"]["range"] == "LAST_1H"
    assert (await week.next())["launchMetrics"]["range"] == "LAST_7D"


async def test_metrics_are_sent_without_a_worker(
    live: Socket, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_of_metrics, "MAX_SILENCE_SECONDS", 0.05)
    monkeypatch.setattr(snapshot_cache, "_FRESH", 0.0)
    stream = await live.subscribe(METRICS)
    await store_requests(db, db.clock(), total=50, errors=1)
    async with asyncio.timeout(PATIENCE):
        while (await stream.next())["launchMetrics"]["errorRate"]["value"] != 2:
            pass


async def test_last_snapshot_is_sent_again_without_a_database(
    app: Starlette, live: Socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its `at` shows the age of the numbers; the stream recovers by itself."""
    stream = await live.subscribe(METRICS)
    first = await stream.next()

    async def away(*_args: object) -> Snapshot:
        raise DependencyDown

    with monkeypatch.context() as patched:
        patched.setattr(metric_reads, "snapshot", away)
        await app.state.runtime.bus.publish(channels.METRICS, "one")
        assert await stream.next() == first
    await app.state.runtime.bus.publish(channels.METRICS, "two")
    assert (await stream.next())["launchMetrics"]["at"] > first["launchMetrics"]["at"]


async def test_an_unknown_phase_is_named(live: Socket) -> None:
    stream = await live.subscribe(METRICS.replace("LAST_1H", 'LAST_1H, phaseId: "nonsense"'))
    message = await stream.message()
    assert message["payload"]["errors"][0]["extensions"]["argument"] == "phaseId"


async def test_cancelled_stream_releases_everything(app: Starlette, live: Socket) -> None:
    """Requirement S74."""
    before = app.state.runtime.bus.live
    stream = await live.subscribe(METRICS)
    await stream.next()
    assert app.state.runtime.bus.live == before + 1
    await stream.stop()
    async with asyncio.timeout(PATIENCE):
        while app.state.runtime.bus.live != before:  # noqa: ASYNC110 - nothing to wait on
            await asyncio.sleep(0.01)


async def test_operations_of_a_socket_count_as_requests(
    app: Starlette, live: Socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S69, S107: a stream counts once however much it sends, a failure counts each time."""
    counted = app.state.runtime.meter.so_far
    before = counted().get("requests_total", EMPTY).total
    stream = await live.subscribe(METRICS)
    await stream.next()
    await app.state.runtime.bus.publish(channels.METRICS, "collected")
    await stream.next()

    async def broken(*_args: object) -> int:
        raise RuntimeError("broken")

    monkeypatch.setattr(flag_reads, "count", broken)
    await (await live.subscribe("{ featureFlags { totalCount } }")).message()
    assert counted()["requests_total"].total == before + 2
    assert counted()["request_errors_total"].total == 1
