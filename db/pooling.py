"""Whether a pooler stands before the database, and what of a session it leaves to us (F9).

PgBouncer in session mode is as good as PostgreSQL itself. In transaction mode each transaction may
run in another session: LISTEN does not work, and prepared statements do only where PgBouncer keeps
track of them. Without that a quarter of all requests fails, so it is found out at the start.
"""

from enum import StrEnum
from secrets import randbelow
from uuid import uuid4

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from db.circuit_breaker import ANSWER_SECONDS, CONNECT_SECONDS
from db.direct import driver_url

_ROUNDS = 20  # of which each would find it out every other time; others may use the pool too
_MANY_ROUNDS = 100
_PID = "SELECT pg_backend_pid()"
_STATES = frozenset({"26000", "42P05"})  # no such prepared statement, or one of somebody else


class Pooling(StrEnum):
    """What a connection stands for."""

    SESSION = "session"
    TRANSACTION = "transaction"
    NO_STATEMENTS = "transaction, without prepared statements"


REFUSALS = {
    Pooling.NO_STATEMENTS: "PgBouncer before the database pools by transaction and keeps no "
    "prepared statements: set max_prepared_statements in PgBouncer 1.21 or newer, or "
    "pool_mode = session.",
    Pooling.TRANSACTION: "PgBouncer before the database pools by transaction, and this needs a "
    "session of its own: set pool_mode = session, or a DATABASE_URL that leads to PostgreSQL "
    "itself.",
}


def refusal(pooling: Pooling, *, needs_session: bool) -> str | None:
    """Why a process cannot work with it; None where it can."""
    if pooling is Pooling.TRANSACTION and not needs_session:
        return None
    return REFUSALS.get(pooling)


async def look(url: str) -> Pooling:
    """Find out over two connections; raises what asyncpg raises where there are none."""
    one = await _connect(url)
    try:
        two = await _connect(url)
        try:
            return await _compare(one, two)
        except TimeoutError:  # a pool of one session: it is ours as long as we are connected
            return Pooling.SESSION
        finally:
            two.terminate()
    finally:
        one.terminate()


async def _connect(url: str) -> asyncpg.Connection:
    return await asyncpg.connect(
        driver_url(url),
        timeout=CONNECT_SECONDS,
        command_timeout=ANSWER_SECONDS,
        statement_cache_size=0,
        server_settings={"application_name": "launch-pooling"},
    )


async def _compare(one: asyncpg.Connection, two: asyncpg.Connection) -> Pooling:
    seen: set[tuple[int, int]] = set()
    for _ in range(_ROUNDS):
        seen.add(await _sessions(one, two, one_begins=bool(randbelow(2))))
        if len(seen) > 1:
            return await _statements(one, two)
    return Pooling.SESSION


async def _sessions(
    one: asyncpg.Connection, two: asyncpg.Connection, *, one_begins: bool
) -> tuple[int, int]:
    """The sessions that both have at the same time.

    Who begins is drawn: whether a pooler gives out first the session that came back last or first,
    the two then change theirs.
    """
    first, second = (one, two) if one_begins else (two, one)
    async with first.transaction():
        a: int = await first.fetchval(_PID)
        async with second.transaction():
            b: int = await second.fetchval(_PID)
    return (a, b) if one_begins else (b, a)


async def _statements(one: asyncpg.Connection, two: asyncpg.Connection) -> Pooling:
    """Whether a statement is known in another session than that in which it was prepared.

    Without proof it counts as unknown there: what then fails would fail at random.
    """
    try:
        for _ in range(_MANY_ROUNDS):
            async with one.transaction():
                home = await one.fetchval(_PID)
                statement = await one.prepare("SELECT 1", name=f"launch_{uuid4().hex}")
            async with two.transaction():  # holds the session in which it is known, if it can
                is_held = await two.fetchval(_PID) == home
                try:
                    if await _runs_elsewhere(one, statement, home):
                        return Pooling.TRANSACTION
                except TimeoutError:
                    if is_held:  # there is no other session
                        return Pooling.TRANSACTION
                    raise
    except asyncpg.PostgresError as error:
        if error.sqlstate in _STATES:
            return Pooling.NO_STATEMENTS
        raise
    return Pooling.NO_STATEMENTS


async def _runs_elsewhere(
    connection: asyncpg.Connection, statement: "PreparedStatement[asyncpg.Record]", home: int
) -> bool:
    async with connection.transaction():
        there: int = await connection.fetchval(_PID, timeout=ANSWER_SECONDS)
        await statement.fetchval(timeout=ANSWER_SECONDS)
    return there != home
