"""What a guard does to a phase: warn, hold, roll back (X1, A9)."""

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
    GuardAction.WARN: "{name}: {key} is not kept",
    GuardAction.HOLD: "{name} is held: {key} is not kept",
}


@dataclass(frozen=True, slots=True)
class Due:
    """What a criterion asks for, why, and since when it fails."""

    action: GuardAction
    criterion: Criterion
    why: Observation
    first_bad_at: datetime | None = None


async def take(
    uow: UnitOfWork, phase: LaunchPhase, due: Mapping[str, Due]
) -> Mapping[str, GuardAction]:
    """Do what criteria ask for with a locked live phase; returns what was done, by criterion.

    A rollback ends the run, whoever has paused the phase: with one, nothing else is left to do.
    A phase that is paused already stays as its author left it; the incident is opened all the same.
    """
    back = {key: item for key, item in due.items() if item.action is GuardAction.ROLLBACK}
    if back:
        await roll_back(uow, GUARD, _rollback(phase.id, back))
        return {key: item.action for key, item in back.items()}
    held = {key: item for key, item in due.items() if item.action is GuardAction.HOLD}
    if held and phase.status is PhaseStatus.ACTIVE:
        move(uow, GUARD, phase, PhaseAction.PAUSE, reason=_reason(held))
    links = (await queries.linked_flags(uow.session, [phase.id]))[phase.id]
    features = [link.flag.key for link in links]
    for key, item in due.items():
        await incident_causes.report(uow, GUARD, _draft(phase, key, item, features))
    return {key: item.action for key, item in due.items()}


def dedup_key(run_id: UUID | None, key: str) -> str:
    """Names the cause: one criterion in one run."""
    return f"criterion:{run_id}:{key}"


def _draft(phase: LaunchPhase, key: str, due: Due, features: Sequence[str]) -> IncidentDraft:
    return IncidentDraft(
        type="criterion",
        severity=_SEVERITY[due.action],
        title=_TITLE[due.action].format(name=phase.phase_name, key=key),
        description=due.why.explanation,
        affected_features=features,
        phase_id=phase.id,
        run_id=phase.current_run_id,
        dedup_key=dedup_key(phase.current_run_id, key),
        first_bad_at=due.first_bad_at,
        observation=due.why,
        links=causes.of_criterion(due.criterion, due.action, phase.current_run_id),
    )


def _rollback(phase_id: UUID, due: Mapping[str, Due]) -> Rollback:
    return Rollback(
        phase_id,
        _reason(due),
        first_bad_at=_first_bad_at(due),
        metrics=tuple(item.criterion.metric for item in due.values()),
    )


def _first_bad_at(due: Mapping[str, Due]) -> datetime | None:
    """The earliest of several causes."""
    moments = [item.first_bad_at for item in due.values() if item.first_bad_at is not None]
    return min(moments, default=None)


def _reason(due: Mapping[str, Due]) -> str:
    """Such as `errors_low: error_rate 3.1 % > 2 % in 60 s, 412 samples, 2nd of 2`."""
    return "; ".join(f"{key}: {item.why.explanation}" for key, item in due.items())[:2_000]
