"""Watches the watcher: a live phase that nobody checks is an incident of its own (X16).

Every process does this, web processes too, because no worker may be alive to do it.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from db.queries import phases as phase_queries
from db.queries import watcher as queries
from db.queries.watcher import KEY, MonitorState
from db.session import Database, UnitOfWork
from domain.errors import DependencyDown
from domain.incidents import incident_causes as causes
from domain.incidents.incidents import Observation, Severity
from domain.phases.pauses import WATCHDOG
from domain.phases.phases import PhaseAction, PhaseStatus
from services.alerting.alarm import Alarm
from services.health.health_monitor import HealthMonitor
from services.incidents import incident_causes
from services.incidents.incidents import IncidentDraft
from services.phases.phase_changes import move
from services.platform import background
from settings import Settings

logger = logging.getLogger(__name__)

TITLE = "Nobody checks the health of the launch"

_LIVE = (PhaseStatus.ACTIVE, PhaseStatus.PAUSED)
_LONGEST_PAUSE = 15.0
_LOOKS = 6  # within the time of silence


class Watchdog:
    """One a process."""

    def __init__(
        self,
        db: Database,
        monitor: HealthMonitor,
        settings: Settings,
        alarm: Alarm,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is looked at yet. `monotonic` counts the seconds of an outage."""
        interval = settings.health_interval_seconds
        self._db = db
        self._monitor = monitor
        self._alarm = alarm
        self._limit = max(settings.health_stale_after_seconds, 2 * interval)
        self._pauses = settings.watchdog_pauses_phases
        self._pause = min(_LONGEST_PAUSE, self._limit / _LOOKS)
        self._live = False
        self._alarmed = False
        self._monotonic = monotonic
        self._answered_at = monotonic()
        self._away = False
        self._settled_at = 0.0
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name="watcher")

    async def stop(self) -> None:
        """End."""
        await background.end(self._task)

    async def look(self) -> None:
        """One look: report silence, take the report back when checks go on."""
        try:
            async with self._db.read() as session:
                silence = await queries.read_state(session, self._db.clock())
        except DependencyDown:
            self._away = True
            await self._look_without_database()
            return
        self._note(silence)
        if self._is_silent(silence):
            if silence.reported or await self._may_complain():
                await self._report(silence)
        elif self._is_watched(silence) and (silence.reported or self._alarmed):
            await self._take_back()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._pause)
            try:
                await self.look()
            except Exception:
                logger.exception("watcher: the look failed and is tried again")

    def _note(self, silence: MonitorState) -> None:
        now = self._monotonic()
        self._live, self._answered_at = silence.live > 0, now
        if self._away:
            self._away, self._settled_at = False, now + self._limit

    async def _may_complain(self) -> bool:
        """Not while ticks that a database that was away could not take are still on their way."""
        return self._monotonic() >= self._settled_at and not await self._alarm.is_silenced()

    def _is_silent(self, silence: MonitorState) -> bool:
        return silence.live > 0 and not self._is_watched(silence)

    def _is_watched(self, silence: MonitorState) -> bool:
        return silence.seconds is not None and silence.seconds <= self._limit

    async def _report(self, silence: MonitorState) -> None:
        text = f"No health check for {silence.seconds or 0:.0f} s while a phase is live."
        if not self._alarmed:
            logger.warning("watcher: %s", text)
        try:
            if not silence.reported:
                await self._open_incident(text)
        finally:
            # People are told even where the incident could not be entered.
            await self._raise(text, silence.last_tick)

    async def _open_incident(self, text: str) -> None:
        async with self._db.write() as uow:
            if not await queries.try_report_lock(uow.session):
                return
            silence = await queries.read_state(uow.session, uow.now)
            if silence.reported or not self._is_silent(silence):
                return
            live = await phase_queries.list_all(uow.session, _LIVE)
            draft = IncidentDraft(
                type="watcher",
                severity=Severity.CRITICAL,
                title=TITLE,
                description=f"{text} Are the workers running, and can they reach the database?",
                phase_id=live[0].id,
                run_id=live[0].current_run_id,
                dedup_key=KEY,
                first_bad_at=silence.last_tick,
                observation=Observation(text, silence.seconds, "s"),
                links=causes.of_watcher(),
            )
            if self._pauses:
                for phase in live:
                    await _hold(uow, phase.id, text)
            await incident_causes.report(uow, WATCHDOG, draft)

    async def _take_back(self) -> None:
        """Only fresh checks end it; the end of the last live phase does not."""
        async with self._db.write() as uow:
            await incident_causes.recovered(uow, WATCHDOG, KEY, "Health is checked again.")
        await self._alarm.resolve_now(KEY, "Health is checked again.")
        self._alarmed = False

    async def _look_without_database(self) -> None:
        """Redis may know that checks go on; where it does not either, nobody knows anything."""
        away = self._monotonic() - self._answered_at
        if not self._live or away <= self._limit:
            return
        snapshot = await self._monitor.latest()
        age = self._db.clock() - snapshot.at
        if not snapshot.checks or age > timedelta(seconds=self._limit):
            text = f"No answer from the database and no health check for {away:.0f} s."
            await self._raise(text, None)

    async def _raise(self, text: str, since: datetime | None) -> None:
        self._alarmed = True
        await self._alarm.raise_now(KEY, TITLE, text, Severity.CRITICAL, since)


async def _hold(uow: UnitOfWork, phase_id: UUID, text: str) -> None:
    """WATCHDOG_PAUSES_PHASES: what nobody watches does not go on by itself."""
    phase = await phase_queries.lock(uow.session, phase_id)
    uow.refresh_now()
    if phase is not None and phase.status is PhaseStatus.ACTIVE:
        move(uow, WATCHDOG, phase, PhaseAction.PAUSE, reason=text)
