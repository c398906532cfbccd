"""Judges the success criteria of live phases, and acts on them (X1, A9 to A11)."""

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
from domain.phases.pauses import GUARD
from domain.phases.phases import PhaseStatus
from domain.phases.verdicts import (
    FORGET_AFTER,
    SETTLING,
    UNJUDGED,
    CriterionState,
    due_action,
    is_judged,
    is_kept,
    judge,
    unit_of,
)
from services.alerting import silences
from services.alerting.silences import Holds
from services.incidents import incident_causes
from services.metrics import onsets
from services.metrics.metric_probe import MetricQuery, MetricReader
from services.phases import guard_actions
from services.phases.phase_reads import is_live

logger = logging.getLogger(__name__)

_LIVE = (PhaseStatus.ACTIVE, PhaseStatus.PAUSED)

States = Mapping[str, CriterionState]


async def judge_phases(db: Database, reader: MetricReader, interval: timedelta) -> None:
    """One look at every criterion of every live phase; a phase that fails stops no other."""
    async with db.read() as session:
        live = await phase_queries.list_all(session, _LIVE)
    for phase in live:
        try:
            await judge_phase(db, reader, interval, phase)
        except Exception:
            logger.exception("criteria: %s could not be judged", phase.key)


async def judge_phase(
    db: Database, reader: MetricReader, interval: timedelta, phase: LaunchPhase
) -> None:
    """Measure outside of any transaction, then judge and act in one."""
    criteria = criteria_of(phase.success_criteria)
    if not criteria or phase.current_run_id is None or phase.started_at is None:
        return
    found = await reader.read_all([_question(item, phase.started_at) for item in criteria])
    looks = dict(zip(criteria, found, strict=True))
    async with db.write() as uow:
        await _settle(uow, phase.id, phase.current_run_id, looks, interval)


async def _settle(
    uow: UnitOfWork,
    phase_id: UUID,
    run_id: UUID,
    looks: Mapping[Criterion, MetricReading],
    interval: timedelta,
) -> None:
    """The phase may have moved on since it was measured: then there is nothing to say."""
    phase = await phase_queries.lock(uow.session, phase_id)
    uow.refresh_now()
    if phase is None or phase.current_run_id != run_id or not is_live(phase):
        return
    before = (await queries.states_of_runs(uow.session, [run_id]))[run_id]
    if any(is_judged(state.evaluated_at, uow.now, interval) for state in before.values()):
        return
    criteria = [item for item in criteria_of(phase.success_criteria) if item in looks]
    holds = await silences.holds(uow.session, uow.now)
    after = {
        item.key: _judged(phase, item, looks[item], before, uow.now, interval, holds)
        for item in criteria
    }
    taken = await _act(uow, phase, criteria, after)
    acted = {key: replace(after[key], acted=action) for key, action in taken.items()}
    after = {**after, **acted}
    await queries.save_states(uow.session, run_id, after, uow.now)
    for key, state in after.items():
        await _tell(uow, phase_id, run_id, key, before.get(key, UNJUDGED), state, taken.get(key))


def _judged(
    phase: LaunchPhase,
    criterion: Criterion,
    look: MetricReading,
    before: States,
    now: datetime,
    interval: timedelta,
    holds: Holds,
) -> CriterionState:
    assert phase.started_at is not None
    return judge(
        criterion,
        look,
        before.get(criterion.key, UNJUDGED),
        started_at=phase.started_at,
        now=now,
        forget_after=max(FORGET_AFTER, 3 * interval),
        held_because=holds(checks_of(criterion)),
    )


async def _act(
    uow: UnitOfWork, phase: LaunchPhase, criteria: Sequence[Criterion], after: States
) -> Mapping[str, GuardAction]:
    """Guards act as long as the run is live, in every pause (D3)."""
    reasons = {}
    for item in criteria:
        state = after[item.key]
        action = due_action(item, state)
        if action is not None:
            began = await _first_bad_at(uow, phase, item, state)
            reasons[item.key] = guard_actions.Due(action, item, _observation(item, state), began)
    return await guard_actions.take(uow, phase, reasons) if reasons else {}


async def _first_bad_at(
    uow: UnitOfWork, phase: LaunchPhase, criterion: Criterion, state: CriterionState
) -> datetime | None:
    """None where it acts on the absence of samples: then no sample was bad."""
    if state.failing_since is None or phase.started_at is None:
        return None
    judged = onsets.Judged(
        criterion.metric,
        criterion.aggregation,
        criterion.window_seconds,
        state.failing_since,
        phase.started_at + SETTLING,
    )
    return await onsets.first_bad_sample(
        uow.session, judged, lambda value: not is_kept(criterion, value)
    )


def _observation(criterion: Criterion, state: CriterionState) -> Observation:
    return Observation(state.explanation, state.value, unit_of(criterion, state))


async def _tell(
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
    if before.acted is None:
        return
    cause = guard_actions.dedup_key(run_id, key)
    if after.acted is None:
        note = f"Recovered: {after.explanation}"
        await incident_causes.recovered(uow, GUARD, cause, note)
    elif after.judged is not None:
        await incident_causes.observe(uow, cause, _observation(after.judged, after))


def _question(criterion: Criterion, started_at: datetime) -> MetricQuery:
    return MetricQuery(
        criterion.metric,
        criterion.aggregation,
        criterion.window_seconds,
        started_at + SETTLING,
    )
