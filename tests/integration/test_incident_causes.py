"""One cause opens one incident, and a run that ends takes its incidents with it (D5, L17)."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from db.models.incidents import IncidentDependent, LaunchIncident
from db.session import Database
from domain.actors import system_actor
from domain.health.health import CheckType
from domain.incidents.incident_causes import of_check, of_criterion, of_limit
from domain.incidents.incidents import IncidentStatus, Observation, Severity
from domain.metrics.criteria import GuardAction
from services.incidents.incident_causes import mark_recovered, promote_dependents, report
from services.incidents.incident_changes import acknowledge
from services.incidents.incidents import IncidentDraft
from tests.api.test_deadlines import waiting
from tests.factories.guards import ERRORS, GuardedPhase
from tests.factories.health import Health
from tests.factories.reported_incidents import PERSON
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient
from tests.unit.domain.builders import make_criterion

SYSTEM = system_actor("test")
DATABASE = IncidentDraft(
    "health_check",
    Severity.CRITICAL,
    "Database check is critical",
    dedup_key="health:database",
    links=of_check(CheckType.DATABASE),
)
HOLD = GuardAction.HOLD
LIMIT = IncidentDraft(
    "metric",
    Severity.MEDIUM,
    "Too many requests fail",
    dedup_key="metric:error_rate",
    observation=Observation("error_rate 3 % > 2 %", 3.0, "%"),
    links=of_limit("error_rate"),
)


@pytest.fixture
def guarded(app: Starlette, admin: GraphQLClient, clock: Clock, health: Health) -> GuardedPhase:
    """Nothing is live yet."""
    return GuardedPhase(app, admin, clock)


async def seen(db: Database, draft: IncidentDraft) -> LaunchIncident:
    async with db.write() as uow:
        return (await report(uow, SYSTEM, draft)).row


async def over(db: Database, draft: IncidentDraft) -> None:
    async with db.write() as uow:
        await mark_recovered(uow, SYSTEM, draft.dedup_key or "", "It works again.")


async def open_titles(db: Database) -> list[str]:
    active = (IncidentStatus.OPEN, IncidentStatus.INVESTIGATING)
    query = select(LaunchIncident.title).where(LaunchIncident.status.in_(active))
    async with db.read() as session:
        return list(await session.scalars(query.order_by(LaunchIncident.number)))


async def dependents(db: Database) -> list[tuple[str, bool]]:
    """Their keys, and whether each still lasts."""
    async with db.read() as session:
        rows = await session.scalars(select(IncidentDependent).order_by("key"))
        return [(row.key, row.ended_at is None) for row in rows]


async def test_a_stopped_database_opens_one_incident(db: Database, clock: Clock) -> None:
    """What comes before it and what comes after it are listed on it."""
    await seen(db, LIMIT)
    await seen(db, DATABASE)
    hold = replace(
        LIMIT,
        dedup_key="hold",
        title="Held",
        links=of_criterion(make_criterion("signups_total"), HOLD, None),
    )
    await seen(db, hold)
    assert await open_titles(db) == [DATABASE.title]
    assert await dependents(db) == [("hold", True), ("metric:error_rate", True)]
    await over(db, LIMIT)
    await over(db, DATABASE)
    assert await open_titles(db) == []
    assert await dependents(db) == [("hold", True), ("metric:error_rate", False)]
    clock.advance(60)
    assert await promote_dependents(db) == 0
    clock.advance(300)
    assert await promote_dependents(db) == 1
    assert await open_titles(db) == ["Held"]


async def test_reports_wait_for_a_concurrent_report_of_their_cause(db: Database) -> None:
    """L17: when a database is back, its check and the limits are told of in one moment."""
    async with db.write() as uow:
        await report(uow, SYSTEM, DATABASE)
        limit = asyncio.create_task(seen(db, LIMIT))
        assert await waiting(db, 1)
    assert (await limit).title == DATABASE.title
    assert await open_titles(db) == [DATABASE.title]


async def test_failures_shortly_after_their_cause_open_no_incident(
    db: Database, clock: Clock
) -> None:
    """A window of a minute still holds the failures of the outage."""
    began = clock()
    await seen(db, DATABASE)
    clock.advance(30)
    await over(db, DATABASE)
    clock.advance(30)
    await seen(db, replace(LIMIT, first_bad_at=began + timedelta(seconds=10)))
    assert await open_titles(db) == []
    clock.advance(1)
    await seen(db, replace(LIMIT, dedup_key="later", title="Later", first_bad_at=clock()))
    assert await open_titles(db) == ["Later"]


async def test_an_incident_kept_open_does_not_hide_new_problems(db: Database, clock: Clock) -> None:
    """The database works again, and somebody still looks into it."""
    row = await seen(db, DATABASE)
    async with db.write() as uow:
        await acknowledge(uow, PERSON, row.id, None)
    await over(db, DATABASE)
    clock.advance(600)
    await seen(db, replace(LIMIT, first_bad_at=clock()))
    assert await open_titles(db) == [DATABASE.title, LIMIT.title]


async def test_the_worse_severity_of_what_follows_counts(db: Database) -> None:
    links = of_criterion(make_criterion("error_rate"), GuardAction.WARN, None)
    warn = replace(LIMIT, dedup_key="warn", links=links)
    await seen(db, warn)
    row = await seen(db, replace(LIMIT, severity=Severity.CRITICAL))
    assert (row.dedup_key, row.severity) == ("warn", Severity.CRITICAL)


async def test_a_rollback_by_a_guard_opens_one_incident(guarded: GuardedPhase) -> None:
    """The criterion that warned, and the limit on the same metric, are listed on it."""
    warn = {**ERRORS, "key": "warn", "action": "WARN", "failureLimit": 1}
    await guarded.go_live(warn, {**ERRORS, "failureLimit": 2})
    await guarded.watch_limits(100, errors=50)
    assert [row.incident_type for row in await guarded.incidents()] == ["metric"]
    await guarded.tick(total=100, errors=50)
    assert [row.incident_type for row in await guarded.incidents()] == ["criterion"]
    await guarded.tick(total=100, errors=50)
    await guarded.watch_limits(100, errors=50)
    (incident,) = await guarded.incidents()
    assert incident.incident_type == "phase_rollback"
    (episode,) = await guarded.episodes(incident)
    assert episode.first_bad_at is not None
    assert episode.detected_at - episode.first_bad_at >= timedelta(seconds=30)
    open_keys = [key for key, lasts in await dependents(guarded.db) if lasts]
    assert set(open_keys) == {"metric:error_rate"}


async def test_rolling_back_a_held_phase_leaves_one_incident(guarded: GuardedPhase) -> None:
    """The hold ends with its run, whoever took it; and the next activation is not blocked."""
    await guarded.go_live({**ERRORS, "action": "HOLD", "failureLimit": 1})
    await guarded.tick(total=100, errors=50)
    (row_of_rollback,) = await guarded.incidents()
    async with guarded.db.write() as uow:
        await acknowledge(uow, PERSON, row_of_rollback.id, None)
    await guarded.client.data(
        "mutation ($id: ID!) { rollbackLaunchPhase(input: {phaseId: $id, reason: "
        '"errors"}) { errors { message } } }',
        id=guarded.phase,
    )
    (incident,) = await guarded.incidents()
    assert incident.incident_type == "phase_rollback"
    async with guarded.db.read() as session:
        row = await session.get_one(LaunchIncident, row_of_rollback.id)
        assert row.status is IncidentStatus.RESOLVED
        assert row.resolution_notes == "The run of the phase ended: rolled back."
