"""Old events move to a file, and no event is in neither place (ADR 43)."""

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from db import event_log
from db.drafts import Audit
from db.models.archives import EventArchive
from db.models.events import Change, LaunchEvent
from db.queries import changes
from db.session import Database
from domain.errors import Invalid
from domain.events.archives import LogArchived
from domain.platform.log_edges import EventsArchived
from services.overview import archive_files, log_archives
from services.phases import launch_states
from tests.factories.events import some_event
from tests.factories.log_archives import (
    ACTOR,
    archive,
    edge_of,
    long_ago,
    positions_in,
    record_events,
)
from tests.support.clock import Clock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.jsonl.gz"


@pytest.fixture
async def log(db: Database, clock: Clock, log_head: int) -> tuple[int, int]:
    """Ten old events and four recent ones; the head before them, and the last old position."""
    with long_ago(clock):
        await record_events(db, 5)
    await record_events(db, 2)
    return log_head, log_head + 10


async def rows(db: Database) -> list[int]:
    """The positions of all rows, of those too that no reader sees."""
    async with db.read() as session:
        query = select(LaunchEvent.seq).where(LaunchEvent.seq.is_not(None))
        return [seq for seq in await session.scalars(query.order_by(LaunchEvent.seq)) if seq]


async def seen(db: Database) -> list[int]:
    async with db.read() as session:
        return [item.seq for item in await event_log.read_after(session, 0, 10_000)]


async def test_old_events_are_in_the_file_and_the_others_in_the_log(
    db: Database, clock: Clock, path: Path, log: tuple[int, int]
) -> None:
    before, last = log
    row = await archive(db, path, edge_of(clock))
    assert positions_in(path) == list(range(before + 1, last + 1))
    assert await seen(db) == list(range(last + 1, last + 6))  # the archive itself is an event
    assert await rows(db) == [last, *range(last + 1, last + 6)]  # the last state of health stays
    assert (row.first_seq, row.last_seq, row.events, row.changes) == (before + 1, last, 10, 5)
    async with db.read() as session:
        (event,) = await event_log.newest(session, [LogArchived.TYPE], 1)
        assert await session.scalar(select(func.count()).select_from(Change)) == 2
        assert (await session.scalars(select(EventArchive.deleted_at))).one() is not None
    assert (event.actor, event.event) == (
        ACTOR.ref,
        LogArchived(
            archived_before=row.archived_before,
            first_seq=before + 1,
            last_seq=last,
            events=10,
            changes=5,
            file_name=path.name,
            sha256=archive_files.read(path).sha256,
        ),
    )


async def test_states_after_the_edge_are_the_same_as_before_the_archive(
    db: Database, clock: Clock, path: Path, log: tuple[int, int]
) -> None:
    moments = [edge_of(clock), clock() - timedelta(days=1), clock()]
    async with db.read() as session:
        states = [await launch_states.state_at(session, at) for at in moments]
    await archive(db, path, moments[0])
    async with db.read() as session:
        for at, state in zip(moments, states, strict=True):
            assert await launch_states.state_at(session, at) == state
        with pytest.raises(EventsArchived, match="were archived"):
            await launch_states.state_at(session, moments[0] - timedelta(microseconds=1))
    assert states[0].position == log[1]


async def test_a_second_archive_continues_and_drops_what_need_not_stay(
    db: Database, clock: Clock, path: Path, log: tuple[int, int], tmp_path: Path
) -> None:
    await archive(db, path, edge_of(clock))
    clock.advance(timedelta(days=95).total_seconds())
    later = tmp_path / "later.jsonl.gz"
    await archive(db, later, clock() - timedelta(days=91))
    assert positions_in(later) == list(range(log[1] + 1, log[1] + 6))
    assert await rows(db) == [log[1] + 4, log[1] + 6]  # health, and the second archive


async def test_changes_that_later_ones_revert_stay(
    db: Database, clock: Clock, path: Path, log_head: int
) -> None:
    """Rows that are kept refer to them; what those revert in turn stays too."""
    event = some_event()
    assert event.subject_id is not None
    reverted: UUID | None = None
    for ago in (120, 110, 1):
        with long_ago(clock, timedelta(days=ago)):
            async with db.write() as uow:
                uow.record(ACTOR, event, Audit(event.subject_id, reverts_id=reverted))
            await record_events(db, 1)
        async with db.read() as session:
            change = await changes.newest(session, event.subject_id)
        assert change is not None
        reverted = change.id
    await archive(db, path, edge_of(clock))
    async with db.read() as session:
        kept = await changes.newest_by_subject(session, [event.subject_id])
        ids = await session.scalars(select(Change.id).where(Change.subject_id == event.subject_id))
        assert len(ids.all()) == 3
    assert kept[event.subject_id].id == reverted


async def test_events_recorded_during_an_archive_are_all_kept(
    db: Database, clock: Clock, path: Path, log: tuple[int, int]
) -> None:
    """Writers record while the file is written and while rows are deleted."""
    writers = [asyncio.create_task(record_events(db, 20)) for _ in range(3)]
    await archive(db, path, edge_of(clock))
    await asyncio.gather(*writers)
    head = log[1] + 4 + 3 * 40 + 1
    assert positions_in(path) + await seen(db) == list(range(log[0] + 1, head + 1))


