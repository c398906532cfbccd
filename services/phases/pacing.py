"""What keeps the ramp of a phase from its next step (A7, X11)."""

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
from domain.phases.pacing import (
    BURN_RATE_SECONDS,
    PacingPolicy,
    RampConditions,
    blockers_of_next_step,
    manual_step_blockers,
)
from domain.phases.phases import PhaseStatus, is_last_step
from domain.phases.verdicts import METRIC_HANDOVER_DELAY, UNJUDGED
from services.health.health_monitor import HealthMonitor
from services.metrics import metric_reads
from settings import Settings


@dataclass(frozen=True, slots=True)
class PacingContext:
    """Health and the rules of this launch, read before the transaction begins."""

    health: HealthSnapshot
    policy: PacingPolicy


async def load_pacing_context(monitor: HealthMonitor, settings: Settings) -> PacingContext:
    """Read the latest health that any process knows, and the rules from the settings."""
    interval = timedelta(seconds=settings.health_interval_seconds)
    policy = PacingPolicy(interval, settings.assistance_capacity or None)
    return PacingContext(await monitor.latest(), policy)


async def blockers_of_phase(
    session: AsyncSession, phase: LaunchPhase, context: PacingContext, now: datetime
) -> list[str]:
    """Return what keeps the ramp of a phase from its next step, as sentences."""
    steps = steps_of(phase.steps)
    if is_last_step(steps, phase.step_index):
        return []
    if phase.status is PhaseStatus.PAUSED:
        return [_pause_sentence(phase)]
    if phase.status is not PhaseStatus.ACTIVE:
        return []
    conditions = await _conditions(session, phase, context, now)
    return [
        *manual_step_blockers(steps, phase.step_index),
        *blockers_of_next_step(conditions, context.policy, now),
    ]


def _pause_sentence(phase: LaunchPhase) -> str:
    pause = phase.pause
    author = pause.sentence if pause else "The phase is paused"
    return f"{author.rstrip('.')}. It continues when somebody resumes it."


async def _conditions(
    session: AsyncSession, phase: LaunchPhase, context: PacingContext, now: datetime
) -> RampConditions:
    run_id = phase.current_run_id
    states = (await queries.states_of_runs(session, [run_id]))[run_id] if run_id else {}
    severe = await incident_queries.severe_open(session)
    return RampConditions(
        health=context.health,
        criteria=[
            (criterion, states.get(criterion.key, UNJUDGED))
            for criterion in criteria_of(phase.success_criteria)
        ],
        incidents=[
            f"#{row.number} ({row.severity.name}) {row.title}"
            for row in severe
            if row.acknowledged_at is None
        ],
        errors=await _recent_error_rate(session, phase, now),
        waiting_for_help=await queries.waiting_for_help(session),
    )


async def _recent_error_rate(
    session: AsyncSession, phase: LaunchPhase, now: datetime
) -> MetricReading:
    """Measure the share of requests that failed lately, in this run."""
    counts_from = phase.started_at + METRIC_HANDOVER_DELAY if phase.started_at else None
    measurement = await metric_reads.measure(
        session, ERROR_RATE, Aggregation.RATE, BURN_RATE_SECONDS, now, counts_from
    )
    return MetricReading(measurement.value, measurement.samples)
