"""The watchdog: a live phase without health checks is an incident of its own (X16).

It runs in every process, web processes included, because no worker may be alive to run it.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from db.queries import phases as phase_queries
from db.queries import watchdog as queries
from db.queries.watchdog import DEDUP_KEY, HealthCheckGap
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

TITLE = "Health checks of the launch have stopped"

_LIVE_STATUSES = (PhaseStatus.ACTIVE, PhaseStatus.PAUSED)
_MAX_INTERVAL_SECONDS = 15.0
_CHECKS_PER_GAP = 6  # how often the watchdog runs within the longest gap that it allows


class Watchdog:
    """Reports a gap between health checks while a phase is live; there is one in each process."""

    def __init__(
        self,
        db: Database,
        monitor: HealthMonitor,
        settings: Settings,
        alarm: Alarm,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read the limits. `monotonic` measures how long the database has not answered."""
        interval = settings.health_interval_seconds
        self._db = db
        self._monitor = monitor
        self._alarm = alarm
        self._max_gap_seconds = max(settings.health_stale_after_seconds, 2 * interval)
        self._pauses_phases = settings.watchdog_pauses_phases
        self._interval_seconds = min(_MAX_INTERVAL_SECONDS, self._max_gap_seconds / _CHECKS_PER_GAP)
        self._is_any_phase_live = False
        self._alarmed = False
        self._monotonic = monotonic
        self._last_answer_at = monotonic()
        self._is_database_down = False
        self._grace_ends_at = 0.0
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the periodic check."""
        self._task = asyncio.create_task(self._run(), name="watchdog")

    async def stop(self) -> None:
        """Stop the periodic check."""
        await background.end(self._task)

    async def check(self) -> None:
        """Report a gap that is too long, and resolve the report once health is checked again."""
        try:
            async with self._db.read() as session:
                gap = await queries.read_gap(session, self._db.clock())
        except DependencyDown:
            self._is_database_down = True
            await self._check_without_database()
            return
        self._note_answer(gap)
        if self._is_too_long(gap):
            if gap.is_reported or await self._may_report():
                await self._report(gap)
        elif self._is_short(gap) and (gap.is_reported or self._alarmed):
            await self._resolve()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._interval_seconds)
            try:
                await self.check()
            except Exception:
                logger.exception("watchdog: the check failed; it is repeated")

    def _note_answer(self, gap: HealthCheckGap) -> None:
        now = self._monotonic()
        self._is_any_phase_live, self._last_answer_at = gap.live_phases > 0, now
        if self._is_database_down:
            self._is_database_down, self._grace_ends_at = False, now + self._max_gap_seconds

    async def _may_report(self) -> bool:
        """Wait after an outage of the database: the checks made meanwhile are not stored yet."""
        return self._monotonic() >= self._grace_ends_at and not await self._alarm.is_silenced()

    def _is_too_long(self, gap: HealthCheckGap) -> bool:
        return gap.live_phases > 0 and not self._is_short(gap)

    def _is_short(self, gap: HealthCheckGap) -> bool:
        return gap.seconds is not None and gap.seconds <= self._max_gap_seconds

    async def _report(self, gap: HealthCheckGap) -> None:
        text = f"No health check for {gap.seconds or 0:.0f} s while a phase is live."
        if not self._alarmed:
            logger.warning("watchdog: %s", text)
        try:
            if not gap.is_reported:
                await self._open_incident(text)
        finally:
            # The alert is raised even where the incident could not be stored.
            await self._raise_alarm(text, gap.last_check_at)

    async def _open_incident(self, text: str) -> None:
        async with self._db.write() as uow:
            if not await queries.try_lock(uow.session):
                return
            gap = await queries.read_gap(uow.session, uow.now)
            if gap.is_reported or not self._is_too_long(gap):
                return
            live = await phase_queries.list_all(uow.session, _LIVE_STATUSES)
            draft = IncidentDraft(
                type="watcher",  # a stored value: it keeps the word of the first release
                severity=Severity.CRITICAL,
                title=TITLE,
                description=f"{text} Are the workers running, and can they reach the database?",
                phase_id=live[0].id,
                run_id=live[0].current_run_id,
                dedup_key=DEDUP_KEY,
                first_bad_at=gap.last_check_at,
                observation=Observation(text, gap.seconds, "s"),
                links=causes.of_watchdog(),
            )
            if self._pauses_phases:
                for phase in live:
                    await _pause_phase(uow, phase.id, text)
            await incident_causes.report(uow, WATCHDOG, draft)

    async def _resolve(self) -> None:
        """Resolve incident and alert. Only new checks do so, not the end of the last live phase."""
        async with self._db.write() as uow:
            await incident_causes.mark_recovered(
                uow, WATCHDOG, DEDUP_KEY, "Health is checked again."
            )
        await self._alarm.resolve_now(DEDUP_KEY, "Health is checked again.")
        self._alarmed = False

    async def _check_without_database(self) -> None:
        """Raise the alarm unless Redis shows that health is still being checked."""
        outage_seconds = self._monotonic() - self._last_answer_at
        if not self._is_any_phase_live or outage_seconds <= self._max_gap_seconds:
            return
        snapshot = await self._monitor.latest()
        age = self._db.clock() - snapshot.at
        if not snapshot.checks or age > timedelta(seconds=self._max_gap_seconds):
            text = f"No answer from the database and no health check for {outage_seconds:.0f} s."
            await self._raise_alarm(text, None)

    async def _raise_alarm(self, text: str, since: datetime | None) -> None:
        self._alarmed = True
        await self._alarm.raise_now(DEDUP_KEY, TITLE, text, Severity.CRITICAL, since)


async def _pause_phase(uow: UnitOfWork, phase_id: UUID, text: str) -> None:
    """Pause a phase as the settings ask for: its ramp must not continue without health checks."""
    phase = await phase_queries.lock(uow.session, phase_id)
    uow.refresh_now()
    if phase is not None and phase.status is PhaseStatus.ACTIVE:
        move(uow, WATCHDOG, phase, PhaseAction.PAUSE, reason=text)
