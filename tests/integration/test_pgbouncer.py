"""Behind a real PgBouncer: session mode works, transaction mode works or is refused (F9).

Set PGBOUNCER to a program of 1.21 or newer to see both sides of transaction mode.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from db.circuit_breaker import DatabaseBreaker
from db.direct import DirectConnection
from db.pooling import Pooling, detect_pooling, pooling_error
from db.reads.connections import BoundStatement
from db.session import Database
from tests.support.clock import Clock
from tests.support.faulty_postgres import FaultyPostgres
from tests.support.pgbouncer import PROGRAM, pgbouncer, version
from tests.support.tcp_proxies import ForwardingProxy

WITH_STATEMENTS = version() >= (1, 21)
pytestmark = pytest.mark.needs(f"{PROGRAM} --version")


@pytest.fixture
async def url(cluster: Path, tmp_path: Path) -> AsyncIterator[str]:
    """A PostgreSQL at an address that PgBouncer can reach."""
    server = FaultyPostgres.of(cluster, tmp_path / "primary")
    forwarder = ForwardingProxy(server.socket_path)
    await forwarder.start()
    yield f"postgresql://launch@127.0.0.1:{forwarder.port}/launch"
    await forwarder.stop()
    server.stop()


async def planned(db: Database, number: int) -> bytes:
    """What the statement of a query plan gives, of which none is like another."""
    text = "SELECT to_json($1::timestamptz), $2::int"
    statement = BoundStatement(text, (datetime(2026, 11, 30, 20, 56, 43, 500_000, UTC), number))
    return await db.reads.run(None, [statement], lambda results: str(results[0][0][0]).encode())


async def work(url: str, clock: Clock) -> list[object]:
    """As an app process does it: many at once, each several statements with parameters."""
    db = Database(url.replace("postgresql:", "postgresql+asyncpg:"), clock=clock, pool_size=10)

    async def one(number: int) -> object:
        async with db.read() as session:
            await session.execute(text("SELECT cast(:n AS int)"), {"n": number})
        async with db.write() as uow:
            await uow.session.execute(text("SELECT cast(:n AS text)"), {"n": str(number)})
            return await uow.session.scalar(text("SELECT cast(:n AS bigint)"), {"n": number})

    direct = DirectConnection(db.url, "launch-direct", DatabaseBreaker())
    try:
        results = await asyncio.gather(*(one(n) for n in range(60)), return_exceptions=True)
        await direct.fetch("SELECT 1")
        moments = await asyncio.gather(*(planned(db, number) for number in range(60)))
        assert set(moments) == {b'"2026-11-30T20:56:43.5+00:00"'}
    finally:
        await direct.close()
        await db.dispose()
    return [item for item in results if isinstance(item, BaseException)]


async def test_plain_postgresql_is_session_pooling(url: str) -> None:
    assert await detect_pooling(url) is Pooling.SESSION


async def test_session_mode_is_detected(url: str, clock: Clock) -> None:
    """`jit` as a parameter of the connection was refused, and nothing said why."""
    with pgbouncer(url, "session") as bouncer:
        assert await detect_pooling(bouncer) is Pooling.SESSION
        assert await work(bouncer, clock) == []


async def test_a_pool_of_one_session_is_session_pooling(url: str) -> None:
    with pgbouncer(url, "session", default_pool_size=1) as bouncer:
        assert await detect_pooling(bouncer) is Pooling.SESSION


async def test_transaction_mode_without_prepared_statements_is_detected(url: str) -> None:
    settings = {"max_prepared_statements": 0} if WITH_STATEMENTS else {}
    with pgbouncer(url, "transaction", **settings) as bouncer:
        pooling = await detect_pooling(bouncer)
    assert pooling is Pooling.NO_STATEMENTS
    for needs_session in (False, True):
        reason = pooling_error(pooling, needs_session=needs_session)
        assert reason is not None
        assert "max_prepared_statements" in reason


@pytest.mark.skipif(not WITH_STATEMENTS, reason="PgBouncer 1.21 or newer is needed: set PGBOUNCER")
async def test_transaction_mode_with_them_serves_app_processes(url: str, clock: Clock) -> None:
    with pgbouncer(url, "transaction", max_prepared_statements=200) as bouncer:
        pooling = await detect_pooling(bouncer)
        assert pooling is Pooling.TRANSACTION
        assert await work(bouncer, clock) == []
    assert pooling_error(pooling, needs_session=False) is None
    assert "pool_mode = session" in str(pooling_error(pooling, needs_session=True))
