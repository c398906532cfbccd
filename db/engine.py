"""The connection pool of a process. Each connection is tested before it is used."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar

import asyncpg
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from sqlalchemy.util import await_only, greenlet_spawn

from db.circuit_breaker import (
    CONNECT_TIMEOUT_SECONDS,
    CONNECTION_ERRORS,
    RESPONSE_TIMEOUT_SECONDS,
    DatabaseBreaker,
)
from db.json_text import read_json

_GENERATION = "generation"
# Sent as a statement, not as a connection parameter: PgBouncer refuses unknown parameters (F9).
_SESSION_SETUP = "SET jit = off"
_pings: ContextVar[bool] = ContextVar("pings", default=True)


def create_engine(
    url: str, pool_size: int, timeout_seconds: float, breaker: DatabaseBreaker
) -> AsyncEngine:
    """Create an engine that pings each connection at checkout."""
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=timeout_seconds,
        hide_parameters=True,  # rows hold hashes and e-mails, which no error message may show
        pool_recycle=1800,
        json_deserializer=read_json,
        connect_args={
            "timeout": min(timeout_seconds, CONNECT_TIMEOUT_SECONDS),
            "command_timeout": max(timeout_seconds * 3, 10),
            "server_settings": {"application_name": "launch"},
        },
    )
    _listen_for_checkout(engine, breaker)
    return engine


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[asyncpg.Connection]:
    """Run a transaction on the driver alone: commit on a clean exit, roll back on any exception."""
    lease = await _begin(engine)
    driver: asyncpg.Connection = lease.driver_connection
    try:
        yield driver
        await driver.execute("COMMIT")
    except BaseException:
        with suppress(*CONNECTION_ERRORS):
            await driver.execute("ROLLBACK", timeout=RESPONSE_TIMEOUT_SECONDS)
        raise
    finally:
        await greenlet_spawn(_check_in, lease)


async def _begin(engine: AsyncEngine) -> PoolProxiedConnection:
    """Check out a connection and begin a transaction; BEGIN serves as the ping.

    If the connection was lost, a second one is checked out with the usual ping.
    """
    try:
        with without_pings():
            return await _begin_transaction(await _check_out(engine))
    except TimeoutError:  # frozen: another connection would time out too
        raise
    except CONNECTION_ERRORS:
        return await _begin_transaction(await _check_out(engine))


async def _check_out(engine: AsyncEngine) -> PoolProxiedConnection:
    """Check a connection out of the pool, with connection errors as SQLAlchemy raises them."""
    assert engine.dialect.dbapi is not None
    try:
        return await engine.raw_connection()
    except engine.dialect.dbapi.Error as error:
        raise DBAPIError(None, None, error) from error


async def _begin_transaction(lease: PoolProxiedConnection) -> PoolProxiedConnection:
    driver: asyncpg.Connection = lease.driver_connection
    try:
        await driver.execute("BEGIN", timeout=RESPONSE_TIMEOUT_SECONDS)
    except BaseException:
        await greenlet_spawn(_check_in, lease, is_broken=True)
        raise
    return lease


def _check_in(lease: PoolProxiedConnection, *, is_broken: bool = False) -> None:
    """Check a connection in; one that is broken or still in a transaction is discarded.

    Runs in a greenlet because the pool may close an overflow connection.
    """
    driver: asyncpg.Connection = lease.driver_connection
    if is_broken or driver.is_closed() or driver.is_in_transaction():
        driver.terminate()
        lease.invalidate()
    lease.close()


@contextmanager
def without_pings() -> Iterator[None]:
    """Skip the ping for a caller whose first statement detects a lost connection."""
    before = _pings.set(False)
    try:
        yield
    finally:
        _pings.reset(before)


def _listen_for_checkout(engine: AsyncEngine, breaker: DatabaseBreaker) -> None:
    """Ping each connection at checkout and replace those that were lost.

    SQLAlchemy's own ping takes three round trips, and it waits for a frozen database as long as for
    a slow statement.
    """

    def ping(_: object, entry: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
        is_new = _GENERATION not in entry.info
        if entry.info.setdefault(_GENERATION, breaker.generation) != breaker.generation:
            raise InvalidatePoolError  # a former primary responds, but its connections are stale
        if not is_new and not _pings.get():
            return
        driver: asyncpg.Connection = entry.driver_connection
        try:
            await_only(
                driver.execute(
                    _SESSION_SETUP if is_new else "SELECT", timeout=RESPONSE_TIMEOUT_SECONDS
                )
            )
        except TimeoutError:
            driver.terminate()  # otherwise the pool waits for a graceful close
            raise
        except CONNECTION_ERRORS:
            raise InvalidatePoolError from None
        breaker.reset()

    sqlalchemy_event.listen(engine.sync_engine, "checkout", ping)
