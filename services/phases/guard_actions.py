"""Applies the actions of guards to a phase: warn, pause, roll back (X1, A9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.models.phases import LaunchPhase
from db.queries import phases as queries
from db.session import UnitOfWork
from domain.incidents import incident_causes as causes
from domain.incidents.incidents import Observation, Severity
from domain.metrics.criteria import Criterion, GuardAction
from domain.phases.pauses import GUARD
from domain.phases.phases import PhaseAction, PhaseStatus
from services.incidents import incident_causes
from services.incidents.incidents import IncidentDraft
from services.phases.phase_changes import move
from services.phases.phase_rollback import Rollback, roll_back

_SEVERITY = {GuardAction.WARN: Severity.MEDIUM, GuardAction.HOLD: Severity.HIGH}
_TITLE = {
    GuardAction.WARN: "{name}: criterion {key} is failing",
    GuardAction.HOLD: "{name} paused: criterion {key} is failing",
}


@dataclass(frozen=True, slots=True)
class DueAction:
    """An action that a criterion demands, with what was measured and the first bad sample."""

    action: GuardAction
    criterion: Criterion
    observation: Observation
    first_bad_at: datetime | None = None


async def apply(
    uow: UnitOfWork, phase: LaunchPhase, due: Mapping[str, DueAction]
) -> Mapping[str, GuardAction]:
    """Apply the due actions to a locked live phase; returns those that were taken, by criterion.

    A rollback ends the run, also one that was paused, and leaves nothing else to do. A phase
    that is paused already keeps the author of its pause; the incident is opened all the same.
    """
    rollbacks = {key: item for key, item in due.items() if item.action is GuardAction.ROLLBACK}
    if rollbacks:
        await roll_back(uow, GUARD, _rollback(phase.id, rollbacks))
        return {key: item.action for key, item in rollbacks.items()}
    pauses = {key: item for key, item in due.items() if item.action is GuardAction.HOLD}
    if pauses and phase.status is PhaseStatus.ACTIVE:
        move(uow, GUARD, phase, PhaseAction.PAUSE, reason=_reason(pauses))
    links = (await queries.linked_flags(uow.session, [phase.id]))[phase.id]
    features = [link.flag.key for link in links]
    for key, item in due.items():
        await incident_causes.report(uow, GUARD, _draft(phase, key, item, features))
    return {key: item.action for key, item in due.items()}


def dedup_key(run_id: UUID | None, key: str) -> str:
    """Return the key of the cause: one criterion in one run."""
    return f"criterion:{run_id}:{key}"


def _draft(phase: LaunchPhase, key: str, due: DueAction, features: Sequence[str]) -> IncidentDraft:
    return IncidentDraft(
        type="criterion",
        severity=_SEVERITY[due.action],
        title=_TITLE[due.action].format(name=phase.phase_name, key=key),
        description=due.observation.explanation,
        affected_features=features,
        phase_id=phase.id,
        run_id=phase.current_run_id,
        dedup_key=dedup_key(phase.current_run_id, key),
        first_bad_at=due.first_bad_at,
        observation=due.observation,
        links=causes.of_criterion(due.criterion, due.action, phase.current_run_id),
    )


def _rollback(phase_id: UUID, due: Mapping[str, DueAction]) -> Rollback:
    return Rollback(
        phase_id,
        _reason(due),
        first_bad_at=_first_bad_at(due),
        metrics=tuple(item.criterion.metric for item in due.values()),
    )


def _first_bad_at(due: Mapping[str, DueAction]) -> datetime | None:
    """Return the earliest first bad sample."""
    times = [item.first_bad_at for item in due.values() if item.first_bad_at is not None]
    return min(times, default=None)


def _reason(due: Mapping[str, DueAction]) -> str:
    """Format a reason: `errors_low: error_rate 3.1 % > 2 % in 60 s, 412 samples, 2nd of 2`."""
    return "; ".join(f"{key}: {item.observation.explanation}" for key, item in due.items())[:2_000]
