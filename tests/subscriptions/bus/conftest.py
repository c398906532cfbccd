"""A bus on a Valkey that tests may stop, kill and freeze."""

from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis

from subscriptions.bus import Broadcast
from tests.support.bus import TIMING
from tests.support.servers import ValkeyProcess


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyProcess]:
    server = ValkeyProcess(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def valkey(server: ValkeyProcess) -> Iterator[ValkeyProcess]:
    """Provide the server of the module, and make sure that it runs again after the test."""
    yield server
    server.thaw()
    if not server.running:
        server.start()


@pytest.fixture
async def bus(valkey: ValkeyProcess) -> AsyncIterator[Broadcast]:
    async with Broadcast(valkey.url, timing=TIMING) as bus:
        yield bus


@pytest.fixture
async def admin(valkey: ValkeyProcess) -> AsyncIterator[Redis]:
    async with Redis.from_url(valkey.url) as client:
        yield client
