"""Judges the limits that apply to every launch, and opens incidents for them (S64)."""

import logging
from datetime import datetime, timedelta

from db.queries import criteria as queries
from db.queries import phases as phase_queries
from db.session import Database, UnitOfWork
from domain.incidents import incident_causes as causes
from domain.incidents.incidents import Observation
from domain.metrics.metric_dependencies import checks_of_metric
from domain.metrics.readings import MetricReading
from domain.phases.pauses import GUARD
from domain.phases.phases import PhaseStatus
from domain.phases.thresholds import (
    THRESHOLDS,
    Level,
    Threshold,
    ThresholdState,
    dedup_key,
    next_threshold_state,
    severity_of,
)
from domain.phases.verdicts import was_just_judged
from services.alerting import silences
from services.incidents import incident_causes
from services.incidents.incidents import IncidentDraft
from services.metrics import onsets
from services.metrics.metric_probe import MetricQuery, MetricReader
from services.metrics.onsets import OnsetQuery

logger = logging.getLogger(__name__)


async def judge_thresholds(db: Database, reader: MetricReader, interval: timedelta) -> None:
    """Judge every limit once; an error in one affects no other."""
    metric_queries = [
        MetricQuery(item.metric, item.aggregation, item.window_seconds) for item in THRESHOLDS
    ]
    for threshold, reading in zip(THRESHOLDS, await reader.read_all(metric_queries), strict=True):
        try:
            async with db.write() as uow:
                await _judge_threshold(uow, threshold, reading, interval)
        except Exception:
            logger.exception("thresholds: %s could not be judged", threshold.name)


async def _judge_threshold(
    uow: UnitOfWork, threshold: Threshold, reading: MetricReading, interval: timedelta
) -> None:
    before = await queries.lock_threshold(uow.session, threshold.name, uow.now)
    if was_just_judged(before.evaluated_at, uow.now, interval):
        return
    suppressed_by = await silences.load_suppressions(uow.session, uow.now)
    reason = suppressed_by(checks_of_metric(threshold.metric))
    after = next_threshold_state(threshold, reading, before, uow.now, suppressed_by=reason)
    await queries.save_threshold(uow.session, threshold.name, after, uow.now)
    if after.level is not Level.GOOD:
        await _report(uow, threshold, before, after)
    elif before.level is not Level.GOOD:
        note = f"Recovered: {after.explanation}"
        await incident_causes.mark_recovered(uow, GUARD, dedup_key(threshold), note)


async def _report(
    uow: UnitOfWork, threshold: Threshold, before: ThresholdState, after: ThresholdState
) -> None:
    """Open the incident: once for each level, and again if it was resolved while it goes on."""
    key = dedup_key(threshold)
    await incident_causes.lock_reports(uow)
    is_open = await incident_causes.is_open(uow, key)
    observation = _observation(threshold, after)
    if is_open and after.level is before.level:
        await incident_causes.observe(uow, key, observation)
        return
    live = await phase_queries.list_all(uow.session, (PhaseStatus.ACTIVE,))
    draft = IncidentDraft(
        type="metric",
        severity=severity_of(threshold, after.level),
        title=threshold.title,
        description=after.explanation,
        phase_id=live[0].id if live else None,
        run_id=live[0].current_run_id if live else None,
        dedup_key=key,
        first_bad_at=await _first_bad_at(uow, threshold, after, is_open=is_open),
        observation=observation,
        links=causes.of_limit(threshold.metric),
    )
    await incident_causes.report(uow, GUARD, draft)


async def _first_bad_at(
    uow: UnitOfWork, threshold: Threshold, after: ThresholdState, *, is_open: bool
) -> datetime:
    """Find the first sample beyond the limit; for an open incident, the one that made it worse."""
    query = OnsetQuery(
        threshold.metric,
        threshold.aggregation,
        threshold.window_seconds,
        uow.now if is_open else after.failing_since or uow.now,
    )
    is_warning = threshold.warning is not None and not is_open
    limit = threshold.warning if is_warning else threshold.critical
    return await onsets.first_bad_sample(
        uow.session, query, lambda value: threshold.exceeds(value, limit)
    )


def _observation(threshold: Threshold, after: ThresholdState) -> Observation:
    return Observation(after.explanation, after.value, threshold.unit)
