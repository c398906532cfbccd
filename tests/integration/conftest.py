"""Alert receivers, and stores that nobody serves."""

from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis

from db import event_log
from db.session import Database
from settings import Settings
from tests.api.test_rehearsals import ERRORS
from tests.factories.alerts import AlertCenters
from tests.factories.health import Health
from tests.factories.launches import make_phase
from tests.factories.phases import activate
from tests.factories.propagation import runtime_of
from tests.factories.reports import ReportedRun
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient
from tests.support.receivers import HttpReceiver, MailReceiver
from tests.support.servers import dead_port


@pytest.fixture
async def log_head(db: Database) -> int:
    """The newest event sequence before the test."""
    async with db.read() as session:
        return await event_log.newest_seq(session)


@pytest.fixture
async def receiver() -> AsyncIterator[HttpReceiver]:
    receiver = HttpReceiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


@pytest.fixture
def mails() -> Iterator[MailReceiver]:
    receiver = MailReceiver()
    receiver.start()
    yield receiver
    receiver.stop()


@pytest.fixture
async def desk(
    settings: Settings, db: Database, redis: Redis, receiver: HttpReceiver
) -> AsyncIterator[AlertCenters]:
    centers = AlertCenters(settings, db, redis, receiver.url)
    yield centers
    await centers.stop()


@pytest.fixture
async def no_database(clock: Clock) -> AsyncIterator[Database]:
    url = f"postgresql+asyncpg://launch@127.0.0.1:{dead_port()}/launch"
    db = Database(url, clock=clock, timeout_seconds=1)
    yield db
    await db.dispose()


@pytest.fixture
async def no_redis() -> AsyncIterator[Redis]:
    client = Redis.from_url(f"redis://127.0.0.1:{dead_port()}/0")
    yield client
    await client.aclose()


@pytest.fixture
async def launch(admin: GraphQLClient, health: Health) -> ReportedRun:
    """A phase that was just activated."""
    phase = await make_phase(admin, successCriteria=[ERRORS])
    await runtime_of(admin.app).meter.flush()
    assert (await activate(admin, phase))["errors"] == []
    return ReportedRun(admin, phase)
