"""Metrics over graphql-transport-ws (SPEC S26, S109)."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from db.session import Database
from subscriptions import channels
from tests.factories.metrics import requests
from tests.graphql import GraphQLClient
from tests.sockets import Socket, serving, socket

METRICS = "subscription { launchMetrics(range: LAST_1H) { at errorRate { value } } }"


@pytest.fixture
async def live(app: Starlette, admin: GraphQLClient) -> AsyncIterator[Socket]:
    """An admin's socket."""
    async with serving(app) as address, socket(address, admin.token) as found:
        yield found


async def test_metrics_come_at_once_and_after_each_collection(
    app: Starlette, live: Socket, db: Database
) -> None:
    """S26, S109."""
    stream = await live.subscribe(METRICS)
    assert (await stream.next())["launchMetrics"]["errorRate"]["value"] is None
    await requests(db, db.clock(), total=50, errors=1)
    await app.state.runtime.bus.publish(channels.METRICS, "collected")
    assert (await stream.next())["launchMetrics"]["errorRate"]["value"] == 2
