"""A toggle: few statements, and the same promises as any unit of work (PERF2)."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from uuid import UUID

import pytest
from sqlalchemy import select

from db import event_log
from db.models.events import Change
from db.queries import flags as queries
from db.session import Database
from domain.actors import system_actor
from domain.errors import DependencyDown, NotFound, VersionConflict
from domain.events import FlagChanged, RecordedEvent
from domain.flags.flags import Flag
from services.flags import flags as flag_service
from services.flags.flag_store import FlagStore
from services.flags.flag_toggles import toggle
from services.flags.flags import FlagDraft, FlagResult
from tests.support.clock import PATIENCE, Clock
from tests.support.driver_statements import record_statements
from tests.support.lock_waits import blocked

ACTOR = system_actor("test")
KEYS = [f"flag_{index}" for index in range(8)]


@pytest.fixture
async def head(db: Database) -> int:
    """The newest sequence once there are flags."""
    async with db.write() as uow:
        for key in KEYS:
            await flag_service.create(uow, ACTOR, FlagDraft(key, key))
    return uow.recorded[-1].seq


@pytest.fixture
async def other(db: Database, clock: Clock) -> AsyncIterator[Database]:
    """Another process."""
    database = Database(db.url, clock=clock)
    yield database
    await database.dispose()


async def switch(
    db: Database,
    key: str,
    enabled: bool,
    *,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
) -> FlagResult:
    async with db.change_flag() as work:
        return await toggle(
            work,
            ACTOR,
            key,
            enabled=enabled,
            expected_version=expected_version,
            idempotency_key=idempotency_key,
        )


async def stored(db: Database, key: str) -> Flag:
    async with db.read() as session:
        return (await queries.by_key(session, [key]))[key]


async def changes_of(db: Database, flag_id: UUID) -> list[Change]:
    """In the order of the log, without the one that made it."""
    query = select(Change).where(Change.subject_id == flag_id, Change.action != "created")
    async with db.read() as session:
        return list(await session.scalars(query.order_by(Change.event_id)))


async def events_after(db: Database, after: int) -> list[RecordedEvent]:
    async with db.read() as session:
        return await event_log.read_after(session, after, 10_000)


def kinds(statements: list[str]) -> list[str]:
    return [statement.split()[0] for statement in statements]


@pytest.mark.usefixtures("head")
async def test_a_toggle_takes_four_round_trips_and_numbering_one(db: Database) -> None:
    await switch(db, KEYS[0], True)  # whatever is connected, is
    async with record_statements(db) as sent:
        await switch(db, KEYS[0], False)
    assert kinds(sent) == ["BEGIN", "SELECT", "WITH", "COMMIT", "SELECT"]
    assert "FOR UPDATE" in sent[1]
    assert "launch_number_events" in sent[4]


async def test_a_toggle_that_changes_nothing_writes_nothing(db: Database, head: int) -> None:
    before = await stored(db, KEYS[0])
    async with record_statements(db) as sent:
        done = await switch(db, KEYS[0], False)
    assert kinds(sent) == ["BEGIN", "SELECT", "COMMIT"]
    assert (done.flag, done.change) == (before, None)
    assert await events_after(db, head) == []


@pytest.mark.usefixtures("head")
async def test_an_idempotency_key_adds_two_round_trips_and_a_replay_takes_four(
    db: Database,
) -> None:
    await switch(db, KEYS[1], True)
    async with record_statements(db) as sent:
        first = await switch(db, KEYS[0], True, idempotency_key="k")
    assert kinds(sent) == ["BEGIN", "INSERT", "SELECT", "WITH", "UPDATE", "COMMIT", "SELECT"]
    async with record_statements(db) as sent:
        repeated = await switch(db, KEYS[0], True, idempotency_key="k")
    assert kinds(sent) == ["BEGIN", "INSERT", "SELECT", "SELECT", "SELECT", "COMMIT"]
    assert first.change is not None
    assert repeated.change is not None
    assert (repeated.flag, repeated.change.id) == (first.flag, first.change.id)


@pytest.mark.usefixtures("head")
async def test_the_result_matches_the_stored_flag(db: Database) -> None:
    done = await switch(db, KEYS[0], True)
    assert done.flag == await stored(db, KEYS[0])
    (change,) = await changes_of(db, done.flag.id)
    assert done.change is not None
    columns = [column.key for column in Change.__table__.columns]
    assert [getattr(done.change, name) for name in columns] == [
        getattr(change, name) for name in columns
    ]
    assert (change.action, change.at) == ("switched on", done.flag.updated_at)


async def test_concurrent_toggles_of_different_flags_lose_nothing(
    db: Database, other: Database, head: int
) -> None:
    async def run(process: Database, key: str) -> None:
        for number in range(6):
            await switch(process, key, number % 2 == 0)

    await asyncio.gather(*(run((db, other)[i % 2], key) for i, key in enumerate(KEYS)))
    events = await events_after(db, head)
    assert [item.seq for item in events] == list(range(head + 1, head + 1 + 6 * len(KEYS)))
    for key in KEYS:
        of_key = [
            e.event for e in events if isinstance(e.event, FlagChanged) and e.event.key == key
        ]
        assert [item.after.version for item in of_key] == [2, 3, 4, 5, 6, 7]
        assert (await stored(db, key)).version == 7
    versions = [item.event.set_version for item in events if isinstance(item.event, FlagChanged)]
    assert len(set(versions)) == len(versions) == 6 * len(KEYS)


@pytest.mark.usefixtures("head")
async def test_concurrent_toggles_of_one_flag_form_a_chain(db: Database, other: Database) -> None:
    """Each finds what the one before it has left, and the audit shows it."""
    commands = [((db, other)[number % 2], number % 3 != 0) for number in range(24)]
    done = await asyncio.gather(*(switch(process, KEYS[0], on) for process, on in commands))
    flag = await stored(db, KEYS[0])
    rows = await changes_of(db, flag.id)
    assert flag.version == 1 + len(rows)
    assert {item.change.id for item in done if item.change} == {row.id for row in rows}
    for earlier, later in pairwise(rows):
        assert earlier.after == later.before
        assert earlier.at <= later.at


@pytest.mark.usefixtures("head")
async def test_one_of_several_writers_with_the_same_version_wins(
    db: Database, other: Database
) -> None:
    answers = await asyncio.gather(
        *(switch((db, other)[i % 2], KEYS[0], True, expected_version=1) for i in range(6)),
        return_exceptions=True,
    )
    conflicts = [item for item in answers if isinstance(item, VersionConflict)]
    assert len(conflicts) == 5
    assert {(item.current_version, item.changed_by) for item in conflicts} == {(2, ACTOR.ref)}


async def test_concurrent_repeats_of_one_key_toggle_once(
    db: Database, other: Database, head: int
) -> None:
    done = await asyncio.gather(
        *(switch((db, other)[i % 2], KEYS[0], True, idempotency_key="k") for i in range(6))
    )
    assert len({item.change.id for item in done if item.change}) == 1
    assert len(await events_after(db, head)) == 1


async def test_a_failed_toggle_rolls_back_and_keeps_the_connection(db: Database, head: int) -> None:
    with pytest.raises(NotFound):
        await switch(db, "no_such_flag", True)
    with pytest.raises(RuntimeError, match="stop"):
        await fail_after_toggling(db)
    assert not (await stored(db, KEYS[0])).enabled
    assert await events_after(db, head) == []
    async with record_statements(db) as sent:
        await switch(db, KEYS[0], True)
    assert kinds(sent) == ["BEGIN", "SELECT", "WITH", "COMMIT", "SELECT"]


@pytest.mark.usefixtures("head")
async def test_a_cancelled_toggle_releases_its_lock(db: Database) -> None:
    locked = asyncio.Event()

    async def leave() -> None:
        async with db.change_flag() as work:
            await work.lock(KEYS[0])
            locked.set()
            await work.fetch("SELECT pg_sleep($1)", PATIENCE)

    task = asyncio.create_task(leave())
    async with asyncio.timeout(PATIENCE):
        await locked.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert (await switch(db, KEYS[0], True)).flag.enabled


@pytest.mark.usefixtures("head")
async def test_a_lost_connection_is_replaced(db: Database) -> None:
    await switch(db, KEYS[0], True)
    await db.direct.fetch(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE application_name = 'launch' AND datname = current_database()"
    )
    assert not (await switch(db, KEYS[0], False)).flag.enabled


async def test_a_process_that_dies_before_numbering_does_not_block_others(
    db: Database, other: Database, clock: Clock, head: int
) -> None:
    """The change has happened: another process gives it its position, and serves it."""
    store = FlagStore(db, clock=clock)
    before = await store.refresh()
    await other.direct.close()
    done = await switch(other, KEYS[0], True)
    assert done.flag.enabled
    assert await events_after(db, head) == []
    assert (await store.refresh()).flags[KEYS[0]].enabled
    await db.positions.number()
    (event,) = await events_after(db, head)
    assert isinstance(event.event, FlagChanged)
    assert (event.seq, event.event.set_version) == (head + 1, before.version + 1)


async def test_a_toggle_without_the_database_is_dependency_down(
    clock: Clock, tmp_path: object
) -> None:
    away = Database(f"postgresql+asyncpg:///launch?host={tmp_path}", clock=clock)
    with pytest.raises(DependencyDown):
        await switch(away, KEYS[0], True)
    await away.dispose()


@pytest.mark.usefixtures("head")
async def test_a_toggle_waiting_for_a_lock_takes_a_later_time(
    db: Database, other: Database, clock: Clock
) -> None:
    """Nobody has seen the change before: it is later than the one that was waited for."""
    async with other.change_flag() as first:
        await first.lock(KEYS[0])
        waiting = asyncio.create_task(switch(db, KEYS[0], True))
        await blocked(db)
        clock.advance(7)
        later = clock()
    done = await waiting
    assert done.flag.updated_at >= later


async def fail_after_toggling(db: Database) -> None:
    async with db.change_flag() as work:
        await toggle(work, ACTOR, KEYS[0], enabled=True)
        raise RuntimeError("stop")
