"""Positions are given out after the commit, by whoever comes first (ADR 30, PERF2)."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from db import event_log
from db.queries import propagations
from db.session import Database
from domain.actors import system_actor
from domain.events import FlagChanged, RecordedEvent
from tests.factories.events import some_event
from tests.support.clock import PATIENCE, Clock

ACTOR = system_actor("test")
_COMMIT = """
INSERT INTO launch_events (at, kind, actor_kind, actor_label, subject_kind, payload)
VALUES (now(), 'user.signed_up', 'system', 'test', 'user',
        '{"user_id": "6f1c0a52-0000-4000-8000-000000000001", "user_type": "couple"}')"""
_FLAG = "INSERT INTO feature_flags (flag_key, flag_name, salt) VALUES ('{0}', '{0}', '{0}')"
_FLAG_EVENT = """
INSERT INTO launch_events (at, kind, actor_kind, actor_label, subject_kind, payload)
VALUES (now(), 'flag.changed', 'system', 'test', 'flag', jsonb_build_object(
  'flag_id', gen_random_uuid(), 'key', '{0}', 'action', '{1}',
  'before',
  '{{"enabled": false, "rollout_percentage": 0, "target_groups": [], "version": 0}}'::jsonb,
  'after',
  '{{"enabled": true, "rollout_percentage": 100, "target_groups": [], "version": 1}}'::jsonb))"""


@pytest.fixture
async def other(db: Database, clock: Clock) -> AsyncIterator[Database]:
    """Another process."""
    database = Database(db.url, clock=clock)
    yield database
    await database.dispose()


async def sql(db: Database, *statements: str) -> None:
    """One transaction of somebody who ends before anything is numbered."""
    async with db.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def read(db: Database, after: int) -> list[RecordedEvent]:
    async with db.read() as session:
        return await event_log.read_after(session, after, 10_000)


async def set_version(db: Database) -> int:
    (row,) = await db.direct.fetch("SELECT launch_flag_set_version()")
    return int(row[0])


async def test_a_stalled_writer_does_not_block_others(
    db: Database, other: Database, log_head: int
) -> None:
    """PERF2: the counter was locked until the slowest of all had committed."""
    async with db.write() as slow:
        slow.record(ACTOR, some_event())
        await slow.write_events()
        async with asyncio.timeout(PATIENCE), other.write() as quick:
            quick.record(ACTOR, some_event())
        assert [item.seq for item in quick.recorded] == [log_head + 1]
        assert [item.seq for item in await read(db, log_head)] == [log_head + 1]
    assert [item.seq for item in slow.recorded] == [log_head + 2]


async def test_events_left_unnumbered_are_numbered_by_another_process(
    db: Database, log_head: int
) -> None:
    numbered: list[int] = []

    async def tell(events: object) -> None:
        assert isinstance(events, list)
        numbered.extend(item.seq for item in events)

    db.positions.on_numbered(tell)
    await sql(db, _COMMIT)
    assert await read(db, log_head) == []  # nobody may read it before it has a place
    async with db.write() as uow:
        uow.record(ACTOR, some_event())
    await db.positions.wait_published()
    assert [item.seq for item in uow.recorded] == [log_head + 2]
    assert numbered == [log_head + 1, log_head + 2]


async def test_concurrent_processes_assign_each_event_one_position(
    db: Database, other: Database, log_head: int
) -> None:
    own: list[int] = []

    async def write(database: Database) -> None:
        async with database.write() as uow:
            uow.record(ACTOR, some_event())
            uow.record(ACTOR, some_event())
        own.extend(item.seq for item in uow.recorded)

    await asyncio.gather(*(write(database) for database in (db, other) * 30))
    assert sorted(own) == list(range(log_head + 1, log_head + 121))
    assert [item.seq for item in await read(db, log_head)] == sorted(own)


async def test_each_transaction_gets_its_own_flag_set_version(db: Database, log_head: int) -> None:
    """Also where several are numbered at once; a write past us makes one without an event."""
    before = await set_version(db)
    await sql(db, _FLAG.format("first"), _FLAG_EVENT.format("first", "created"))
    await sql(db, _FLAG.format("second"))
    await sql(db, _FLAG.format("third"), _FLAG_EVENT.format("third", "made"), _COMMIT)
    assert await set_version(db) == before + 3  # a reader counts what is visible
    await db.positions.number()
    assert await set_version(db) == before + 3
    events = [item.event for item in await read(db, log_head)]
    versions = [item.set_version for item in events if isinstance(item, FlagChanged)]
    assert versions == [before + 1, before + 3]
    async with db.read() as session:
        rows = await propagations.by_version(session, range(before, before + 5))
    assert {version: row.action for version, row in rows.items()} == {
        before + 1: "created",
        before + 3: "made",
    }


async def test_positions_are_assigned_once(db: Database, log_head: int) -> None:
    async with db.write() as uow:
        uow.record(ACTOR, some_event())
    with pytest.raises(DBAPIError, match="append-only"):
        await sql(db, f"UPDATE launch_events SET seq = seq + 10 WHERE seq = {log_head + 1}")


async def test_numbering_continues_after_a_restore_into_another_cluster(
    db: Database, log_head: int
) -> None:
    """Its transactions have smaller numbers than those that were looked through."""
    await sql(db, "UPDATE launch_event_counter SET scanned = 1000000000000000")
    async with db.write() as uow:
        uow.record(ACTOR, some_event())
    assert [item.seq for item in uow.recorded] == [log_head + 1]


async def test_losing_the_database_after_the_commit_does_not_fail_the_write(
    db: Database, other: Database, log_head: int
) -> None:
    """The change has happened; another process finds its event."""
    async with other.write() as uow:
        uow.record(ACTOR, some_event())
        await other.direct.close()
    assert uow.recorded == ()
    await db.positions.number()
    assert [item.seq for item in await read(db, log_head)] == [log_head + 1]


async def test_events_arriving_during_publication_are_published_together(
    other: Database, log_head: int
) -> None:
    """In their order, in one message; nobody who writes waits for it."""
    batches: list[list[int]] = []
    may_go_on = asyncio.Event()

    async def tell(events: Sequence[RecordedEvent]) -> None:
        batches.append([item.seq - log_head for item in events])
        await may_go_on.wait()

    other.positions.on_numbered(tell)
    for _ in range(4):
        async with asyncio.timeout(PATIENCE), other.write() as uow:
            uow.record(ACTOR, some_event())
    may_go_on.set()
    await other.positions.wait_published()
    assert batches == [[1], [2, 3, 4]]
