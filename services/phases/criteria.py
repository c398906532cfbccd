"""Judges the success criteria of live phases and applies their guards (X1, A9 to A11)."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from db.codecs import criteria_of
from db.models.phases import LaunchPhase
from db.queries import criteria as queries
from db.queries import phases as phase_queries
from db.session import Database, UnitOfWork
from domain.events.criteria import CriterionJudged
from domain.ids import PhaseId, RunId
from domain.incidents.incidents import Observation
from domain.metrics.criteria import Criterion, GuardAction
from domain.metrics.metric_dependencies import checks_of
from domain.metrics.readings import MetricReading
from domain.phases.guards import due_action
from domain.phases.pauses import GUARD
from domain.phases.phases import PhaseStatus
from domain.phases.verdicts import (
    MAX_STREAK_GAP,
    METRIC_HANDOVER_DELAY,
    UNJUDGED,
    CriterionState,
    is_met,
    judge_criterion,
    unit_of,
    was_just_judged,
)
from services.alerting import silences
from services.alerting.silences import SuppressionLookup
from services.incidents import incident_causes
from services.metrics import onsets
from services.metrics.metric_probe import MetricQuery, MetricReader
from services.metrics.onsets import OnsetQuery
from services.phases import guard_actions
from services.phases.guard_actions import DueAction
from services.phases.phase_reads import is_live

logger = logging.getLogger(__name__)

_LIVE_STATUSES = (PhaseStatus.ACTIVE, PhaseStatus.PAUSED)

States = Mapping[str, CriterionState]


async def judge_phases(db: Database, reader: MetricReader, interval: timedelta) -> None:
    """Judge every criterion of every live phase once; an error in one phase affects no other."""
    async with db.read() as session:
        live = await phase_queries.list_all(session, _LIVE_STATUSES)
    for phase in live:
        try:
            await judge_phase(db, reader, interval, phase)
        except Exception:
            logger.exception("criteria: %s could not be judged", phase.key)


async def judge_phase(
    db: Database, reader: MetricReader, interval: timedelta, phase: LaunchPhase
) -> None:
    """Read the metrics outside of any transaction, then judge and apply guards in one."""
    criteria = criteria_of(phase.success_criteria)
    if not criteria or phase.current_run_id is None or phase.started_at is None:
        return
    results = await reader.read_all([_metric_query(item, phase.started_at) for item in criteria])
    readings = dict(zip(criteria, results, strict=True))
    async with db.write() as uow:
        await _judge_locked(uow, phase.id, phase.current_run_id, readings, interval)


async def _judge_locked(
    uow: UnitOfWork,
    phase_id: UUID,
    run_id: UUID,
    readings: Mapping[Criterion, MetricReading],
    interval: timedelta,
) -> None:
    """Judge and act, unless the phase has changed its run or status since it was measured."""
    phase = await phase_queries.lock(uow.session, phase_id)
    uow.refresh_now()
    if phase is None or phase.current_run_id != run_id or not is_live(phase):
        return
    before = (await queries.states_of_runs(uow.session, [run_id]))[run_id]
    if any(was_just_judged(state.evaluated_at, uow.now, interval) for state in before.values()):
        return
    criteria = [item for item in criteria_of(phase.success_criteria) if item in readings]
    suppressed_by = await silences.load_suppressions(uow.session, uow.now)
    after = {
        item.key: _next_state(phase, item, readings[item], before, uow.now, interval, suppressed_by)
        for item in criteria
    }
    actions = await _apply_guards(uow, phase, criteria, after)
    after |= {key: replace(after[key], acted=action) for key, action in actions.items()}
    await queries.save_states(uow.session, run_id, after, uow.now)
    for key, state in after.items():
        previous = before.get(key, UNJUDGED)
        await _record_verdict(uow, phase_id, run_id, key, previous, state, actions.get(key))
        await _update_incident(uow, run_id, key, previous, state)


def _next_state(
    phase: LaunchPhase,
    criterion: Criterion,
    reading: MetricReading,
    before: States,
    now: datetime,
    interval: timedelta,
    suppressed_by: SuppressionLookup,
) -> CriterionState:
    assert phase.started_at is not None
    return judge_criterion(
        criterion,
        reading,
        before.get(criterion.key, UNJUDGED),
        started_at=phase.started_at,
        now=now,
        max_gap=max(MAX_STREAK_GAP, 3 * interval),
        suppressed_by=suppressed_by(checks_of(criterion)),
    )


async def _apply_guards(
    uow: UnitOfWork, phase: LaunchPhase, criteria: Sequence[Criterion], after: States
) -> Mapping[str, GuardAction]:
    """Apply the guards that are due. They act while the run is live, during a pause too (D3)."""
    due = {}
    for item in criteria:
        state = after[item.key]
        action = due_action(item, state)
        if action is not None:
            began = await _first_bad_at(uow, phase, item, state)
            due[item.key] = DueAction(action, item, _observation(item, state), began)
    return await guard_actions.apply(uow, phase, due) if due else {}


async def _first_bad_at(
    uow: UnitOfWork, phase: LaunchPhase, criterion: Criterion, state: CriterionState
) -> datetime | None:
    """Find the first bad sample; None where the guard acts on missing data."""
    if state.failing_since is None or phase.started_at is None:
        return None
    query = OnsetQuery(
        criterion.metric,
        criterion.aggregation,
        criterion.window_seconds,
        state.failing_since,
        phase.started_at + METRIC_HANDOVER_DELAY,
    )
    return await onsets.first_bad_sample(
        uow.session, query, lambda value: not is_met(criterion, value)
    )


def _observation(criterion: Criterion, state: CriterionState) -> Observation:
    return Observation(state.explanation, state.value, unit_of(criterion, state))


async def _record_verdict(
    uow: UnitOfWork,
    phase_id: UUID,
    run_id: UUID,
    key: str,
    before: CriterionState,
    after: CriterionState,
    action: GuardAction | None,
) -> None:
    if after.verdict is not before.verdict or action is not None:
        event = CriterionJudged(
            phase_id=PhaseId(phase_id),
            run_id=RunId(run_id),
            key=key,
            before=before.verdict,
            state=after,
            action_taken=action,
        )
        uow.record(GUARD, event)


async def _update_incident(
    uow: UnitOfWork, run_id: UUID, key: str, before: CriterionState, after: CriterionState
) -> None:
    """Resolve the incident of a guard that has acted, or note what is measured now."""
    if before.acted is None:
        return
    cause = guard_actions.dedup_key(run_id, key)
    if after.acted is None:
        note = f"Recovered: {after.explanation}"
        await incident_causes.mark_recovered(uow, GUARD, cause, note)
    elif after.judged is not None:
        await incident_causes.observe(uow, cause, _observation(after.judged, after))


def _metric_query(criterion: Criterion, started_at: datetime) -> MetricQuery:
    return MetricQuery(
        criterion.metric,
        criterion.aggregation,
        criterion.window_seconds,
        started_at + METRIC_HANDOVER_DELAY,
    )
