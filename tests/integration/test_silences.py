"""Planned work on real servers: nobody is told, nothing is forgotten (A28)."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from redis.asyncio import Redis
from sqlalchemy import select
from starlette.applications import Starlette

from db.models.health import HealthReading
from db.session import Database
from domain.health.health import CheckType, HealthStatus, Outcome
from domain.incidents.incidents import IncidentStatus
from domain.platform.percent import Percent
from domain.platform.time_ranges import TimeRange
from services.alerting.silence_cache import KEY, SilenceCache
from services.health.health import uptimes
from services.overview import retention
from tests.factories.alerts import AlertCenters, process_round
from tests.factories.guards import ERRORS, RAMP, GuardedPhase
from tests.factories.health import Health
from tests.factories.monitors import MonitorHarness
from tests.factories.silences import create_silence, end_silence
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient
from tests.support.receivers import HttpReceiver

CRITICAL, HEALTHY = HealthStatus.CRITICAL, HealthStatus.HEALTHY
DATABASE, EMAIL = CheckType.DATABASE, CheckType.EMAIL
FIRED = "[CRITICAL] Database check is critical"


@pytest.fixture
async def web(db: Database, redis: Redis) -> AsyncIterator[Database]:
    """A process that has changed silences: it tells Redis after each commit."""
    database = Database(db.url, clock=db.clock)
    database.on_commit(SilenceCache(database, redis).after_commit)
    yield database
    await database.dispose()


async def test_problems_that_end_within_a_silence_send_no_alert(
    desk: AlertCenters, clock: Clock, receiver: HttpReceiver
) -> None:
    """No message, no incident; and the next outage is told as ever."""
    silence = await create_silence(desk.db, DATABASE)
    center = desk.process()
    for status in (CRITICAL, CRITICAL, HEALTHY):
        await process_round(center, clock, status)
    await center.sweep()
    assert (receiver.titles, await desk.incidents()) == ([], [])
    await end_silence(desk.db, silence)
    await process_round(center, clock, CRITICAL)
    assert receiver.titles == [FIRED]


async def test_problems_that_outlast_a_silence_are_alerted_at_its_end(
    desk: AlertCenters, clock: Clock, receiver: HttpReceiver
) -> None:
    """With its incident; how late it is told counts from the end of the work (S99)."""
    await create_silence(desk.db, minutes=30)
    center = desk.process()
    began = clock()
    await process_round(center, clock, CRITICAL)
    clock.advance(30 * 60 + 1)
    await center.sweep()
    await center.idle()
    assert receiver.titles == [FIRED]
    assert "It began in a silence" in receiver.messages[0]["message"]
    (incident,) = await desk.incidents()
    assert abs(incident.created_at - began) < timedelta(seconds=5)
    (message,) = await desk.deliveries()
    assert message.sent_at is not None
    assert message.sent_at - message.first_bad_at < timedelta(seconds=5)


async def test_other_checks_are_still_alerted(
    desk: AlertCenters, clock: Clock, receiver: HttpReceiver
) -> None:
    await create_silence(desk.db, EMAIL)
    await process_round(desk.process(), clock, CRITICAL)
    assert receiver.titles == [FIRED]


async def test_incidents_opened_before_a_silence_are_resolved(
    desk: AlertCenters, clock: Clock, receiver: HttpReceiver
) -> None:
    """A25: it was told, so its end is."""
    center = desk.process()
    await process_round(center, clock, CRITICAL)
    await create_silence(desk.db)
    clock.advance(20 * 60)
    await center.sweep()
    await process_round(center, clock, HEALTHY)
    assert len(receiver.titles) == 2
    assert (await desk.incidents())[0].status is IncidentStatus.RESOLVED


async def test_silences_apply_during_database_maintenance(
    desk: AlertCenters, web: Database, clock: Clock, receiver: HttpReceiver, no_database: Database
) -> None:
    """Decision 7: it reaches Redis with its commit, not with the next look of a worker."""
    await create_silence(web)
    await process_round(desk.process(db=no_database), clock, CRITICAL)
    assert receiver.titles == []


async def test_silences_are_restored_to_redis(desk: AlertCenters, clock: Clock) -> None:
    await create_silence(desk.db)
    await desk.redis.delete(KEY)
    await desk.process().sweep()
    assert await desk.redis.hlen(KEY) == 1
    clock.advance(3 * 86_400)
    await desk.process().sweep()
    assert await desk.redis.hlen(KEY) == 0


async def silenced(db: Database) -> set[CheckType]:
    """Checks with samples that are marked."""
    query = select(HealthReading.check_type).where(HealthReading.silenced)
    async with db.read() as session:
        return set(await session.scalars(query))


async def test_silenced_samples_are_marked_and_excluded_from_uptime(
    db: Database, redis: Redis, clock: Clock
) -> None:
    """A27, A28: also after they were folded."""
    world = MonitorHarness(db, redis)
    await world.monitor.tick()
    await create_silence(db, DATABASE)
    world.fail(DATABASE, Outcome.FAILED)
    world.fail(EMAIL, Outcome.FAILED)
    clock.advance(30)
    await world.monitor.tick()
    assert await silenced(db) == {DATABASE}
    for age in (0, 49 * 3_600):
        clock.advance(age)
        await retention.sweep(db)
        keys = [(check, TimeRange.LAST_7D) for check in (DATABASE, EMAIL)]
        async with db.read() as session:
            uptimes_by_key = await uptimes(session, keys, clock=clock)
        assert uptimes_by_key[keys[0]] == Percent(100)
        assert uptimes_by_key[keys[1]] < Percent(100)
    assert await world.stored() == 0


@pytest.fixture
def guarded(app: Starlette, admin: GraphQLClient, health: Health, clock: Clock) -> GuardedPhase:
    return GuardedPhase(app, admin, clock)


async def test_silences_hold_criteria_and_thresholds(guarded: GuardedPhase) -> None:
    """A28: a burst of errors in planned work rolls nothing back; after it the rules are as ever."""
    await guarded.go_live(ERRORS)
    silence = await create_silence(guarded.db)
    for _ in range(3):
        await guarded.tick(1_000, errors=500)
    await guarded.watch_limits(1_000, errors=500)
    phase = await guarded.look()
    assert (phase["status"], await guarded.incidents()) == ("ACTIVE", [])
    assert phase["successCriteria"][0]["verdict"] == "INCONCLUSIVE"
    assert "new disks" in phase["successCriteria"][0]["explanation"]
    await end_silence(guarded.db, silence)
    for _ in range(2):
        await guarded.tick(1_000, errors=500)
    assert (await guarded.look())["status"] == "ROLLED_BACK"


async def test_a_silence_holds_only_criteria_that_depend_on_its_checks(
    guarded: GuardedPhase,
) -> None:
    """L16: e-mail is silenced; errors still roll back, and readiness names what is held."""
    emails = {**ERRORS, "key": "letters", "threshold": 90.0, "dependsOn": ["EMAIL"]}
    await guarded.go_live(ERRORS, emails)
    await create_silence(guarded.db, EMAIL)
    await guarded.tick(1_000, errors=500)
    document = """query ($id: ID!) { launchPhase(id: $id) {
      readiness { checks { key ok detail } }
      successCriteria { criterion { dependsOn checks } } } }"""
    phase = (await guarded.client.data(document, id=guarded.phase))["launchPhase"]
    (check,) = [item for item in phase["readiness"]["checks"] if item["key"] == "silences"]
    assert (check["ok"], check["detail"].startswith("Criterion letters is not judged")) == (
        False,
        True,
    )
    assert [item["criterion"] for item in phase["successCriteria"]] == [
        {"dependsOn": None, "checks": ["DATABASE", "API", "AUTH"]},
        {"dependsOn": ["EMAIL"], "checks": ["EMAIL"]},
    ]
    errors, silenced = (await guarded.look())["successCriteria"]
    assert (errors["verdict"], silenced["verdict"]) == ("FAILING", "INCONCLUSIVE")
    await guarded.tick(1_000, errors=500)
    assert (await guarded.look())["status"] == "ROLLED_BACK"


async def test_advancing_during_a_silence_warns_of_held_criteria(guarded: GuardedPhase) -> None:
    """L16: by advance and by complete, as long as the silence lasts."""
    emails = {**ERRORS, "key": "letters", "dependsOn": ["EMAIL"]}
    await guarded.go_live(ERRORS, emails, steps=RAMP)
    assert await _warnings(guarded, "advance") == []
    silence = await create_silence(guarded.db, EMAIL)
    (warning,) = await _warnings(guarded, "advance")
    assert warning.startswith("Criterion letters is not judged: silence until")
    assert await _warnings(guarded, "complete") == [warning]
    await end_silence(guarded.db, silence)


async def _warnings(guarded: GuardedPhase, action: str) -> list[str]:
    document = f"""mutation ($id: ID!) {{ {action}LaunchPhase(input: {{phaseId: $id}}) {{
      warnings errors {{ message }} }} }}"""
    payload = (await guarded.client.data(document, id=guarded.phase))[f"{action}LaunchPhase"]
    assert payload["errors"] == []
    return list(payload["warnings"])


async def test_a_silence_can_leave_criteria_active(guarded: GuardedPhase) -> None:
    await guarded.go_live(ERRORS)
    await create_silence(guarded.db, EMAIL, holds_criteria=False)
    for _ in range(2):
        await guarded.tick(1_000, errors=500)
    assert (await guarded.look())["status"] == "ROLLED_BACK"
