"""`launch jobs` as an operator types it (S14, S116)."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from db.session import Database
from jobs.history import History
from jobs.queue import JobSpec, enqueue
from settings import Settings
from tests.support.command import Launch


@pytest.fixture
async def launch(db: Database, redis: Redis, settings: Settings) -> AsyncIterator[Launch]:
    """A queue with one job that failed for good, and one task that has run."""
    async with db.write() as uow:
        await enqueue(uow.session, [JobSpec("mail.send", {})])
        await uow.session.execute(text("UPDATE pgqueuer SET status = 'failed'"))
    async with History(redis, "host:7").run("health", db.clock()):
        pass
    with tempfile.TemporaryDirectory(prefix="launch-") as name:
        env = {"DATABASE_URL": str(settings.database_url), "REDIS_URL": str(settings.redis_url)}
        yield Launch(Path(name), env)


async def test_failed_jobs_are_shown_and_retried(launch: Launch) -> None:
    shown = launch.run_unchecked("jobs")
    assert (shown.code, "mail.send" in shown.out, "host:7" in shown.out) == (1, True, True)
    assert "0 waiting, 0 running, 1 failed" in shown.out
    number = next(word for word in shown.out.split() if word.isdecimal())
    assert (
        launch.run_unchecked("jobs", "retry", number).err
        == f"Job {number} (mail.send) is queued again.\n"
    )
    repeated = launch.run_unchecked("jobs", "retry", number)
    assert (repeated.code, "has not failed" in repeated.err) == (1, True)
    queue = launch.json("jobs")
    assert queue["counts"] == {"waiting": 1, "running": 0, "failed": 0}
    assert [job["state"] for job in queue["jobs"]] == ["waiting"]
    assert queue["tasks"][0]["worker"] == "host:7"
