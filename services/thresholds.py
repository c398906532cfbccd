"""Watches the limits that hold whatever a phase promises, and opens incidents (SPEC S64)."""

import logging
from datetime import timedelta

from db.queries import criteria as queries
from db.queries import incidents as incident_queries
from db.queries import phases as phase_queries
from db.session import Database, UnitOfWork
from domain.incidents import ACTIVE_STATUSES
from domain.phases import PhaseStatus
from domain.thresholds import (
    THRESHOLDS,
    Level,
    Threshold,
    ThresholdState,
    dedup_key,
    next_state,
    severity_of,
)
from domain.verdicts import Look, is_judged
from services import incidents, silences
from services.guard_actions import GUARD
from services.incidents import IncidentDraft
from services.measuring import Eyes, Question

logger = logging.getLogger(__name__)


async def judge_thresholds(db: Database, eyes: Eyes, interval: timedelta) -> None:
    """One look at every limit; one that fails stops no other."""
    questions = [
        Question(item.metric, item.aggregation, item.window_seconds) for item in THRESHOLDS
    ]
    for threshold, look in zip(THRESHOLDS, await eyes.look_all(questions), strict=True):
        try:
            async with db.write() as uow:
                await _settle(uow, threshold, look, interval)
        except Exception:
            logger.exception("thresholds: %s could not be judged", threshold.name)


async def _settle(uow: UnitOfWork, threshold: Threshold, look: Look, interval: timedelta) -> None:
    before = await queries.lock_threshold(uow.session, threshold.name, uow.now)
    if is_judged(before.evaluated_at, uow.now, interval):
        return
    held = await silences.hold(uow.session, uow.now)
    after = next_state(threshold, look, before, uow.now, held=held)
    await queries.save_threshold(uow.session, threshold.name, after, uow.now)
    if after.level is not Level.GOOD:
        await _complain(uow, threshold, before, after)
    elif before.level is not Level.GOOD:
        note = f"Recovered: {after.explanation}"
        await incidents.resolve_by_key(uow, GUARD, dedup_key(threshold), note)


async def _complain(
    uow: UnitOfWork, threshold: Threshold, before: ThresholdState, after: ThresholdState
) -> None:
    """Once for each level; and again where somebody has resolved what still goes on."""
    key = dedup_key(threshold)
    known = await incident_queries.lock_newest_with_key(uow.session, key)
    is_open = known is not None and known.status in ACTIVE_STATUSES
    if is_open and after.level is before.level:
        return
    live = await phase_queries.everything(uow.session, (PhaseStatus.ACTIVE,))
    draft = IncidentDraft(
        type="metric",
        severity=severity_of(threshold, after.level),
        title=f"{threshold.title}: {after.explanation}",
        description=after.explanation,
        phase_id=live[0].id if live else None,
        run_id=live[0].current_run_id if live else None,
        dedup_key=key,
    )
    await incidents.open_incident(uow, GUARD, draft)
