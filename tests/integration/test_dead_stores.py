"""PostgreSQL and Valkey die together under a running server and worker (S99, S111, decision 7).

Both still stop when they are told to, within eight seconds each.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.support.http import http_client
from tests.support.promises import is_within
from tests.support.receivers import HttpReceiver
from tests.support.waiting import until
from tests.support.workers import WorkerFleet, stop

S99 = 60.0  # seconds from the first bad sample
FLAGS = "{ viewerFlags { flags { key value } } }"
DATABASE = "[CRITICAL] Database check"
NO_DATABASE = "The database does not answer: no incident yet."


class Site:
    """A server, a worker, and whoever is told."""

    def __init__(self, fleet: WorkerFleet, receiver: HttpReceiver) -> None:
        self.fleet, self.receiver = fleet, receiver

    async def start(self) -> None:
        """Return when health has been looked at, and the server serves."""
        self.fleet.serve()
        self.fleet.work(1)
        await until(self._checked, 40)
        await until(self._serves, 40)

    async def first_message(self) -> str:
        """What the first message about the database says."""

        async def has_arrived() -> bool:
            return any(title.startswith(DATABASE) for title in self.receiver.titles)

        await until(has_arrived, 2 * S99)
        sent = [item for item in self.receiver.messages if item["title"].startswith(DATABASE)]
        return str(sent[0]["message"])

    async def ask(self) -> httpx2.Response:
        """What a visitor asks for first."""
        async with http_client(timeout=5) as client:
            return await client.post(f"{self.fleet.url}/graphql", json={"query": FLAGS})

    async def _checked(self) -> bool:
        return await self.fleet.readings() > 0

    async def _serves(self) -> bool:
        try:
            return (await self.ask()).status_code == httpx2.codes.OK
        except httpx2.HTTPError:
            return False


@pytest.fixture
async def site(tmp_path_factory: pytest.TempPathFactory, cluster: Path) -> AsyncIterator[Site]:
    receiver = HttpReceiver()
    await receiver.start()
    fleet = WorkerFleet(tmp_path_factory.mktemp("dead"), cluster, ALERT_URLS=receiver.url)
    await fleet.start()
    yield Site(fleet, receiver)
    await fleet.stop()
    await receiver.stop()


@pytest.mark.parametrize("how", ["stopped", "frozen"])
async def test_losing_both_stores_is_alerted_within_a_minute(site: Site, how: str) -> None:
    """A store that is frozen is the hard one: it takes connections, and never answers."""
    await site.start()
    begin = time.monotonic()
    if how == "frozen":
        site.fleet.freeze()
    else:
        await asyncio.to_thread(site.fleet.lose)
    message = await site.first_message()
    assert is_within(S99, time.monotonic() - begin)
    assert NO_DATABASE in message
    answer = await site.ask()
    assert answer.json()["data"]["viewerFlags"]["flags"] == []  # answered, from memory
    codes = await stop(*site.fleet.workers)
    assert codes == [-signal.SIGTERM, 0]  # a server ends by the signal itself, after its lifespan
