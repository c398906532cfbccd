"""Old events, and archives of them (ADR 43)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from db.drafts import Audit
from db.models.archives import EventArchive
from db.session import Database
from domain.actors import system_actor
from domain.events import HealthChanged
from domain.health.health import CheckType, HealthStatus
from services.overview import archive_files, log_archives
from services.overview.log_archives import ArchiveEvents
from tests.factories.events import some_event
from tests.support.clock import Clock

ACTOR = system_actor("anna@host")
AGO = timedelta(days=120)
EDGE = timedelta(days=100)
_STATES = (HealthStatus.HEALTHY, HealthStatus.WARNING)


@contextmanager
def long_ago(clock: Clock, ago: timedelta = AGO) -> Iterator[None]:
    """What happens inside happened that long ago."""
    clock.advance(-ago.total_seconds())
    yield
    clock.advance(ago.total_seconds())


async def record_events(db: Database, count: int) -> None:
    """Record sign-ups with audit rows, one per transaction, each followed by a change of health."""
    for number in range(count):
        async with db.write() as uow:
            event = some_event()
            assert event.subject_id is not None
            uow.record(ACTOR, event, Audit(event.subject_id, after={"number": number}))
            before, after = _STATES[number % 2], _STATES[1 - number % 2]
            uow.record(ACTOR, HealthChanged(check=CheckType.API, before=before, after=after))


def edge_of(clock: Clock) -> datetime:
    """The moment before which tests archive."""
    return clock() - EDGE


async def archive(
    db: Database, path: Path, before: datetime, reports: list[str] | None = None
) -> EventArchive:
    """Run the whole command."""
    report = (reports if reports is not None else []).append
    return await log_archives.archive(db, ACTOR, ArchiveEvents(before, path), report)


def positions_in(path: Path) -> list[int]:
    """The positions of the events in a file, which is verified."""
    lines: list[dict[str, Any]] = []
    archive_files.read(path, lambda line: lines.append(json.loads(line)))
    return [line["event"]["seq"] for line in lines]
