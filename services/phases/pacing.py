"""Holds a ramp until things are well (A7, X11)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.codecs import criteria_of, steps_of
from db.models.phases import LaunchPhase
from db.queries import criteria as queries
from db.queries import incidents as incident_queries
from domain.health.health import HealthSnapshot
from domain.metrics.criteria import Aggregation
from domain.metrics.metrics import ERROR_RATE
from domain.metrics.readings import MetricReading
from domain.phases.pacing import BURN_SECONDS, Facts, Policy, holds, waits_for_people
from domain.phases.phases import PhaseStatus, is_last_step
from domain.phases.verdicts import SETTLING, UNJUDGED
from services.health.health_monitor import HealthMonitor
from services.metrics import metric_reads
from settings import Settings


@dataclass(frozen=True, slots=True)
class Pace:
    """What cannot be read in the transaction: asked for before it opens."""

    health: HealthSnapshot
    policy: Policy


async def pace_of(monitor: HealthMonitor, settings: Settings) -> Pace:
    """The newest health that any process knows, and the rules of this launch."""
    interval = timedelta(seconds=settings.health_interval_seconds)
    policy = Policy(interval, settings.assistance_capacity or None)
    return Pace(await monitor.latest(), policy)


async def held_by(
    session: AsyncSession, phase: LaunchPhase, pace: Pace, now: datetime
) -> list[str]:
    """What keeps the ramp of a phase from its next step; empty where nothing does."""
    steps = steps_of(phase.steps)
    if is_last_step(steps, phase.step_index):
        return []
    if phase.status is PhaseStatus.PAUSED:
        return [_paused(phase)]
    if phase.status is not PhaseStatus.ACTIVE:
        return []
    facts = await _facts(session, phase, pace, now)
    return [*waits_for_people(steps, phase.step_index), *holds(facts, pace.policy, now)]


def _paused(phase: LaunchPhase) -> str:
    pause = phase.pause
    author = pause.sentence if pause else "The phase is paused"
    return f"{author.rstrip('.')}. It goes on when somebody resumes it."


async def _facts(session: AsyncSession, phase: LaunchPhase, pace: Pace, now: datetime) -> Facts:
    run_id = phase.current_run_id
    states = (await queries.states_of_runs(session, [run_id]))[run_id] if run_id else {}
    severe = await incident_queries.severe_open(session)
    return Facts(
        health=pace.health,
        criteria=[
            (item, states.get(item.key, UNJUDGED)) for item in criteria_of(phase.success_criteria)
        ],
        incidents=[
            f"#{row.number} ({row.severity.name}) {row.title}"
            for row in severe
            if row.acknowledged_at is None
        ],
        errors=await _errors(session, phase, now),
        waiting_for_help=await queries.waiting_for_help(session),
    )


async def _errors(session: AsyncSession, phase: LaunchPhase, now: datetime) -> MetricReading:
    """How many requests failed lately, in this run."""
    since = phase.started_at + SETTLING if phase.started_at else None
    found = await metric_reads.measure(
        session, ERROR_RATE, Aggregation.RATE, BURN_SECONDS, now, since
    )
    return MetricReading(found.value, found.samples)
