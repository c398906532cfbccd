"""Detect a connection pooler in front of the database and what it supports (F9).

PgBouncer in session mode works like PostgreSQL itself. In transaction mode each transaction may run
in another session: LISTEN does not work, and prepared statements work only if PgBouncer tracks
them. Without that a quarter of all requests would fail, so processes check at startup.
"""

import asyncio
import logging
from enum import StrEnum
from secrets import randbelow
from uuid import uuid4

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from db.circuit_breaker import (
    CONNECT_TIMEOUT_SECONDS,
    RESPONSE_TIMEOUT_SECONDS,
    DatabaseBreaker,
)
from db.direct import driver_url

logger = logging.getLogger(__name__)

_RETRY_SECONDS = 1.0
# Each round detects a pooler with probability 1/2; other clients may use the pool too.
_DETECTION_ROUNDS = 20
_STATEMENT_ROUNDS = 100
_PID_SQL = "SELECT pg_backend_pid()"
# No such prepared statement; a statement of this name exists.
_MISSING_STATEMENT_STATES = frozenset({"26000", "42P05"})


class Pooling(StrEnum):
    """How a connection maps to sessions of the server."""

    SESSION = "session"
    TRANSACTION = "transaction"
    NO_STATEMENTS = "transaction, without prepared statements"


_ERRORS = {
    Pooling.NO_STATEMENTS: "PgBouncer before the database pools by transaction and keeps no "
    "prepared statements: set max_prepared_statements in PgBouncer 1.21 or newer, or "
    "pool_mode = session.",
    Pooling.TRANSACTION: "PgBouncer before the database pools by transaction, and this needs a "
    "session of its own: set pool_mode = session, or a DATABASE_URL that leads to PostgreSQL "
    "itself.",
}


def pooling_error(pooling: Pooling, *, needs_session: bool) -> str | None:
    """Explain why a process cannot work with this pooling; None if it can."""
    if pooling is Pooling.TRANSACTION and not needs_session:
        return None
    return _ERRORS.get(pooling)


async def refuse_when_unsuitable(url: str, breaker: DatabaseBreaker) -> None:
    """Detect the pooling once the database responds; refuse it if a server cannot work with it.

    For a process that started while the database was away: otherwise a quarter of its requests
    would fail at random.
    """
    while True:
        try:
            pooling = await detect_pooling(url)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await asyncio.sleep(_RETRY_SECONDS)
            continue
        breaker.refusal = pooling_error(pooling, needs_session=False)
        if breaker.refusal:
            logger.error("database: %s", breaker.refusal)
        return


async def detect_pooling(url: str) -> Pooling:
    """Detect the pooling with two connections. Raises asyncpg's errors if it cannot connect."""
    one = await _connect(url)
    try:
        two = await _connect(url)
        try:
            return await _compare(one, two)
        except TimeoutError:  # a pool of one session, which stays ours while we are connected
            return Pooling.SESSION
        finally:
            two.terminate()
    finally:
        one.terminate()


async def _connect(url: str) -> asyncpg.Connection:
    return await asyncpg.connect(
        driver_url(url),
        timeout=CONNECT_TIMEOUT_SECONDS,
        command_timeout=RESPONSE_TIMEOUT_SECONDS,
        statement_cache_size=0,
        server_settings={"application_name": "launch-pooling"},
    )


async def _compare(one: asyncpg.Connection, two: asyncpg.Connection) -> Pooling:
    seen_pids: set[tuple[int, int]] = set()
    for _ in range(_DETECTION_ROUNDS):
        seen_pids.add(await _pids_at_once(one, two, one_begins=bool(randbelow(2))))
        if len(seen_pids) > 1:
            return await _check_statements(one, two)
    return Pooling.SESSION


async def _pids_at_once(
    one: asyncpg.Connection, two: asyncpg.Connection, *, one_begins: bool
) -> tuple[int, int]:
    """Return the backend pids that both connections have at the same time.

    The starting order is random: whether a pooler hands out the most or the least recently used
    session, the two connections then swap theirs.
    """
    first, second = (one, two) if one_begins else (two, one)
    async with first.transaction():
        a: int = await first.fetchval(_PID_SQL)
        async with second.transaction():
            b: int = await second.fetchval(_PID_SQL)
    return (a, b) if one_begins else (b, a)


async def _check_statements(one: asyncpg.Connection, two: asyncpg.Connection) -> Pooling:
    """Check whether a statement prepared in one session works in another.

    Without proof the answer is no, because such statements would fail at random later.
    """
    try:
        for _ in range(_STATEMENT_ROUNDS):
            async with one.transaction():
                home = await one.fetchval(_PID_SQL)
                statement = await one.prepare("SELECT 1", name=f"launch_{uuid4().hex}")
            # Occupies the session that knows the statement, if it gets it.
            async with two.transaction():
                is_held = await two.fetchval(_PID_SQL) == home
                try:
                    if await _runs_elsewhere(one, statement, home):
                        return Pooling.TRANSACTION
                except TimeoutError:
                    if is_held:  # the pool has no other session
                        return Pooling.TRANSACTION
                    raise
    except asyncpg.PostgresError as error:
        if error.sqlstate in _MISSING_STATEMENT_STATES:
            return Pooling.NO_STATEMENTS
        raise
    return Pooling.NO_STATEMENTS


async def _runs_elsewhere(
    connection: asyncpg.Connection, statement: "PreparedStatement[asyncpg.Record]", home: int
) -> bool:
    async with connection.transaction():
        there: int = await connection.fetchval(_PID_SQL, timeout=RESPONSE_TIMEOUT_SECONDS)
        await statement.fetchval(timeout=RESPONSE_TIMEOUT_SECONDS)
    return there != home
