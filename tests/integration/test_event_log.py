"""The event log: dense, in commit order, append-only, together with its rows (DESIGN)."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from db import event_log
from db.drafts import Audit
from db.session import Database
from domain.actors import UserType, system_actor
from domain.events import Event, UserSignedUp
from domain.ids import UserId
from tests.clock import PATIENCE

ACTOR = system_actor("test")


def something() -> Event:
    return UserSignedUp(user_id=UserId(uuid4()), user_type=UserType.COUPLE)


@pytest.fixture
async def start(db: Database) -> int:
    """The newest sequence before the test."""
    async with db.read() as session:
        return await event_log.newest_seq(session)


async def record(db: Database, events: int = 1) -> None:
    async with db.write() as uow:
        for _ in range(events):
            uow.record(ACTOR, something())


async def seqs(db: Database) -> list[int]:
    async with db.read() as session:
        return [item.seq for item in await event_log.read_after(session, 0, 10_000)]


async def test_an_event_comes_back_as_it_was_recorded(db: Database, start: int) -> None:
    event = something()
    async with db.write() as uow:
        uow.record(ACTOR, event)
    async with db.read() as session:
        (found,) = await event_log.read_after(session, 0, 10)
    assert (found.seq, found.event, found.actor) == (start + 1, event, ACTOR.ref)


async def fail_after_writing(db: Database) -> None:
    async with db.write() as uow:
        uow.record(ACTOR, something())
        await uow.write_events()
        raise RuntimeError("stop")


async def test_a_rollback_leaves_neither_an_event_nor_a_hole(db: Database, start: int) -> None:
    with pytest.raises(RuntimeError, match="stop"):
        await fail_after_writing(db)
    await record(db)
    assert await seqs(db) == [start + 1]


async def test_fifty_writers_at_once_leave_a_dense_sequence(db: Database, start: int) -> None:
    await asyncio.gather(*(record(db, events=3) for _ in range(50)))
    assert await seqs(db) == list(range(start + 1, start + 151))


async def test_a_reader_never_skips_an_event_that_commits_late(db: Database, start: int) -> None:
    """A follower that reads by sequence while 40 writers commit sees every event in order."""
    seen: list[int] = []

    async def follow() -> None:
        while len(seen) < 80:
            async with db.read() as session:
                page = await event_log.read_after(session, seen[-1] if seen else start, 7)
            seen.extend(item.seq for item in page)

    writers = (record(db, events=2) for _ in range(40))
    await asyncio.wait_for(asyncio.gather(follow(), *writers), timeout=PATIENCE)
    assert seen == list(range(start + 1, start + 81))


@pytest.mark.parametrize(
    "statement", ["DELETE FROM {}", "UPDATE {} SET at = now()", "TRUNCATE {} CASCADE"]
)
@pytest.mark.parametrize("table", ["launch_events", "changes"])
async def test_the_log_and_the_audit_are_append_only(
    db: Database, start: int, statement: str, table: str
) -> None:
    async with db.write() as uow:
        uow.record(ACTOR, something(), Audit(uuid4(), after={"a": 1}))
    with pytest.raises(DBAPIError, match="append-only"):
        async with db.engine.begin() as connection:
            await connection.execute(text(statement.format(table)))
    assert await seqs(db) == [start + 1]
