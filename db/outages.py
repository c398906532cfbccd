"""What an error of PostgreSQL's driver or of the operating system says of the environment (D11)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domain.platform.outages import UNDEFINED, Dependency, Outage, Symptom, outage_of

LOST = Symptom(lost=Dependency.DATABASE)


def symptom_of(error: BaseException) -> Symptom | None:
    """What is known of an error; None where neither the database nor the system has raised it."""
    match error:
        case DBAPIError():
            return _of_statement(error)
        case asyncpg.PostgresError():  # of those who speak to the driver itself
            return Symptom(sqlstate=error.sqlstate)
        case asyncpg.InterfaceError():
            return LOST if "closed" in str(error) else None  # other misuse is ours
        case asyncpg.InternalClientError() | PoolTimeout():
            return LOST
        case OSError():
            return Symptom(errno=error.errno)
    return None


def of_database(error: BaseException) -> Symptom | None:
    """The same for whatever ended a conversation with the database: a socket may fail in any way.

    A TimeoutError is an OSError.
    """
    symptom = symptom_of(error)
    if symptom is not None and isinstance(error, OSError):
        return replace(symptom, lost=Dependency.DATABASE)
    return symptom


async def outage_behind(
    symptom: Symptom | None, schema_problem: Callable[[], Awaitable[str | None]]
) -> Outage | None:
    """The outage that a symptom is of; None where it is a bug.

    The database is asked about its schema only where something is undefined.
    """
    if symptom is None:
        return None
    problem = await schema_problem() if symptom.sqlstate in UNDEFINED else None
    return outage_of(symptom, schema_problem=problem)


def _of_statement(error: DBAPIError) -> Symptom | None:
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return Symptom(sqlstate=str(state), connecting=error.statement is None)
    return LOST if error.connection_invalidated else None
