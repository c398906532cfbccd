"""Indexes of tables that are large on a live system, built while others write.

All migrations run in one transaction, where `CREATE INDEX` keeps writers out of its table until
the last one has ended. An index that is listed here is built before them, `CONCURRENTLY`, if its
table exists; its migration creates it only where it is missing, in a database without the table.
"""

import asyncio
from collections.abc import Mapping

import asyncpg

# A lock of its own, and polled: to wait for it in a statement would hold a snapshot, which a
# concurrent build waits for in turn.
_LOCK = 7_264_002
_TRY_LOCK = "SELECT pg_try_advisory_lock($1)"
_POLL_SECONDS = 0.2
_MARKETPLACE = "((payload ->> '{0}_id'), seq) WHERE (payload ->> '{0}_id') IS NOT NULL"
LARGE_INDEXES: Mapping[str, tuple[str, str]] = {
    f"ix_launch_events_{party}": ("launch_events", _MARKETPLACE.format(party))  # 0091
    for party in ("supplier", "couple")
}


async def build(dsn: str) -> None:
    """Build the indexes that are missing or unfinished; safe to call twice and concurrently."""
    connection = await asyncpg.connect(dsn)
    try:
        while not await connection.fetchval(_TRY_LOCK, _LOCK):  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(_POLL_SECONDS)  # another process builds them
        for name, (table, columns) in LARGE_INDEXES.items():
            await _build(connection, name, table, columns)
    finally:
        await connection.close()  # releases the lock


async def _build(connection: asyncpg.Connection, name: str, table: str, columns: str) -> None:
    if await connection.fetchval("SELECT to_regclass($1)", table) is None:
        return
    is_valid = await connection.fetchval(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)", name
    )
    if is_valid:
        return
    if is_valid is False:  # an earlier build was interrupted
        await connection.execute(f"DROP INDEX CONCURRENTLY {name}")
    await connection.execute(f"CREATE INDEX CONCURRENTLY {name} ON {table} {columns}")
