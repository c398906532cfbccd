"""`launch archive`: old events move from the database to files (ADR 43)."""

import getpass
import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared.errors import CommandError
from commands.shared.options import Json, Yes
from commands.shared.output import confirm, echo, remark, show, show_json, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from db.models.archives import EventArchive
    from db.session import Database

_NICENESS = 10  # compressing and verifying must not take the CPU from a server on this machine
_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
_COLUMNS = ("made", "by", "events before", "events", "positions", "file", "rows")

BeforeMoment = Annotated[
    datetime | None,
    typer.Option(
        formats=_FORMATS,
        metavar="DATE",
        help="Archive the events that were recorded before this day or moment, in UTC.",
    ),
]
To = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The file to write, for example log.jsonl.gz.")
]
Show = Annotated[
    Path | None,
    typer.Option(
        "--show", metavar="FILE", help="Verify a file and print its events as lines of JSON."
    ),
]


def archive(
    before: BeforeMoment = None,
    to: To = None,
    show_path: Show = None,
    as_json: Json = False,
    yes: Yes = False,
) -> None:
    """Move old events to a compressed file, or list the archives.

    Events of the last 90 days stay, and so do those that an open incident, a live or recent run or
    a webhook needs. If the command is interrupted, repeat it with the same options.
    """
    if show_path is not None:
        _show_file(show_path)
    elif before is not None and to is not None:
        confirm(f"Move all events before {before:%F %T} UTC to {to}?", yes=yes)
        _archive(before.replace(tzinfo=UTC), to)
    elif before is not None or to is not None:
        raise typer.BadParameter("give both", param_hint="--before and --to")
    else:
        _list(as_json=as_json)


def _show_file(path: Path) -> None:
    """Verify the file before the first line is printed."""
    from commands.shared.db_access import expected  # noqa: PLC0415 - heavy
    from services.overview import archive_files  # noqa: PLC0415

    with expected():
        summary = archive_files.read(path)
        header = summary.header
        remark(
            f"{summary.events} events and {summary.changes} changes, positions {header.first_seq} "
            f"to {header.last_seq}, before {header.archived_before:%F %T} UTC; archived "
            f"{header.created_at:%F %T} UTC by {header.created_by}; SHA-256 {summary.sha256}."
        )
        archive_files.read(path, echo)


def _archive(before: datetime, path: Path) -> None:
    from commands.shared.db_access import with_database  # noqa: PLC0415 - heavy
    from commands.shared.environment import own_settings  # noqa: PLC0415
    from domain.actors import system_actor  # noqa: PLC0415
    from services.overview import log_archives  # noqa: PLC0415

    if not path.absolute().parent.is_dir():
        raise CommandError(f"There is no folder {path.absolute().parent}.")
    os.nice(_NICENESS)
    actor = system_actor(f"{getpass.getuser()}@{socket.gethostname()}")
    command = log_archives.ArchiveEvents(before, path)

    async def work(db: "Database") -> "EventArchive":
        return await log_archives.archive(db, actor, command, remark)

    row = with_database(own_settings("database_url"), work)
    remark(
        f"Archived positions {row.first_seq} to {row.last_seq} in {path}. Store the file like a "
        f"backup. SHA-256 of its content: {row.sha256}."
    )


def _list(*, as_json: bool) -> None:
    from commands.shared.db_access import with_database  # noqa: PLC0415 - heavy
    from commands.shared.environment import own_settings  # noqa: PLC0415
    from db.queries import log_archives as queries  # noqa: PLC0415

    async def work(db: "Database") -> "Sequence[EventArchive]":
        async with db.read() as session:
            return await queries.list_all(session)

    rows = with_database(own_settings("database_url"), work)
    if as_json:
        show_json([_as_data(row) for row in rows])
    elif rows:
        show(table(_COLUMNS, map(_cells, rows)))
    else:
        remark("Nothing was archived.")


def _as_data(row: "EventArchive") -> dict[str, object]:
    return {
        "createdAt": row.created_at.isoformat(),
        "createdBy": row.actor_label,
        "archivedBefore": row.archived_before.isoformat(),
        "events": row.events,
        "changes": row.changes,
        "firstPosition": row.first_seq,
        "lastPosition": row.last_seq,
        "file": row.file_name,
        "sha256": row.sha256,
        "deletedAt": row.deleted_at.isoformat() if row.deleted_at else None,
    }


def _cells(row: "EventArchive") -> tuple[object, ...]:
    positions = f"{row.first_seq} to {row.last_seq}"
    state = "deleted" if row.deleted_at else "not all deleted: repeat the command"
    made, before = f"{row.created_at:%F %T}", f"{row.archived_before:%F %T}"
    return (made, row.actor_label, before, row.events, positions, row.file_name, state)
