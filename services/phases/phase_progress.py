"""Pauses, resumes, advances and completes a phase (S18, A7)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from db.codecs import criteria_of, steps_of
from db.models.flags import FeatureFlag
from db.models.phases import LaunchPhase, PhaseRun
from db.queries import flags as flag_queries
from db.queries import phases as queries
from db.session import UnitOfWork
from domain.actors import Actor, system_actor
from domain.errors import Invalid, InvalidTransition
from domain.flags.flags import Flag
from domain.flags.run_holds import FlagParts, enter_step
from domain.flags.run_holds import complete as complete_hold
from domain.phases.end_states import ACCEPT, check_limits, check_stored
from domain.phases.phases import (
    PhaseAction,
    PhaseStatus,
    next_status,
    next_step_at,
    next_step_index,
)
from domain.platform.change_actions import ChangeAction
from services.alerting import silences
from services.flags.flag_changes import change_flag, with_parts
from services.incidents import incident_causes
from services.phases import phases
from services.phases.pacing import PacingContext, blockers_of_phase
from services.phases.phase_changes import move
from services.platform import idempotency

RAMP = system_actor("ramp")


@dataclass(frozen=True, slots=True)
class MovePhase:
    """The command of an operator to pause, resume, advance or complete a phase."""

    phase_id: UUID
    reason: str | None = None
    expected_version: int | None = None
    idempotency_key: str | None = None
    accept_limits: tuple[str, ...] = ()


async def pause(uow: UnitOfWork, actor: Actor, command: MovePhase) -> LaunchPhase:
    """Stop the ramp; the flags stay as they are."""
    return await _execute(uow, actor, PhaseAction.PAUSE, command)


async def resume(uow: UnitOfWork, actor: Actor, command: MovePhase) -> LaunchPhase:
    """Continue the ramp; the waiting time of the current step starts again."""
    return await _execute(uow, actor, PhaseAction.RESUME, command)


async def advance(uow: UnitOfWork, actor: Actor, command: MovePhase) -> LaunchPhase:
    """Take the next step now, which approves it."""
    return await _execute(uow, actor, PhaseAction.ADVANCE, command)


async def complete(uow: UnitOfWork, actor: Actor, command: MovePhase) -> LaunchPhase:
    """End the run: no step limits a flag any more."""
    return await _execute(uow, actor, PhaseAction.COMPLETE, command)


async def warnings(uow: UnitOfWork, phase: LaunchPhase) -> list[str]:
    """Return the criteria that a silence keeps from being judged while the phase moves on (L16)."""
    criteria = criteria_of(phase.success_criteria)
    return await silences.suppressed_criteria(uow.session, criteria, uow.now)


def reject_limits(command: MovePhase) -> None:
    """Raise Invalid where a command accepts limits: only a completion has any."""
    if command.accept_limits:
        raise Invalid("Only a completion has limits to accept.", path=ACCEPT)


async def advance_on_schedule(
    uow: UnitOfWork, phase_id: UUID, run_id: UUID, step_index: int, context: PacingContext
) -> bool:
    """Take the next step if the given step of the run is still current, due and not blocked.

    Safe to call twice or late: a ramp that has moved on, paused or ended is left alone. A blocked
    ramp stays where it is and is tried again with every sweep (A7, X11). Returns whether it moved.
    """
    phase = await queries.lock(uow.session, phase_id)
    uow.refresh_now()
    if phase is None or phase.status is not PhaseStatus.ACTIVE:
        return False
    if phase.current_run_id != run_id or phase.step_index != step_index:
        return False
    due = next_step_at(steps_of(phase.steps), phase.step_index, phase.step_started_at)
    if (
        due is None
        or due > uow.now
        or await blockers_of_phase(uow.session, phase, context, uow.now)
    ):
        return False
    await _advance(uow, RAMP, phase, "the waiting time of the step is over")
    return True


async def resume_locked(
    uow: UnitOfWork, actor: Actor, phase: LaunchPhase, reason: str | None
) -> None:
    """Resume a phase that the caller has locked.

    Raises InvalidTransition where another phase has become active on one of its platforms.
    """
    busy = await queries.active_elsewhere(uow.session, phase.id, phase.platforms)
    if busy:
        raise InvalidTransition(f"{busy[0].phase_name} is active on the same platform.")
    move(uow, actor, phase, PhaseAction.RESUME, reason=reason, step_index=phase.step_index)


async def _execute(
    uow: UnitOfWork, actor: Actor, action: PhaseAction, command: MovePhase
) -> LaunchPhase:
    reservation = await idempotency.reserve(
        uow, actor, f"{action}LaunchPhase", command.idempotency_key, command
    )
    phase = await phases.lock(
        uow, command.phase_id, None if reservation.result else command.expected_version
    )
    if reservation.result is None:
        next_status(phase.status, action)
        await _apply(uow, actor, phase, action, command)
        await idempotency.complete(uow, reservation, phase_id=phase.id)
    return phase


async def _apply(
    uow: UnitOfWork, actor: Actor, phase: LaunchPhase, action: PhaseAction, command: MovePhase
) -> None:
    reason = command.reason
    if action is not PhaseAction.COMPLETE:
        reject_limits(command)
    if action is PhaseAction.RESUME:
        await resume_locked(uow, actor, phase, reason)
    elif action is PhaseAction.ADVANCE:
        await _advance(uow, actor, phase, reason)
    elif action is PhaseAction.COMPLETE:
        await _complete(uow, actor, phase, reason, command.accept_limits)
    else:
        move(uow, actor, phase, action, reason=reason)


async def _advance(uow: UnitOfWork, actor: Actor, phase: LaunchPhase, reason: str | None) -> None:
    steps = steps_of(phase.steps)
    index = next_step_index(steps, phase.step_index)
    rows = await _lock_flags(uow, phase)
    move(uow, actor, phase, PhaseAction.ADVANCE, reason=reason, step_index=index)
    await _approve(uow, actor, phase, index)
    enter = partial(enter_step, step=steps[index].percentage)
    await _change_flags(uow, actor, phase, rows, enter, ChangeAction.ADVANCED, reason)


async def _complete(
    uow: UnitOfWork,
    actor: Actor,
    phase: LaunchPhase,
    reason: str | None,
    accept_limits: tuple[str, ...],
) -> None:
    """Lift the limit of the step from the flags; the run keeps its hold on their targets."""
    rows = await _lock_flags(uow, phase)
    await end_run(uow, phase, PhaseStatus.COMPLETED)
    move(uow, actor, phase, PhaseAction.COMPLETE, reason=reason)
    action = ChangeAction.COMPLETED
    flags = await _change_flags(uow, actor, phase, rows, complete_hold, action, reason)
    check_limits(flags, phase.current_run_id or phase.id, accept_limits)


async def _lock_flags(uow: UnitOfWork, phase: LaunchPhase) -> list[FeatureFlag]:
    """Lock the flags of a phase that the caller has locked, before anything is written (D6)."""
    links = (await queries.linked_flags(uow.session, [phase.id]))[phase.id]
    rows = await flag_queries.lock(uow.session, [link.flag.key for link in links])
    uow.refresh_now()
    return [rows[link.flag.key] for link in links]


async def _change_flags(
    uow: UnitOfWork,
    actor: Actor,
    phase: LaunchPhase,
    rows: Sequence[FeatureFlag],
    apply_change: Callable[[FlagParts], FlagParts],
    action: str,
    reason: str | None,
) -> list[Flag]:
    """Change what the current run holds of each flag; the owner's values stay (D1).

    Raises NotVerified where the stored rows differ from what was written (D4).
    """
    snapshots = await queries.snapshots(uow.session, phase.current_run_id or phase.id)
    flags = []
    for row in rows:
        if row.run_id != phase.current_run_id or row.id not in snapshots:
            continue
        flag = change_flag(
            uow,
            actor,
            row,
            with_parts(apply_change(flag_queries.parts_of(row))),
            action=action,
            reason=reason,
            run_id=phase.current_run_id,
            phase_id=phase.id,
        )
        snapshots[row.id].version_written = flag.version
        flags.append(flag)
    expected = {flag.key: flag.wanted.in_force for flag in flags}
    check_stored(expected, await flag_queries.in_force(uow.session, list(expected)))
    return flags


async def _approve(uow: UnitOfWork, actor: Actor, phase: LaunchPhase, index: int) -> None:
    if actor is RAMP or phase.current_run_id is None:
        return
    run = await uow.session.get_one(PhaseRun, phase.current_run_id)
    approver = {"kind": actor.kind.value, "id": str(actor.id or ""), "label": actor.label}
    run.approvals = {**run.approvals, str(index): approver}


async def end_run(uow: UnitOfWork, phase: LaunchPhase, outcome: PhaseStatus) -> None:
    """End the current run of a phase with its outcome, and the incidents of its criteria."""
    phase.ended_at = uow.now
    if phase.current_run_id is not None:
        run = await uow.session.get_one(PhaseRun, phase.current_run_id)
        run.ended_at, run.outcome = uow.now, outcome
        await incident_causes.end_incidents_of_run(
            uow, phase.current_run_id, outcome.replace("_", " ")
        )
