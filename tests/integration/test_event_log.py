"""The event log: dense, in commit order, append-only, together with its rows (R4, D6)."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from db import event_log
from db.drafts import Audit
from db.queries.changes import of_event
from db.session import Database
from domain.actors import system_actor
from tests.factories.events import some_event
from tests.support.clock import PATIENCE

ACTOR = system_actor("test")


async def record(db: Database, events: int = 1) -> None:
    async with db.write() as uow:
        for _ in range(events):
            uow.record(ACTOR, some_event())


async def seqs(db: Database) -> list[int]:
    async with db.read() as session:
        return [item.seq for item in await event_log.read_after(session, 0, 10_000)]


async def test_an_event_comes_back_as_it_was_recorded(db: Database, log_head: int) -> None:
    event = some_event()
    async with db.write() as uow:
        uow.record(ACTOR, event)
    async with db.read() as session:
        (recorded,) = await event_log.read_after(session, 0, 10)
    assert (recorded.seq, recorded.event, recorded.actor) == (log_head + 1, event, ACTOR.ref)
    assert recorded.occurred_at == recorded.recorded_at


@pytest.mark.parametrize(("minutes", "kept"), [(-10, -10), (10, 0)])
async def test_occurrence_times_are_never_after_the_recording(
    db: Database, log_head: int, minutes: int, kept: int
) -> None:
    """D6: the clock of another process may be ahead."""
    async with db.write() as uow:
        moment = uow.now + timedelta(minutes=minutes)
        uow.record(ACTOR, some_event(), occurred_at=moment)
    async with db.read() as session:
        (recorded,) = await event_log.read_after(session, log_head, 10)
    assert recorded.recorded_at == uow.now
    assert recorded.occurred_at == uow.now + timedelta(minutes=kept)


async def test_changes_refer_to_events_by_id(db: Database, log_head: int) -> None:
    """ADR 26: an id is known inside the transaction; ids have holes, positions have none."""
    with pytest.raises(RuntimeError, match="stop"):
        await fail_after_writing(db)
    subjects = [uuid4() for _ in range(3)]
    async with db.write() as uow:
        for subject in subjects:
            uow.record(ACTOR, some_event(), Audit(subject, after={"a": 1}))
        written = await uow.write_events()
        changes = [await of_event(uow.session, item.id) for item in written]
    assert [change and change.subject_id for change in changes] == subjects
    assert [item.seq for item in uow.recorded] == [log_head + 1, log_head + 2, log_head + 3]


async def fail_after_writing(db: Database) -> None:
    async with db.write() as uow:
        uow.record(ACTOR, some_event())
        await uow.write_events()
        raise RuntimeError("stop")


async def test_a_rollback_leaves_neither_an_event_nor_a_hole(db: Database, log_head: int) -> None:
    with pytest.raises(RuntimeError, match="stop"):
        await fail_after_writing(db)
    await record(db)
    assert await seqs(db) == [log_head + 1]


async def test_fifty_writers_at_once_leave_a_dense_sequence(db: Database, log_head: int) -> None:
    await asyncio.gather(*(record(db, events=3) for _ in range(50)))
    assert await seqs(db) == list(range(log_head + 1, log_head + 151))


async def test_a_reader_never_skips_an_event_that_commits_late(db: Database, log_head: int) -> None:
    """A follower that reads by sequence while 40 writers commit sees every event in order."""
    seen: list[int] = []

    async def follow() -> None:
        while len(seen) < 80:
            async with db.read() as session:
                page = await event_log.read_after(session, seen[-1] if seen else log_head, 7)
            seen.extend(item.seq for item in page)

    writers = (record(db, events=2) for _ in range(40))
    await asyncio.wait_for(asyncio.gather(follow(), *writers), timeout=PATIENCE)
    assert seen == list(range(log_head + 1, log_head + 81))


@pytest.mark.parametrize(
    "statement", ["DELETE FROM {}", "UPDATE {} SET at = now()", "TRUNCATE {} CASCADE"]
)
@pytest.mark.parametrize("table", ["launch_events", "changes"])
async def test_the_log_and_the_audit_are_append_only(
    db: Database, log_head: int, statement: str, table: str
) -> None:
    async with db.write() as uow:
        uow.record(ACTOR, some_event(), Audit(uuid4(), after={"a": 1}))
    with pytest.raises(DBAPIError, match="append-only"):
        async with db.engine.begin() as connection:
            await connection.execute(text(statement.format(table)))
    assert await seqs(db) == [log_head + 1]


@pytest.mark.parametrize(
    "change", ["launch_events SET recorded_at = now()", "changes SET event_id = 1"]
)
async def test_tables_of_migration_0036_are_append_only(
    db: Database, log_head: int, change: str
) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        async with db.engine.begin() as connection:
            await connection.execute(text(f"UPDATE {change}"))
