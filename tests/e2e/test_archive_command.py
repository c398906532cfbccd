"""`launch archive` as an operator types it (ADR 43)."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from db.models.events import LaunchEvent
from db.session import Database
from settings import Settings
from tests.factories.log_archives import long_ago, record_events
from tests.support.clock import Clock
from tests.support.command import Launch

EVENTS = 60  # of two each


@pytest.fixture
async def launch(db: Database, clock: Clock, settings: Settings, tmp_path: Path) -> Launch:
    """A log of old events and two recent ones."""
    with long_ago(clock):
        await record_events(db, EVENTS)
    await record_events(db, 1)
    return Launch(tmp_path, {"DATABASE_URL": str(settings.database_url)})


def days_ago(days: int) -> str:
    return f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%d}"


async def count(db: Database) -> int:
    async with db.read() as session:
        return (await session.execute(select(func.count(LaunchEvent.id)))).scalar_one()


async def test_events_move_to_a_file_that_can_be_looked_into(
    launch: Launch, db: Database, tmp_path: Path
) -> None:
    path = str(tmp_path / "log.gz")
    assert launch.run_unchecked("archive").err == "Nothing was archived.\n"
    young = launch.run_unchecked("archive", "--before", days_ago(3), "--to", path, "--yes")
    assert (young.code, "Events of the last 90 days stay" in young.err) == (1, True)
    alone = launch.run_unchecked("archive", "--before", days_ago(100))
    assert (alone.code, "give both" in alone.err) == (2, True)
    done = launch.run_unchecked("archive", "--before", days_ago(100), "--to", path, "--yes")
    assert (done.code, done.out) == (0, "")
    assert f"Wrote and verified {2 * EVENTS} events with {EVENTS} changes." in done.err
    assert await count(db) == 1 + 2 + 1  # the state of health, the recent ones, the archive
    shown = launch.run_unchecked("archive", "--show", path)
    lines = [json.loads(line) for line in shown.out.splitlines()]
    assert (len(lines), f"{2 * EVENTS} events" in shown.err) == (2 * EVENTS, True)
    assert lines[0]["event"]["kind"] == "user.signed_up"
    assert lines[0]["changes"][0]["after"] == {"number": 0}
    (row,) = launch.json("archive")
    assert (row["events"], row["file"], row["createdBy"].count("@")) == (2 * EVENTS, "log.gz", 1)
    assert row["deletedAt"] is not None
    assert "deleted" in launch.run_unchecked("archive").out
    repeated = launch.run_unchecked("archive", "--before", days_ago(100), "--to", path, "--yes")
    assert (repeated.code, "There are no events before that moment" in repeated.err) == (1, True)


async def test_a_killed_archive_is_finished_by_the_same_command(
    launch: Launch, db: Database, tmp_path: Path
) -> None:
    """Another connection holds a row to be deleted while the command is killed."""
    path = str(tmp_path / "log.gz")
    words = ("archive", "--before", days_ago(100), "--to", path, "--yes")
    async with db.write() as uow:
        await uow.session.execute(select(LaunchEvent).limit(5).with_for_update())
        with launch.running(*words) as command:
            command.wait_for("Wrote and verified")
            command.process.kill()
    unfinished = launch.json("archive")
    assert [row["deletedAt"] for row in unfinished] in ([], [None])
    launch(*words)
    assert await count(db) == 1 + 2 + 1
    assert [row["deletedAt"] is not None for row in launch.json("archive")] == [True]
