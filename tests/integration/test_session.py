"""A database that does not answer is an expected failure, without SQL in its text."""

from contextlib import AsyncExitStack

import pytest
from sqlalchemy import insert, select, text

from db.models.flags import FeatureFlag
from db.models.jobs import Tick
from db.session import Database
from domain.errors import DependencyDown
from jobs.queue import JobSpec, enqueue
from tests.support.clock import Clock


async def test_an_exhausted_pool_is_dependency_down(migrated: str, clock: Clock) -> None:
    small = Database(migrated, clock=clock, pool_size=1, timeout_seconds=2)
    async with AsyncExitStack() as stack:
        for _ in range(2):  # one in the pool, one above
            session = await stack.enter_async_context(small.read())
            await session.execute(text("SELECT 1"))
        with pytest.raises(DependencyDown, match="does not answer"):
            async with small.read() as session:
                await session.execute(text("SELECT 1"))
    await small.dispose()


async def lose_a_connection(database: Database) -> None:
    async with database.read() as session:
        pid = await session.scalar(text("SELECT pg_backend_pid()"))
        async with database.read() as other:
            await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        await session.execute(text("SELECT 1"))


async def test_a_terminated_connection_is_dependency_down(migrated: str, clock: Clock) -> None:
    one = Database(migrated, clock=clock, pool_size=2)
    with pytest.raises(DependencyDown) as failure:
        await lose_a_connection(one)
    assert "SELECT" not in failure.value.message
    async with one.read() as session:
        assert await session.scalar(text("SELECT 1")) == 1
    await one.dispose()


async def lose_it_before_a_job_is_added(database: Database) -> None:
    async with database.write() as uow:
        pid = await uow.session.scalar(text("SELECT pg_backend_pid()"))
        async with database.read() as other:
            await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        await enqueue(uow.session, [JobSpec("test.job", {})])


async def test_a_terminated_queue_connection_is_dependency_down(
    migrated: str, clock: Clock
) -> None:
    """The queue speaks to the driver itself, whose errors nobody wraps."""
    one = Database(migrated, clock=clock, pool_size=2)
    with pytest.raises(DependencyDown):
        await lose_it_before_a_job_is_added(one)
    await one.dispose()


async def test_rows_have_the_time_of_their_unit_of_work(db: Database, clock: Clock) -> None:
    """D6: whoever writes them and however often in one transaction, not the database's clock."""
    clock.advance(365 * 86_400)
    async with db.write() as uow:
        flag = FeatureFlag(flag_key="moment", flag_name="Moment", salt="moment")
        uow.session.add(flag)
        await uow.session.flush()
        flag.description = "written twice in one transaction"
        await uow.session.flush()
        await uow.session.refresh(flag)
        await uow.session.execute(insert(Tick).values(task="moment", slot=1, worker="one"))
        claimed_at = await uow.session.scalar(select(Tick.claimed_at))
    assert {flag.created_at, flag.updated_at, claimed_at} == {uow.now}
