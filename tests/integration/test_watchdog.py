"""The watchdog over the health monitor, on real rows (X16)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette

from db.models.incidents import LaunchIncident
from db.queries import incidents
from db.queries.watchdog import DEDUP_KEY
from db.session import Database
from domain.errors import DependencyDown
from domain.incidents.incidents import IncidentStatus, Severity
from services.phases.health_watchdog import Watchdog
from settings import Settings
from tests.factories.guards import GuardedPhase
from tests.factories.health import Health
from tests.factories.phases import step
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient


class Bell:
    """An alarm that notes who was told what."""

    def __init__(self) -> None:
        self.raised: list[str] = []
        self.resolved: list[str] = []
        self.silenced = False

    async def raise_now(
        self, key: str, title: str, text: str, severity: Severity, since: datetime | None
    ) -> bool:
        assert (bool(title), bool(text), severity) == (True, True, Severity.CRITICAL)
        assert since is None or since.tzinfo is not None
        self.raised.append(key)
        return True

    async def resolve_now(self, key: str, text: str) -> bool:
        assert text
        self.resolved.append(key)
        return True

    async def is_silenced(self) -> bool:
        return self.silenced


class Tower(GuardedPhase):
    """A live phase, and processes that watch whether anybody checks health."""

    def __init__(
        self, app: Starlette, client: GraphQLClient, clock: Clock, settings: Settings
    ) -> None:
        super().__init__(app, client, clock)
        self.bell = Bell()
        self.settings = settings
        self.watchdog = self.another()

    def another(self, **changes: object) -> Watchdog:
        """Another process."""
        settings = self.settings.model_copy(update=changes)
        return Watchdog(self.db, self.runtime.health, settings, self.bell)

    async def leave_gap(self, seconds: int) -> None:
        """So long ago was the last tick."""
        moved = text("UPDATE health_check_states SET updated_at = :at")
        async with self.db.write() as uow:
            await uow.session.execute(moved, {"at": uow.now - timedelta(seconds=seconds)})

    async def newest(self) -> LaunchIncident | None:
        async with self.db.write() as uow:
            return await incidents.lock_newest_with_key(uow.session, DEDUP_KEY)


@pytest.fixture
async def tower(
    app: Starlette, admin: GraphQLClient, health: Health, clock: Clock, settings: Settings
) -> Tower:
    tower = Tower(app, admin, clock, settings)
    await tower.go_live()
    return tower


async def test_unchecked_health_opens_an_incident(tower: Tower) -> None:
    """X16: after 90 s, CRITICAL, with an alert that needs no worker."""
    await tower.leave_gap(91)
    await tower.watchdog.check()
    (incident,) = await tower.incidents()
    assert (incident.dedup_key, incident.severity) == (DEDUP_KEY, Severity.CRITICAL)
    assert incident.phase_id is not None
    assert tower.bell.raised == [DEDUP_KEY]
    assert (await tower.look())["status"] == "ACTIVE"


async def test_a_short_gap_opens_no_incident(tower: Tower) -> None:
    await tower.leave_gap(80)
    await tower.watchdog.check()
    assert (await tower.incidents(), tower.bell.raised) == ([], [])


async def test_a_silence_of_all_checks_opens_no_incident(tower: Tower) -> None:
    """A28: workers may be away while their database is; the next check reports."""
    tower.bell.silenced = True
    await tower.leave_gap(91)
    await tower.watchdog.check()
    assert (await tower.incidents(), tower.bell.raised) == ([], [])
    tower.bell.silenced = False
    await tower.watchdog.check()
    assert tower.bell.raised == [DEDUP_KEY]


class Flaky(Database):
    """A database that may be away."""

    away = False

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        if self.away:
            raise DependencyDown("away")
        async with super().read() as session:
            yield session


async def test_a_returning_database_is_given_time(tower: Tower) -> None:
    """Health was checked all the time; what was seen is only not stored yet."""
    db = Flaky(tower.db.url, clock=tower.clock)
    watchdog = Watchdog(db, tower.runtime.health, tower.settings, tower.bell)
    db.away = True
    await watchdog.check()
    await tower.leave_gap(185)
    db.away = False
    await watchdog.check()
    assert (await tower.incidents(), tower.bell.raised) == ([], [])
    await tower.watchdog.check()  # of one who has seen no outage
    assert tower.bell.raised == [DEDUP_KEY]
    await db.dispose()


async def test_gaps_are_measured_by_the_applications_clock(tower: Tower) -> None:
    """X16: as everything else that decides; that of the database decides nothing."""
    tower.clock.advance(3_600)
    await tower.watchdog.check()
    assert tower.bell.raised == [DEDUP_KEY]
    await tower.runtime.health.tick()
    await tower.watchdog.check()
    assert tower.bell.resolved == [DEDUP_KEY]


async def test_a_paused_phase_is_watched(tower: Tower) -> None:
    """L2, D3: its guards must act, and nobody judges them."""
    await step(tower.client, "pause", tower.phase)
    await tower.leave_gap(600)
    await tower.watchdog.check()
    assert len(await tower.incidents()) == 1


async def test_phases_that_are_not_live_are_not_watched(tower: Tower) -> None:
    await step(tower.client, "complete", tower.phase)
    await tower.leave_gap(600)
    await tower.watchdog.check()
    assert (await tower.incidents(), tower.bell.raised) == ([], [])


async def test_many_processes_open_one_incident(tower: Tower) -> None:
    """X16: and count it once."""
    await tower.leave_gap(91)
    watchdogs = [tower.another() for _ in range(4)]
    for _ in range(2):
        await asyncio.gather(*(watchdog.check() for watchdog in watchdogs))
    (incident,) = await tower.incidents()
    assert incident.occurrences == 1


async def test_returning_ticks_resolve_the_incident(tower: Tower) -> None:
    """X16: whichever process sees it first."""
    await tower.leave_gap(91)
    await tower.watchdog.check()
    await tower.runtime.health.tick()
    await tower.another().check()
    incident = await tower.newest()
    assert incident is not None
    assert incident.status is IncidentStatus.RESOLVED
    assert tower.bell.resolved == [DEDUP_KEY]
    assert await tower.incidents() == []


async def test_the_watchdog_pauses_phases_if_configured(tower: Tower) -> None:
    """X16: policy may PAUSE; then the incident lasts until ticks are back all the same."""
    await tower.leave_gap(91)
    watchdog = tower.another(watchdog_pauses_phases=True)
    await watchdog.check()
    assert (await tower.look())["status"] == "PAUSED"
    await watchdog.check()
    assert len(await tower.incidents()) == 1
    await tower.runtime.health.tick()
    await watchdog.check()
    assert (await tower.look())["status"] == "PAUSED"
    assert await tower.incidents() == []


async def test_the_alert_is_sent_even_if_no_incident_can_be_stored(tower: Tower) -> None:
    """Decision 7: the alert does not depend on the incident."""
    await tower.leave_gap(91)
    async with tower.db.write() as uow:
        await uow.session.execute(
            text("SELECT pg_advisory_xact_lock(hashtext(:key))"), {"key": DEDUP_KEY}
        )
        await tower.watchdog.check()
    assert (await tower.incidents(), tower.bell.raised) == ([], [DEDUP_KEY])
