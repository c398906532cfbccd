"""Indexes of large tables are built while others write."""

import asyncio

import asyncpg
import pytest
from asyncpg.transaction import Transaction
from sqlalchemy.engine import make_url

from db import migrate
from db.direct import driver_url
from db.large_indexes import LARGE_INDEXES
from db.session import Database
from tests.migrations.test_migrations import recreate, rows
from tests.support.clock import PATIENCE

EVENT = """INSERT INTO launch_events (at, kind, actor_kind, actor_label, subject_kind, payload)
  VALUES (now(), 'user.signed_up', 'system', 'test', 'user', '{}')"""
BUILDING = """SELECT pid FROM pg_stat_activity
  WHERE datname = current_database() AND query LIKE 'CREATE INDEX CONCURRENTLY%'
    AND wait_event_type = 'Lock'"""
VALID = """SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
  WHERE c.relname IN ('ix_launch_events_supplier', 'ix_launch_events_couple')"""


@pytest.fixture
async def url(database: Database) -> str:
    """A database before 0091."""
    url = make_url(database.url).set(database="indexes").render_as_string(hide_password=False)
    await recreate(database.engine, "indexes")
    await migrate.upgrade(url)
    await migrate.downgrade(url, "0090")
    return url


async def begin_write(connection: asyncpg.Connection) -> Transaction:
    """Record an event in a transaction that stays open."""
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(EVENT)
    return transaction


async def valid(url: str) -> dict[str, bool]:
    return dict(await rows(url, VALID))


async def test_events_are_written_while_their_indexes_are_built(url: str) -> None:
    """The build waits for the open transaction, and the next one does not wait for the build."""
    first, second = [await asyncpg.connect(driver_url(url)) for _ in range(2)]
    transaction = await begin_write(first)
    upgrade = asyncio.create_task(migrate.upgrade(url))
    async with asyncio.timeout(PATIENCE):
        while not await second.fetch(BUILDING):
            assert not upgrade.done()
        await second.execute(EVENT)
        await transaction.commit()
        await upgrade
    assert await second.fetchval("SELECT count(*) FROM launch_events") == 2
    await first.close()
    await second.close()
    assert await valid(url) == dict.fromkeys(LARGE_INDEXES, True)


async def test_an_interrupted_build_is_repeated(url: str) -> None:
    """It leaves an index that is not valid."""
    first, second = [await asyncpg.connect(driver_url(url)) for _ in range(2)]
    transaction = await begin_write(first)
    upgrade = asyncio.create_task(migrate.upgrade(url))
    async with asyncio.timeout(PATIENCE):
        while not (building := await second.fetch(BUILDING)):
            assert not upgrade.done()
        await second.fetchval("SELECT pg_cancel_backend($1)", building[0]["pid"])
        with pytest.raises(asyncpg.QueryCanceledError):
            await upgrade
    await transaction.commit()
    await first.close()
    await second.close()
    assert list((await valid(url)).values()) == [False]
    await asyncio.gather(migrate.upgrade(url), migrate.upgrade(url))
    assert await valid(url) == dict.fromkeys(LARGE_INDEXES, True)
