"""A real failover: a standby made by pg_basebackup is promoted under a running app (D11, F3)."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from app import create_app, running
from db.session import Database
from domain.platform.outages import READ_ONLY
from settings import Settings
from tests.factories.health import PROBES
from tests.factories.sites import start_fault_test_app
from tests.support.clock import PATIENCE, Clock
from tests.support.faulty_postgres import FaultyPostgres
from tests.support.graphql import GraphQLClient
from tests.support.tcp_proxies import ForwardingProxy


@pytest.fixture
def server(cluster: Path, tmp_path: Path) -> Iterator[FaultyPostgres]:
    postgres = FaultyPostgres.of(cluster, tmp_path / "primary")
    yield postgres
    postgres.stop()


@pytest.fixture
def standby(server: FaultyPostgres, tmp_path: Path) -> Iterator[FaultyPostgres]:
    postgres = server.standby(tmp_path / "standby")
    yield postgres
    postgres.stop()


@asynccontextmanager
async def forwarder(target: FaultyPostgres) -> AsyncIterator[ForwardingProxy]:
    proxy = ForwardingProxy(target.socket_path)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()


async def caught_up(server: FaultyPostgres, standby: FaultyPostgres, clock: Clock) -> None:
    """Return when the standby has replayed all that its primary has written."""
    primary, copy = (Database(item.url, clock=clock) for item in (server, standby))
    async with primary.read() as session:
        target = await session.scalar(text("SELECT pg_current_wal_lsn()::text"))
    async with asyncio.timeout(PATIENCE), copy.read() as session:
        reached = text("SELECT pg_last_wal_replay_lsn() >= cast(cast(:lsn AS text) AS pg_lsn)")
        while not await session.scalar(reached, {"lsn": target}):  # noqa: ASYNC110 - of another server
            await asyncio.sleep(0.05)
    await primary.dispose()
    await copy.dispose()


async def test_the_app_recovers_from_a_failover(
    server: FaultyPostgres,
    standby: FaultyPostgres,
    settings: Settings,
    redis: Redis,
    clock: Clock,
    tmp_path: Path,
) -> None:
    """The former primary keeps its connections: the first write is refused, the next succeeds."""
    async with forwarder(server) as address:
        url = f"postgresql+asyncpg://launch@127.0.0.1:{address.port}/launch"
        async with start_fault_test_app(url, settings, clock) as site:
            # The answer is cached, and the former primary would say for ever that it is current.
            assert await site.phase_status() == "ACTIVE"
            await caught_up(server, standby, clock)
            server.configure("default_transaction_read_only", "on")
            standby.promote()
            address.target = standby.socket_path
            assert await site.rollback_codes() == ["DEPENDENCY_DOWN"]
            await site.works_again()
            assert await site.phase_status() == "ROLLED_BACK"
            async with site.db.read() as session:
                directory = await session.scalar(text("SHOW data_directory"))
            assert str(directory) == str(tmp_path / "standby" / "postgres")


async def test_a_standby_is_not_ready_until_it_is_promoted(
    server: FaultyPostgres, standby: FaultyPostgres, settings: Settings, redis: Redis, clock: Clock
) -> None:
    app = create_app(settings.model_copy(update={"database_url": standby.url}), clock, PROBES)
    async with running(app.state.runtime):
        visitor = GraphQLClient(app)
        ready = await visitor.raw("GET", "/readyz")
        assert (ready.status_code, ready.json()["causes"]["database"]) == (503, READ_ONLY.cause)
        standby.promote()
        assert (await visitor.raw("GET", "/readyz")).status_code == 200
