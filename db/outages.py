"""Classify errors of the PostgreSQL driver and of the operating system as outages (D11)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domain.platform.outages import UNDEFINED, Dependency, Outage, Symptom, outage_of

LOST = Symptom(lost=Dependency.DATABASE)


def symptom_of(error: BaseException) -> Symptom | None:
    """Describe an error; None if neither the database nor the operating system raised it."""
    match error:
        case DBAPIError():
            return _of_statement(error)
        case asyncpg.PostgresError():  # raised to callers that use the driver directly
            return Symptom(sqlstate=error.sqlstate)
        case asyncpg.InterfaceError():
            # Any other misuse of the driver is a bug.
            return LOST if "closed" in str(error) else None
        case asyncpg.InternalClientError() | PoolTimeout():
            return LOST
        case OSError():
            return Symptom(errno=error.errno)
    return None


def of_database(error: BaseException) -> Symptom | None:
    """Describe an error that ended a database call, including any OSError of the socket.

    TimeoutError is an OSError.
    """
    symptom = symptom_of(error)
    if symptom is not None and isinstance(error, OSError):
        return replace(symptom, lost=Dependency.DATABASE)
    return symptom


async def outage_behind(
    symptom: Symptom | None, schema_problem: Callable[[], Awaitable[str | None]]
) -> Outage | None:
    """Return the outage behind a symptom; None if the error is a bug.

    The schema is checked only if the error says that something is undefined.
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
