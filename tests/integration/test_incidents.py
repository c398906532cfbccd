"""Incidents in the database: one for each cause, whoever comes at once (A30, A31, S68)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from db.models.events import Change
from db.models.incidents import IncidentEpisode, LaunchIncident
from db.queries import incident_episodes as episode_queries
from db.session import Database, UnitOfWork
from domain.actors import Actor, ActorKind, system_actor
from domain.errors import InvalidTransition
from domain.events import IncidentChanged, Subject
from domain.incidents.incidents import IncidentStatus, Observation, Severity
from services.incidents import incident_reads
from services.incidents.incident_changes import acknowledge, close, reopen_incident, resolve
from services.incidents.incident_edits import update
from services.incidents.incident_episodes import observe_key
from services.incidents.incidents import (
    IncidentDraft,
    OpenedIncident,
    open_incident,
    resolve_by_key,
)
from tests.support.clock import Clock

SYSTEM = system_actor("test")
PERSON = Actor(ActorKind.USER, UUID(int=7), "ann@wedsync.com")
KEY = "health:database"
OPEN, INVESTIGATING = IncidentStatus.OPEN, IncidentStatus.INVESTIGATING
RESOLVED = IncidentStatus.RESOLVED


def draft(
    severity: Severity = Severity.HIGH, first_bad_at: datetime | None = None
) -> IncidentDraft:
    return IncidentDraft("health", severity, "Database", dedup_key=KEY, first_bad_at=first_bad_at)


async def opened(db: Database, incident_draft: IncidentDraft | None = None) -> OpenedIncident:
    async with db.write() as uow:
        return await open_incident(uow, SYSTEM, incident_draft or draft())


async def ended(db: Database) -> LaunchIncident | None:
    async with db.write() as uow:
        return await resolve_by_key(uow, SYSTEM, KEY, "It works again.")


async def rows(db: Database) -> list[LaunchIncident]:
    async with db.read() as session:
        return list(await session.scalars(select(LaunchIncident).order_by(LaunchIncident.number)))


async def episodes(db: Database, row: LaunchIncident) -> list[IncidentEpisode]:
    """Oldest first."""
    async with db.read() as session:
        by_incident = await episode_queries.newest(session, [row.id], 100)
    return by_incident[row.id][::-1]


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


@pytest.mark.parametrize(("minutes", "same"), [(14, True), (16, False)])
async def test_the_onset_decides_between_reopening_and_a_new_incident(
    db: Database, clock: Clock, minutes: int, same: bool
) -> None:
    """A30: entered an hour late, because the database was away."""
    await opened(db)
    await ended(db)
    began = clock() + timedelta(minutes=minutes)
    clock.advance(3600)
    late = await opened(db, draft(first_bad_at=began))
    assert late.merged is same
    assert len(await rows(db)) == (1 if same else 2)


async def test_incidents_start_at_their_onset(db: Database, clock: Clock) -> None:
    began = clock() - timedelta(hours=1)
    row = (await opened(db, draft(first_bad_at=began))).row
    (episode,) = await episodes(db, row)
    assert row.created_at == episode.detected_at > began
    assert (episode.first_bad_at, episode.began_at) == (began, began)


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

    async def again() -> None:
        async with db.write() as uow:
            await reopen_incident(uow, PERSON, row.id, None)

    answers = await asyncio.gather(again(), opened(db), opened(db), return_exceptions=True)
    lost = [item for item in answers if isinstance(item, BaseException)]
    assert all(isinstance(item, InvalidTransition) for item in lost)
    assert sum(row.status is OPEN for row in await rows(db)) == 1


async def test_the_worst_reported_severity_counts(db: Database) -> None:
    await opened(db, draft(Severity.HIGH))
    await opened(db, draft(Severity.CRITICAL))
    assert (await opened(db, draft(Severity.LOW))).row.severity is Severity.CRITICAL


async def test_reports_add_affected_features(db: Database) -> None:
    for keys in (("chat", "mail"), ("mail", "pay")):
        row = (await opened(db, replace(draft(), affected_features=keys))).row
    assert row.affected_features == ["chat", "mail", "pay"]


async def test_each_episode_has_its_own_values(db: Database, clock: Clock) -> None:
    """L5: it opens, is resolved, and returns with another value."""
    slow = Observation("709 ms > 500 ms", 709.0, "ms")
    first_bad_at = clock()
    clock.advance(40)
    await opened(db, replace(draft(first_bad_at=first_bad_at), observation=slow))
    async with db.write() as uow:
        await observe_key(uow, KEY, Observation("840 ms > 500 ms", 840.0, "ms"))
    clock.advance(300)
    await ended(db)
    clock.advance(300)
    returned = clock()
    clock.advance(20)
    await opened(
        db,
        replace(
            draft(Severity.CRITICAL, returned),
            title="Database is gone",
            observation=Observation("1225 ms > 500 ms", 1_225.0, "ms"),
        ),
    )
    (row,) = await rows(db)
    first, second = await episodes(db, row)
    assert (first.title, first.severity, first.began_at, first.value) == (
        "Database",
        Severity.HIGH,
        first_bad_at,
        840.0,
    )
    assert first.ended_at is not None
    assert first.detected_at < first.ended_at < second.began_at == returned < second.detected_at
    assert (second.title, second.severity, second.value) == (
        "Database is gone",
        Severity.CRITICAL,
        1_225.0,
    )
    assert (row.title, row.severity, row.occurrences) == (second.title, second.severity, 2)
    assert second.ended_at is None


async def test_an_episode_starts_after_the_end_of_the_previous_one(db: Database) -> None:
    """Resolved by hand while it goes on: the next episode begins then, not with the first one."""
    first_bad_at = (await opened(db)).row.created_at - timedelta(minutes=1)
    await ended(db)
    row = (await opened(db, draft(first_bad_at=first_bad_at))).row
    first, second = await episodes(db, row)
    assert second.began_at == first.ended_at


async def test_texts_edited_by_people_are_kept(db: Database) -> None:
    row = (await opened(db)).row
    async with db.write() as uow:
        await update(uow, PERSON, row.id, {"title": "The disk is full"})
    row = (await opened(db, replace(draft(), title="Database is gone"))).row
    assert row.title == "The disk is full"
    await ended(db)
    row = (await opened(db, replace(draft(), title="Database is gone"))).row
    assert row.title == "Database is gone"
    assert [item.title for item in await episodes(db, row)] == [
        "The disk is full",
        "Database is gone",
    ]


async def test_severity_starts_with_the_sample_that_shows_it(db: Database, clock: Clock) -> None:
    """A warning of ten minutes ago is no late alert of now (S99)."""
    row = (await opened(db, draft(Severity.MEDIUM, clock()))).row
    clock.advance(600)
    worse_since = clock()
    clock.advance(10)
    await opened(db, draft(Severity.HIGH, worse_since))
    async with db.read() as session:
        facts = await incident_reads.facts(session, row.id)
    assert facts is not None
    assert facts.since == worse_since


Move = Callable[[UnitOfWork, UUID], Awaitable[object]]


async def test_each_change_is_an_event_with_its_fields(db: Database) -> None:
    """A4."""
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
