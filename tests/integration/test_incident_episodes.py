"""Episodes of incidents: onset, values and severity of each (A30, L5)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from db.session import Database
from domain.incidents.incidents import Observation, Severity
from services.incidents import incident_reads
from services.incidents.incident_edits import update
from services.incidents.incident_episodes import observe_key
from tests.factories.reported_incidents import (
    KEY,
    PERSON,
    draft,
    ended,
    episodes,
    opened,
    rows,
)
from tests.support.clock import Clock


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
