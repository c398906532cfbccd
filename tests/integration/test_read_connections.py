"""The connections of query plans: who asks is answered, whoever else asks the same meanwhile."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from db.reads.connections import BoundStatement
from db.session import Database
from tests.support.clock import PATIENCE, Clock


@pytest.fixture
async def db(migrated: str, clock: Clock) -> AsyncIterator[Database]:
    database = Database(migrated, clock=clock)
    yield database
    await database.dispose()


async def number(db: Database, value: int) -> bytes:
    question = BoundStatement("SELECT $1::int", (value,))
    return await db.reads.run("a plan", [question], lambda results: b"%d" % results[0][0][0])


async def test_the_same_question_over_and_over_leaves_no_connection_taken(db: Database) -> None:
    """A question that waited was sent beside a newer one like it, and ended the turn for good."""

    async def ask(value: int) -> None:
        for _ in range(150):
            assert await number(db, value) == b"%d" % value

    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(ask(index % 2) for index in range(12)))
        assert await asyncio.gather(*(number(db, value) for value in range(40))) == [
            b"%d" % value for value in range(40)
        ]
    assert db.reads.shared_count > 0


async def test_a_cancelled_caller_does_not_affect_callers_of_the_same_read(db: Database) -> None:
    waiting = [asyncio.ensure_future(number(db, 1)) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    async with asyncio.timeout(PATIENCE):
        assert await asyncio.gather(*waiting[1:]) == [b"1", b"1"]


async def test_an_error_of_a_shared_read_is_raised_for_every_caller(db: Database) -> None:
    def ask() -> "asyncio.Future[bytes]":
        return db.reads.run("a plan", [BoundStatement("SELECT 1 / 0", ())], lambda _: b"")

    async with asyncio.timeout(PATIENCE):
        results = await asyncio.gather(ask(), ask(), return_exceptions=True)
    assert [type(item).__name__ for item in results] == ["DivisionByZeroError"] * 2
    assert await number(db, 2) == b"2"
