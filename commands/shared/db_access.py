"""Database access of commands, with expected failures as one line."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from asyncpg import PostgresError
from sqlalchemy.exc import SQLAlchemyError

from commands.shared.errors import CommandError
from commands.shared.output import remark
from db import pooling, schema_revision
from db.session import Database
from domain.actors import system_actor
from domain.errors import DependencyDown, LaunchError
from domain.platform.redaction import describe
from domain.platform.schema_revisions import SchemaDifference
from jobs.routing import apply_consequences
from settings import Settings

T = TypeVar("T")

ACTOR = system_actor("command line")


@contextmanager
def expected() -> Iterator[None]:
    """Turn expected failures into CommandError."""
    logging.getLogger("db.circuit_breaker").setLevel(logging.ERROR)  # the message names the cause
    try:
        yield
    except DependencyDown as error:
        is_named = not error.cause or error.cause in error.message.lower()
        cause = "" if is_named else f" ({error.cause})"
        raise CommandError(f"{error.message}{cause}") from error
    except LaunchError as error:
        raise CommandError(error.message) from error
    except (OSError, SQLAlchemyError, PostgresError) as error:
        raise CommandError(f"The database failed unexpectedly: {describe(error)}") from error


def with_database(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    """Run work on a database whose schema fits this release; raises CommandError."""

    async def checked(db: Database) -> T:
        await _check_schema(db)
        return await work(db)

    with expected():
        return asyncio.run(_with_database(settings, checked))


def check_at_start(settings: Settings, *, needs_session: bool = False) -> None:
    """Raise CommandError if the schema is older than the release (F4).

    Or if a pooler lacks what is needed (F9). Without a database the process starts all the same;
    /readyz and the log report it.
    """
    check_pooling(settings, needs_session=needs_session)
    with suppress(DependencyDown):
        asyncio.run(_with_database(settings, _check_schema))


def check_pooling(settings: Settings, *, needs_session: bool) -> None:
    """Raise CommandError if a pooler offers less of a session than needed."""
    assert settings.database_url is not None
    with suppress(OSError, PostgresError):  # the next connection reports it with its cause
        observed = asyncio.run(pooling.detect_pooling(settings.database_url))
        if reason := pooling.pooling_error(observed, needs_session=needs_session):
            raise CommandError(reason)


def schema_difference(settings: Settings) -> SchemaDifference | None:
    """How the schema differs from this release; raises CommandError without a database."""
    with expected():
        return asyncio.run(_with_database(settings, _difference))


async def _check_schema(db: Database) -> None:
    difference = await _difference(db)
    if difference is None:
        return
    if not difference.is_newer:
        raise CommandError(str(difference))
    remark(f"{difference}.", "yellow")


async def _difference(db: Database) -> SchemaDifference | None:
    async with db.read() as session:
        return await schema_revision.difference(session)


async def _with_database(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    assert settings.database_url is not None
    db = Database(
        settings.database_url,
        clock=partial(datetime.now, UTC),
        pool_size=2,
        timeout_seconds=settings.database_timeout_seconds,
        enqueue_jobs=apply_consequences,
    )
    try:
        return await work(db)
    finally:
        await db.dispose()