async def test_an_archive_killed_after_the_file_was_written_begins_again(
    db: Database, clock: Clock, path: Path, log: tuple[int, int]
) -> None:
    async with db.read() as session:
        header = await log_archives.plan(session, ACTOR, edge_of(clock), clock())
    await log_archives.write_file(db, path, header)
    assert len(await seen(db)) == 14
    await archive(db, path, header.archived_before)
    assert (len(positions_in(path)), len(await seen(db))) == (10, 5)


async def test_an_archive_killed_while_rows_are_deleted_continues(
    db: Database, clock: Clock, path: Path, log: tuple[int, int], tmp_path: Path
) -> None:
    """Until then nobody sees a part of what is being deleted."""
    async with db.read() as session:
        header = await log_archives.plan(session, ACTOR, edge_of(clock), clock())
    await log_archives.write_file(db, path, header)
    async with db.write() as uow:
        row = await log_archives.commit(uow, ACTOR, path.name, archive_files.read(path))
    async for _ in log_archives.delete_rows(db, row, batch=3):
        break
    assert (len(await rows(db)), len(await seen(db))) == (12, 5)
    with pytest.raises(Invalid, match=r"is not finished: .* file log\.jsonl\.gz"):
        await archive(db, tmp_path / "another.gz", header.archived_before)
    reports: list[str] = []
    await archive(db, path, header.archived_before, reports)
    assert reports == [f"Continuing: {path} is intact.", "Deleted 6 of at most 10 events."]
    assert len(await rows(db)) == 6
    async with db.read() as session:
        archives = await session.scalars(select(EventArchive.deleted_at))
        assert [item is not None for item in archives] == [True]


async def test_a_write_that_fails_leaves_nothing_behind(
    db: Database, clock: Clock, tmp_path: Path, log: tuple[int, int]
) -> None:
    folder = tmp_path / "missing"
    with pytest.raises(Invalid, match="cannot be written"):
        await archive(db, folder / "log.gz", edge_of(clock))
    assert len(await rows(db)) == 14


async def test_a_file_with_other_events_is_not_taken_for_the_archive(
    db: Database, clock: Clock, path: Path, log: tuple[int, int]
) -> None:
    await archive(db, path, edge_of(clock))
    clock.advance(timedelta(days=95).total_seconds())
    with pytest.raises(Invalid, match="exists and has other events"):
        await archive(db, path, clock() - timedelta(days=91))
    assert len(await rows(db)) == 6


async def test_a_file_that_lacks_an_event_deletes_nothing(
    db: Database, clock: Clock, path: Path, log: tuple[int, int]
) -> None:
    """Even if the file is intact in itself."""
    async with db.read() as session:
        header = await log_archives.plan(session, ACTOR, edge_of(clock), clock())
    await log_archives.write_file(db, path, header)
    summary = archive_files.read(path)
    lacking = archive_files.Summary(header, summary.events - 1, summary.changes, summary.sha256)
    with pytest.raises(Invalid, match="write it again"):
        async with db.write() as uow:
            await log_archives.commit(uow, ACTOR, path.name, lacking)
    assert len(await seen(db)) == 14


async def test_two_archives_at_once_do_not_overlap(
    db: Database, clock: Clock, path: Path, log: tuple[int, int], tmp_path: Path
) -> None:
    results = await asyncio.gather(
        archive(db, path, edge_of(clock)),
        archive(db, tmp_path / "other.gz", edge_of(clock)),
        return_exceptions=True,
    )
    assert sum(isinstance(item, EventArchive) for item in results) == 1
    assert sum(isinstance(item, Invalid) for item in results) == 1


async def delete(db: Database, where: str, *, allowed: bool) -> None:
    async with db.write() as uow:
        if allowed:
            await uow.session.execute(text("SELECT set_config('launch.archive', 'on', true)"))
        await uow.session.execute(text(f"DELETE FROM {where}"))


@pytest.mark.parametrize(
    "where",
    ["launch_events", "changes", "launch_events WHERE seq = (SELECT max(seq) FROM launch_events)"],
)
async def test_the_database_deletes_archived_rows_only(
    db: Database, clock: Clock, path: Path, log: tuple[int, int], where: str
) -> None:
    """Whatever a program asks for: the log is the audit."""
    with pytest.raises(DBAPIError, match="append-only"):
        await delete(db, where, allowed=False)
    await archive(db, path, edge_of(clock))
    with pytest.raises(DBAPIError, match="append-only"):
        await delete(db, where, allowed=False)
    with pytest.raises(DBAPIError, match=r"that no archive has cannot be deleted|violates foreign"):
        await delete(db, where, allowed=True)


async def test_the_database_keeps_the_checkpoint(
    db: Database, clock: Clock, path: Path, log: tuple[int, int]
) -> None:
    await archive(db, path, edge_of(clock))
    checkpoint = "launch_events WHERE id IN (SELECT event_id FROM event_checkpoints)"
    with pytest.raises(DBAPIError, match="fk_event_checkpoints_event_id"):
        await delete(db, checkpoint, allowed=True)
