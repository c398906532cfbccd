"""Incidents in the database: one for each cause, also under concurrency (A30, A31, S68)."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy import select

from db.models.events import Change
from db.session import Database, UnitOfWork
from domain.errors import InvalidTransition
from domain.events import IncidentChanged, Subject
from services.incidents.incident_changes import acknowledge, close, reopen_incident, resolve
from services.incidents.incident_edits import update
from tests.factories.reported_incidents import (
    INVESTIGATING,
    OPEN,
    PERSON,
    RESOLVED,
    ended,
    opened,
    rows,
)
from tests.support.clock import Clock


async def test_concurrent_resolutions_resolve_once(db: Database) -> None:
    await opened(db)
    resolved = await asyncio.gather(*(ended(db) for _ in range(5)))
    assert sum(row is not None for row in resolved) == 1
    (row,) = await rows(db)
    assert (row.status, row.version, row.resolution_notes) == (RESOLVED, 2, "It works again.")


async def test_resolving_without_an_open_incident_does_nothing(db: Database) -> None:
    assert await ended(db) is None
    await opened(db)
    await ended(db)
    assert await ended(db) is None


async def test_acknowledged_incidents_are_resolved_by_people(db: Database) -> None:
    row = (await opened(db)).row
    async with db.write() as uow:
        await acknowledge(uow, PERSON, row.id, None)
    assert await ended(db) is None
    async with db.write() as uow:
        await update(uow, PERSON, row.id, {"status": OPEN})
    assert await ended(db) is not None


async def test_concurrent_acknowledgement_and_resolution_are_serialized(db: Database) -> None:
    """oncall#3161: the one that comes second sees what the first did."""
    row = (await opened(db)).row

    async def take() -> bool:
        try:
            async with db.write() as uow:
                await acknowledge(uow, PERSON, row.id, None)
        except InvalidTransition:
            return False
        return True

    taken, over = await asyncio.gather(take(), ended(db))
    (incident,) = await rows(db)
    assert taken is not (over is not None)
    assert incident.status is (INVESTIGATING if taken else RESOLVED)
    assert (incident.resolved_at is None) is taken


async def test_concurrent_reports_open_one_incident(db: Database) -> None:
    results = await asyncio.gather(*(opened(db) for _ in range(20)))
    assert sum(not item.merged for item in results) == 1
    assert [row.occurrences for row in await rows(db)] == [20]


async def test_concurrent_recurrences_reopen_once(db: Database) -> None:
    await opened(db)
    await ended(db)
    await asyncio.gather(*(opened(db) for _ in range(20)))
    (row,) = await rows(db)
    assert (row.status, row.occurrences, row.resolved_at) == (OPEN, 21, None)
    async with db.read() as session:
        actions = await session.scalars(select(Change.action).order_by(Change.event_id))
    assert list(actions)[:3] == ["opened", "resolved", "came back"]


async def test_closed_incidents_are_not_reopened_by_reports(db: Database) -> None:
    row = (await opened(db)).row
    await ended(db)
    async with db.write() as uow:
        await close(uow, PERSON, row.id)
    assert (await opened(db)).merged is False


async def test_reports_join_an_older_reopened_incident(db: Database, clock: Clock) -> None:
    old = (await opened(db)).row
    await ended(db)
    clock.advance(3600)
    await opened(db)
    await ended(db)
    async with db.write() as uow:
        await reopen_incident(uow, PERSON, old.id, None)
    reported = await opened(db)
    assert (reported.merged, reported.row.number) == (True, old.number)


async def test_a_concurrent_reopening_and_recurrence_leave_one_open_incident(
    db: Database, clock: Clock
) -> None:
    row = (await opened(db)).row
    await ended(db)
    clock.advance(3600)

    async def reopen() -> None:
        async with db.write() as uow:
            await reopen_incident(uow, PERSON, row.id, None)

    answers = await asyncio.gather(reopen(), opened(db), opened(db), return_exceptions=True)
    lost = [item for item in answers if isinstance(item, BaseException)]
    assert all(isinstance(item, InvalidTransition) for item in lost)
    assert sum(row.status is OPEN for row in await rows(db)) == 1


Move = Callable[[UnitOfWork, UUID], Awaitable[object]]


async def test_each_change_is_an_event_with_its_fields(db: Database) -> None:
    """Requirement A4."""
    key = (await opened(db)).row.id
    moves: list[Move] = [
        lambda uow, key: acknowledge(uow, PERSON, key, None),
        lambda uow, key: update(uow, PERSON, key, {"title": "Other"}),
        lambda uow, key: resolve(uow, PERSON, key, "over"),
    ]
    for move in moves:
        async with db.write() as uow:
            await move(uow, key)
        ((event,), (change,)) = [item.event for item in uow.recorded], await changes(db, key)
        assert isinstance(event, IncidentChanged)
        assert event.action == change.action
        assert (change.before or {}).keys() == (change.after or {}).keys()
    assert change.before == {"status": "INVESTIGATING", "resolutionNotes": None}
    assert change.after == {"status": "RESOLVED", "resolutionNotes": "over"}


async def changes(db: Database, key: UUID) -> list[Change]:
    """The newest change of an incident."""
    query = select(Change).where(Change.subject_kind == Subject.INCIDENT, Change.subject_id == key)
    async with db.read() as session:
        return list(await session.scalars(query.order_by(Change.event_id.desc()).limit(1)))
