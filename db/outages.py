"""Classify errors of the PostgreSQL driver and of the operating system as outages (D11)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domain.platform.outages import UNDEFINED, Dependency, Outage, Symptom, outage_of

CONNECTION_LOST = Symptom(lost=Dependency.DATABASE)


def describe_error(error: BaseException) -> Symptom | None:
    """Describe an error; None if neither the database nor the operating system raised it."""
    match error:
        case DBAPIError():
            return _describe_statement_error(error)
        case asyncpg.PostgresError():  # raised to callers that use the driver directly
            return Symptom(sqlstate=error.sqlstate)
        case asyncpg.InterfaceError():
            # Any other misuse of the driver is a bug.
            return CONNECTION_LOST if "closed" in str(error) else None
        case asyncpg.InternalClientError() | PoolTimeout():
            return CONNECTION_LOST
        case OSError():
            return Symptom(errno=error.errno)
    return None


def describe_database_error(error: BaseException) -> Symptom | None:
    """Describe an error that ended a database call, including any OSError of the socket.

    TimeoutError is an OSError.
    """
    symptom = describe_error(error)
    if symptom is not None and isinstance(error, OSError):
        return replace(symptom, lost=Dependency.DATABASE)
    return symptom


async def find_outage(
    symptom: Symptom | None, schema_problem: Callable[[], Awaitable[str | None]]
) -> Outage | None:
    """Return the outage behind a symptom; None if the error is a bug.

    The schema is checked only if the error says that something is undefined.
    """
    if symptom is None:
        return None
    problem = await schema_problem() if symptom.sqlstate in UNDEFINED else None
    return outage_of(symptom, schema_problem=problem)


def _describe_statement_error(error: DBAPIError) -> Symptom | None:
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return Symptom(sqlstate=str(state), connecting=error.statement is None)
    return CONNECTION_LOST if error.connection_invalidated else None
