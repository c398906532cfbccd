"""The pool of connections of a process: each is tried before it is used."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar

import asyncpg
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from sqlalchemy.util import await_only, greenlet_spawn

from db.circuit_breaker import ANSWER_SECONDS, CONNECT_SECONDS, CUT, DatabaseBreaker
from db.json_text import read_json

_GENERATION = "generation"
# Not a parameter of the connection: PgBouncer refuses those that it does not know (F9).
_FIRST = "SET jit = off"
_pings: ContextVar[bool] = ContextVar("pings", default=True)


def connect(
    url: str, pool_size: int, timeout_seconds: float, breaker: DatabaseBreaker
) -> AsyncEngine:
    """An engine whose connections have answered a moment before they are used."""
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=timeout_seconds,
        hide_parameters=True,  # rows hold hashes and letters: no error text may show them
        pool_recycle=1800,
        json_deserializer=read_json,
        connect_args={
            "timeout": min(timeout_seconds, CONNECT_SECONDS),
            "command_timeout": max(timeout_seconds * 3, 10),
            "server_settings": {"application_name": "launch"},
        },
    )
    _ping_first(engine, breaker)
    return engine


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[asyncpg.Connection]:
    """A transaction of the driver alone: it commits on a clean exit, else it rolls back."""
    lease = await _begin(engine)
    driver: asyncpg.Connection = lease.driver_connection
    try:
        yield driver
        await driver.execute("COMMIT")
    except BaseException:
        with suppress(*CUT):
            await driver.execute("ROLLBACK", timeout=ANSWER_SECONDS)
        raise
    finally:
        await greenlet_spawn(_give_back, lease)


async def _begin(engine: AsyncEngine) -> PoolProxiedConnection:
    """Its first statement is the ping; where it finds a connection cut, others are tried first."""
    try:
        with _without_pings():
            return await _begun(await _lease(engine))
    except TimeoutError:  # frozen: others would wait as long
        raise
    except CUT:
        return await _begun(await _lease(engine))


async def _lease(engine: AsyncEngine) -> PoolProxiedConnection:
    """A connection of the pool; one that is refused raises what it raises for a session."""
    assert engine.dialect.dbapi is not None
    try:
        return await engine.raw_connection()
    except engine.dialect.dbapi.Error as error:
        raise DBAPIError(None, None, error) from error


async def _begun(lease: PoolProxiedConnection) -> PoolProxiedConnection:
    driver: asyncpg.Connection = lease.driver_connection
    try:
        await driver.execute("BEGIN", timeout=ANSWER_SECONDS)
    except BaseException:
        await greenlet_spawn(_give_back, lease, is_broken=True)
        raise
    return lease


def _give_back(lease: PoolProxiedConnection, *, is_broken: bool = False) -> None:
    """What is left in the midst of something is used by nobody else.

    The pool closes what is too many, for which it needs a greenlet.
    """
    driver: asyncpg.Connection = lease.driver_connection
    if is_broken or driver.is_closed() or driver.is_in_transaction():
        driver.terminate()
        lease.invalidate()
    lease.close()


@contextmanager
def _without_pings() -> Iterator[None]:
    before = _pings.set(False)
    try:
        yield
    finally:
        _pings.reset(before)


def _ping_first(engine: AsyncEngine, breaker: DatabaseBreaker) -> None:
    """Try each connection before it is used: those that were cut make way for new ones.

    SQLAlchemy's own ping takes three round trips, and waits for a frozen database as long as for a
    slow statement.
    """

    def ping(_: object, entry: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
        is_new = _GENERATION not in entry.info
        if entry.info.setdefault(_GENERATION, breaker.generation) != breaker.generation:
            raise InvalidatePoolError  # a former primary answers, and all its connections are old
        if not is_new and not _pings.get():
            return
        driver: asyncpg.Connection = entry.driver_connection
        try:
            await_only(driver.execute(_FIRST if is_new else "SELECT", timeout=ANSWER_SECONDS))
        except TimeoutError:
            driver.terminate()  # else its pool waits for a farewell
            raise
        except CUT:
            raise InvalidatePoolError from None
        breaker.reset()

    sqlalchemy_event.listen(engine.sync_engine, "checkout", ping)
