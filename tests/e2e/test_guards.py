"""Guards as processes of their own: workers that die, and nobody who checks health (X1, X16)."""

import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import ColumnElement, literal_column, select, update

from db.models.incidents import LaunchIncident
from db.models.phases import LaunchPhase
from db.session import Database
from domain.incidents.incidents import IncidentStatus
from settings import Settings
from tests.factories.metrics import store_requests
from tests.factories.propagation import wait_for_result
from tests.support.clock import PATIENCE
from tests.support.command import Launch, RunningCommand, wait_until_ready
from tests.support.demo_launch import demo_launch, log_in
from tests.support.receivers import HttpReceiver
from tests.support.waiting import until

PATIENT: ColumnElement[object] = literal_column(
    "jsonb_set(success_criteria, '{0,failure_limit}', '8')"
)
ACTIVATE = ("phases", "activate", "supplier_rollout", "--accept-warnings", "--yes")


Json = Any


@pytest.fixture
async def receiver() -> AsyncIterator[HttpReceiver]:
    """Who is to hear of what goes wrong."""
    receiver = HttpReceiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


@pytest.fixture
async def launch(
    database: Database, redis: Redis, settings: Settings, receiver: HttpReceiver
) -> AsyncIterator[Launch]:
    """The demo launch, and a Redis that knows of no health."""
    async with demo_launch(
        database,
        settings,
        HEALTH_RECHECK_SECONDS="0.01",
        HEALTH_INTERVAL_SECONDS="1",
        HEALTH_STALE_AFTER_SECONDS="3",
        ALERT_URLS=receiver.url,
    ) as launch:
        yield launch


@pytest.fixture
def server(launch: Launch) -> Iterator[RunningCommand]:
    with launch.running("serve") as running:
        wait_until_ready(launch.env["LAUNCH_URL"])
        log_in(launch)
        yield running


async def test_unchecked_health_is_alerted_without_a_worker(
    launch: Launch, server: RunningCommand, database: Database, receiver: HttpReceiver
) -> None:
    """X16: no worker has ever run; one that starts ends it."""
    launch(*ACTIVATE)
    await until(lambda: _about_silence(receiver))
    assert await _status(database) is IncidentStatus.OPEN
    with launch.running("worker"):
        await wait_for_result(lambda: _status(database), _is_resolved, within=PATIENCE)
        await until(lambda: len(_about_silence(receiver)) > 1)
    assert ["RESOLVED" in title for title in _about_silence(receiver)[:2]] == [False, True]


def _about_silence(receiver: HttpReceiver) -> list[str]:
    return [
        title for title in receiver.titles if "Health checks of the launch have stopped" in title
    ]


def _is_resolved(status: IncidentStatus | None) -> bool:
    return status is IncidentStatus.RESOLVED


async def _status(database: Database) -> IncidentStatus | None:
    """Of the incident that the watchdog opened."""
    query = select(LaunchIncident.status).where(LaunchIncident.dedup_key == "watcher:health")
    async with database.read() as session:
        return await session.scalar(query)


def test_a_phase_shows_verdicts_and_holds(launch: Launch, server: RunningCommand) -> None:
    """X1, X11: in the terminal too."""
    launch(*ACTIVATE)
    shown = launch.run_unchecked("phases", "show", "supplier_rollout")
    assert re.search(r"errors_low .* NO_DATA .* Nothing has been measured", shown.out)
    assert "supplier_rollout ACTIVE  Supplier rollout\nstep 1 of 4, 5 %, next at " in shown.out
    assert "last move: in force in 1 of 1 live process" in shown.out + shown.err
    assert "held: Criterion errors_low has not been judged yet." in shown.err
    launch("phases", "pause", "supplier_rollout", "--reason", "lunch")
    paused = launch.run_unchecked("phases", "show", "supplier_rollout").err
    assert re.search(r"paused by operator@\S+ at \S+: lunch", paused)


async def test_a_worker_continues_where_a_killed_one_stopped(
    launch: Launch, server: RunningCommand, database: Database
) -> None:
    """X1: failures are counted across workers, and the last one rolls the phase back."""
    await _change(database, success_criteria=PATIENT)
    launch(*ACTIVATE)
    await _change(database, started_at=datetime.now(UTC) - timedelta(minutes=1))
    await store_requests(database, datetime.now(UTC), total=1_000, errors=500)
    with launch.running("worker") as first:
        _wait(launch, lambda phase: _failures(phase) >= 2)
        first.process.kill()
    before = _failures(_show(launch))
    with launch.running("worker"):
        seen = _wait(launch, lambda phase: phase["status"] == "ROLLED_BACK")
    assert min(map(_failures, seen)) >= before
    assert seen[-1]["successCriteria"][0]["explanation"].endswith("8th of 8")


async def _change(database: Database, **values: object) -> None:
    phase = update(LaunchPhase).where(LaunchPhase.key == "supplier_rollout")
    async with database.write() as uow:
        await uow.session.execute(phase.values(values))


def _show(launch: Launch) -> Json:
    return launch.json("phases", "show", "supplier_rollout")


def _failures(phase: Json) -> int:
    return int(phase["successCriteria"][0]["consecutiveFailures"])


def _wait(launch: Launch, holds: Callable[[Json], bool], seconds: float = PATIENCE) -> list[Json]:
    """What was seen until something held of it."""
    deadline, seen = time.monotonic() + seconds, [_show(launch)]
    while not holds(seen[-1]):
        assert time.monotonic() < deadline, seen[-1]
        seen.append(_show(launch))
    return seen
