"""Records the changes of a phase: event, audit row, version."""

from uuid import UUID

from db.codecs import plan_of
from db.drafts import Audit
from db.models.phases import LaunchPhase
from db.queries import phases as queries
from db.session import UnitOfWork
from domain.actors import Actor
from domain.events import PhaseChanged
from domain.ids import PhaseId, RunId
from domain.phases.pauses import pause_by
from domain.phases.phases import PhaseAction, PhaseStatus, next_status
from domain.platform.change_actions import ChangeAction
from services.phases.phase_reads import next_step_at

PAST_TENSE = {
    PhaseAction.ACTIVATE: ChangeAction.ACTIVATED,
    PhaseAction.PAUSE: ChangeAction.PAUSED,
    PhaseAction.RESUME: ChangeAction.RESUMED,
    PhaseAction.ADVANCE: ChangeAction.ADVANCED,
    PhaseAction.COMPLETE: ChangeAction.COMPLETED,
    PhaseAction.ROLLBACK: ChangeAction.ROLLED_BACK,
}


def audit_values(phase: LaunchPhase) -> dict[str, object]:
    """Return all changeable fields of a phase under their GraphQL names: one side of a diff."""
    plan = plan_of(phase.rollback_plan)
    return {
        "name": phase.phase_name,
        "description": phase.description,
        "position": phase.position,
        "platforms": [platform.upper() for platform in phase.platforms],
        "status": phase.status.name if phase.status else PhaseStatus.PLANNED.name,
        "plannedStartAt": phase.planned_start_at and phase.planned_start_at.isoformat(),
        "plannedEndAt": phase.planned_end_at and phase.planned_end_at.isoformat(),
        "step": phase.step_index,
        "cohort": phase.cohort_salt is not None,
        "steps": list(phase.steps),
        "successCriteria": list(phase.success_criteria),
        "rollbackMode": plan.mode.name if plan else None,
        "drainSeconds": plan.drain_seconds if plan else None,
        "notify": list(plan.notify) if plan else None,
        "manualSteps": list(plan.manual_steps) if plan else None,
    }


async def audit_values_with_flags(uow: UnitOfWork, phase: LaunchPhase) -> dict[str, object]:
    """Return the same with the flags of the phase, which only an edit changes (L25)."""
    links = (await queries.linked_flags(uow.session, [phase.id]))[phase.id]
    flags = [
        {"key": link.flag.key, "target": link.link_target, "position": link.position}
        for link in links
    ]
    return {**audit_values(phase), "flags": flags}


def record_phase(
    uow: UnitOfWork,
    actor: Actor,
    phase: LaunchPhase,
    action: str,
    *,
    before: dict[str, object] | None,
    after: dict[str, object],
    status_before: PhaseStatus | None = None,
    reason: str | None = None,
) -> None:
    """Record what happened to a phase, with its audit row."""
    event = PhaseChanged(
        phase_id=PhaseId(phase.id),
        key=phase.key,
        name=phase.phase_name,
        action=action,
        before=status_before or (phase.status if before is not None else None),
        after=phase.status,
        version=phase.version,
        run_id=RunId(phase.current_run_id) if phase.current_run_id else None,
        step_index=phase.step_index,
        next_step_at=next_step_at(phase),
        reason=reason,
    )
    uow.record(actor, event, Audit(phase.id, before, after, reason, phase.current_run_id))


def move(
    uow: UnitOfWork,
    actor: Actor,
    phase: LaunchPhase,
    action: PhaseAction,
    *,
    reason: str | None,
    status: PhaseStatus | None = None,
    step_index: int | None = None,
    run_id: UUID | None = None,
) -> None:
    """Set the next status of a locked phase and record it; raises InvalidTransition.

    `status` is the next status where the caller has already computed it.
    """
    before, status_before = audit_values(phase), phase.status
    phase.status = status or next_status(phase.status, action)
    paused = phase.status is PhaseStatus.PAUSED
    phase.pause = pause_by(actor.ref, uow.now, reason) if paused else None
    if run_id is not None:
        phase.current_run_id = run_id
    if step_index is not None:
        phase.step_index = step_index
        phase.step_started_at = uow.now
    phase.version += 1
    phase.updated_at = uow.now
    record_phase(
        uow,
        actor,
        phase,
        PAST_TENSE[action],
        before=before,
        after=audit_values(phase),
        status_before=status_before,
        reason=reason,
    )
