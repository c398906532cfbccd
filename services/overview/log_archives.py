"""Moves old events of the log to a file (ADR 43).

The file is written and read back first. One transaction then moves the edge of the log, chooses
the rows that stay, and records the event; only after it rows are deleted, in batches. Interrupted
at any point, the same command continues or begins again, and every event is in one of the places.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from db import log_edge
from db.models.archives import EventArchive
from db.queries import archived_rows
from db.queries import log_archives as queries
from db.session import Database, UnitOfWork
from domain.actors import Actor
from domain.errors import Invalid
from domain.events.archives import LogArchived
from domain.incidents.suspects import WINDOW
from domain.overview import log_archives as rules
from domain.overview.log_archives import Need
from services.overview import archive_files
from services.overview.archive_files import ArchiveWriter, Header, Summary

DELETE_BATCH = 2_000
_PAGE = 1_000

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ArchiveEvents:
    """The command to archive the events that were recorded before a moment."""

    before: datetime
    path: Path


async def archive(
    db: Database, actor: Actor, command: ArchiveEvents, report: Report
) -> EventArchive:
    """Archive events, or finish an archive that was interrupted. Raises Invalid.

    `report` gets a sentence about each step.
    """
    async with db.read() as session:
        row = await log_edge.newest(session)
    if row is None or row.deleted_at is not None:
        row = await _begin(db, actor, command, report)
    else:
        _check_unfinished(row, command.path)
        report(f"Continuing: {command.path} is intact.")
    async for deleted in delete_rows(db, row):
        report(f"Deleted {deleted} of at most {row.events} events.")
    return row


async def _begin(
    db: Database, actor: Actor, command: ArchiveEvents, report: Report
) -> EventArchive:
    async with db.read() as session:
        header = await plan(session, actor, command.before, db.clock())
    if command.path.exists():
        summary = archive_files.read(command.path)
        if (summary.header.first_seq, summary.header.last_seq) != (
            header.first_seq,
            header.last_seq,
        ):
            raise Invalid(f"{command.path} exists and has other events: choose another name.")
    else:
        await write_file(db, command.path, header)
        summary = archive_files.read(command.path)
    report(f"Wrote and verified {summary.events} events with {summary.changes} changes.")
    async with db.write() as uow:
        return await commit(uow, actor, command.path.name, summary)


async def plan(session: AsyncSession, actor: Actor, before: datetime, now: datetime) -> Header:
    """Return the range of events to archive; raises Invalid where something needs them."""
    rules.check_moment(before, now, await _needs(session, now))
    edge = await log_edge.newest(session)
    first_seq, last_seq = await archived_rows.find_range(
        session, edge.last_seq if edge else 0, before
    )
    if first_seq is None or last_seq < first_seq:
        raise Invalid("There are no events before that moment that are not archived yet.")
    rules.check_webhooks(last_seq, await queries.webhook_positions(session))
    return Header(before, first_seq, last_seq, now, actor.label)


async def _needs(session: AsyncSession, now: datetime) -> list[Need]:
    periods = await queries.runs(session) + await queries.incidents(session, WINDOW)
    return [
        Need(item.since, item.subject) for item in periods if rules.is_in_use(item.ended_at, now)
    ]


async def write_file(db: Database, path: Path, header: Header) -> None:
    """Write the events of a range to a file; nothing is left of it if that fails.

    After each page it waits as long as the page took, as `delete_rows` does.
    """
    try:
        writer = ArchiveWriter(path, header)
    except OSError as error:
        raise Invalid(f"{path} cannot be written: {error.strerror}.") from error
    try:
        position = header.first_seq - 1
        while position < header.last_seq:
            begin = time.monotonic()
            async with db.read() as session:
                lines = await archived_rows.read_page(session, position, header.last_seq, _PAGE)
            for line in lines:
                writer.add(line)
            position = lines[-1].seq if lines else header.last_seq
            await asyncio.sleep(time.monotonic() - begin)
        writer.finish()
    finally:
        writer.abandon()


async def commit(uow: UnitOfWork, actor: Actor, file_name: str, summary: Summary) -> EventArchive:
    """Move the edge of the log behind the events of a file, whose rows may then be deleted.

    Raises Invalid if the log or what needs it has changed since the file was written.
    """
    header = summary.header
    await queries.lock(uow.session)
    planned = await plan(uow.session, actor, header.archived_before, uow.now)
    rows = await archived_rows.count(uow.session, header.first_seq, header.last_seq)
    expected = (header.first_seq, header.last_seq, summary.events, summary.changes)
    if (planned.first_seq, planned.last_seq, *rows) != expected:
        raise Invalid("The file does not have the events of this range: write it again.")
    await archived_rows.choose_checkpoint(uow.session, header.last_seq, WINDOW)
    row = EventArchive(
        archived_before=header.archived_before,
        first_seq=header.first_seq,
        last_seq=header.last_seq,
        last_id=await archived_rows.find_last_id(uow.session, header.last_seq),
        events=summary.events,
        changes=summary.changes,
        sha256=summary.sha256,
        file_name=file_name,
        actor_label=actor.label,
        created_at=uow.now,
    )
    uow.session.add(row)
    uow.record(actor, _event(row))
    return row


async def delete_rows(
    db: Database, archive_row: EventArchive, batch: int = DELETE_BATCH
) -> AsyncIterator[int]:
    """Delete the archived rows that do not stay; yields how many events are deleted so far.

    Between two batches it waits as long as one took, so that others have half of the time.
    """
    deleted = position = 0
    while True:
        begin = time.monotonic()
        async with db.write() as uow:
            done = await archived_rows.delete_batch(
                uow.session, position, archive_row.last_seq, batch
            )
            if done is None:
                await queries.finish(uow.session, archive_row.id, uow.now)
        if done is None:
            return
        deleted, position = deleted + done.events, done.last_seq
        yield deleted
        await asyncio.sleep(time.monotonic() - begin)


def _check_unfinished(row: EventArchive, path: Path) -> None:
    if path.exists() and archive_files.read(path).sha256 == row.sha256:
        return
    raise Invalid(
        f"The archive of {row.created_at:%F %T} UTC is not finished: repeat the command with its "
        f"file {row.file_name} (SHA-256 of its content {row.sha256})."
    )


def _event(row: EventArchive) -> LogArchived:
    return LogArchived(
        archived_before=row.archived_before,
        first_seq=row.first_seq,
        last_seq=row.last_seq,
        events=row.events,
        changes=row.changes,
        file_name=row.file_name,
        sha256=row.sha256,
    )
