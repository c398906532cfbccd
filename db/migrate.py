"""Migrate a database: our tables with Alembic, the job queue with pgqueuer."""

from collections.abc import Callable
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.sql.schema import SchemaItem

from db import large_indexes
from db.direct import driver_url

# Prevents two processes that start together from migrating at once.
_MIGRATION_LOCK = 7_264_001


def alembic_config(connection: Connection | None = None) -> Config:
    """Build Alembic's configuration without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


# Only processes of the previous release use these; the migrations of the next release drop them.
RETIRED_TABLES = frozenset({"message_mail_opt_outs"})


def include_object(
    _item: SchemaItem, name: str | None, kind: str, _reflected: bool, _other: SchemaItem | None
) -> bool:
    """Exclude the tables of the job queue, which pgqueuer manages, and retired tables."""
    if kind != "table" or name is None:
        return True
    return not (name.startswith("pgqueuer") or name in RETIRED_TABLES)


async def upgrade(url: str, revision: str = "head") -> None:
    """Migrate up. Safe to call from several processes at once and when the schema is up to date."""
    if revision == "head":
        await large_indexes.build(driver_url(url))
    await _run(url, lambda connection: command.upgrade(alembic_config(connection), revision))
    await _upgrade_queue(url)


async def downgrade(url: str, revision: str = "base") -> None:
    """Migrate down; `base` removes everything, including all rows."""
    await _run(url, lambda connection: command.downgrade(alembic_config(connection), revision))


async def _run(url: str, task: Callable[[Connection], None]) -> None:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
            await connection.run_sync(task)
    finally:
        await engine.dispose()


async def _upgrade_queue(url: str) -> None:
    connection = await asyncpg.connect(driver_url(url))
    try:
        queries = Queries(AsyncpgDriver(connection))
        await connection.execute(f"SELECT pg_advisory_lock({_MIGRATION_LOCK})")
        if await queries.schema_is_installed():
            await queries.apply_upgrade()
        else:
            await queries.install()
    finally:
        await connection.close()
