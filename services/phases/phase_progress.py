"""Pause, resume, advance and complete a phase (S18, A7)."""

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
from services.alerting import silences
from services.flags.flag_changes import change_flag, with_parts
from services.incidents import incident_causes
from services.phases import phases
from services.phases.pacing import Pace, held_by
from services.phases.phase_changes import move
from services.platform.idempotency import claim, settle

RAMP = system_actor("ramp")


@dataclass(frozen=True, slots=True)
class MovePhase:
    """What an operator asks for when moving a phase on."""

    phase_id: UUID
    reason: str | None = None
    expected_version: int | None = None
    idempotency_key: str | None = None
    accept_limits: tuple[str, ...] = ()


async def pause(uow: UnitOfWork, actor: Actor, command: MovePhase) -> LaunchPhase:
    """Hold the ramp; the flags stay as they are."""
    return await _once(uow, actor, PhaseAction.PAUSE, command)


async def resume(uow: UnitOfWork, actor: Actor, command: MovePhase) -> LaunchPhase:
    """Go on; the hold of the current step starts anew."""
    return await _once(uow, actor, PhaseAction.RESUME, command)


async def advance(uow: UnitOfWork, actor: Actor, command: MovePhase) -> LaunchPhase:
    """Go to the next step now; an operator who does so approves it."""
    return await _once(uow, actor, PhaseAction.ADVANCE, command)


async def complete(uow: UnitOfWork, actor: Actor, command: MovePhase) -> LaunchPhase:
    """End the run: no step holds a flag back any more."""
    return await _once(uow, actor, PhaseAction.COMPLETE, command)


async def warnings(uow: UnitOfWork, phase: LaunchPhase) -> list[str]:
    """What nobody watches while a phase moves on: criteria that a silence holds (L16)."""
    criteria = criteria_of(phase.success_criteria)
    return await silences.held_criteria(uow.session, criteria, uow.now)


def refuse_limits(command: MovePhase) -> None:
    """Raises Invalid: only a completion has limits to accept."""
    if command.accept_limits:
        raise Invalid("Only a completion has limits to accept.", path=ACCEPT)


async def advance_on_schedule(
    uow: UnitOfWork, phase_id: UUID, run_id: UUID, step_index: int, pace: Pace
) -> bool:
    """Go to the next step if that step of that run still waits, its time has come and all is well.

    Safe to call twice or late: a ramp that moved on, paused or ended is left alone. One that is
    held stays where it is, and is looked at again with every sweep (A7, X11).
    """
    phase = await queries.lock(uow.session, phase_id)
    uow.refresh_now()
    if phase is None or phase.status is not PhaseStatus.ACTIVE:
        return False
    if phase.current_run_id != run_id or phase.step_index != step_index:
        return False
    due = next_step_at(steps_of(phase.steps), phase.step_index, phase.step_started_at)
    if due is None or due > uow.now or await held_by(uow.session, phase, pace, uow.now):
        return False
    await _advance(uow, RAMP, phase, "the hold of the step is over")
    return True


async def resume_locked(
    uow: UnitOfWork, actor: Actor, phase: LaunchPhase, reason: str | None
) -> None:
    """Resume a phase that the caller holds; another phase may have taken the platform."""
    busy = await queries.active_elsewhere(uow.session, phase.id, phase.platforms)
    if busy:
        raise InvalidTransition(f"{busy[0].phase_name} is active on the same platform.")
    move(uow, actor, phase, PhaseAction.RESUME, reason=reason, step_index=phase.step_index)


async def _once(
    uow: UnitOfWork, actor: Actor, action: PhaseAction, command: MovePhase
) -> LaunchPhase:
    held = await claim(uow, actor, f"{action}LaunchPhase", command.idempotency_key, command)
    phase = await phases.locked(
        uow, command.phase_id, None if held.result else command.expected_version
    )
    if held.result is None:
        next_status(phase.status, action)
        await _carry_out(uow, actor, phase, action, command)
        await settle(uow, held, phase_id=phase.id)
    return phase


async def _carry_out(
    uow: UnitOfWork, actor: Actor, phase: LaunchPhase, action: PhaseAction, command: MovePhase
) -> None:
    reason = command.reason
    if action is not PhaseAction.COMPLETE:
        refuse_limits(command)
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
    rows = await _locked_flags(uow, phase)
    move(uow, actor, phase, PhaseAction.ADVANCE, reason=reason, step_index=index)
    await _approve(uow, actor, phase, index)
    enter = partial(enter_step, step=steps[index].percentage)
    await _change_flags(uow, actor, phase, rows, enter, "advanced", reason)


async def _complete(
    uow: UnitOfWork,
    actor: Actor,
    phase: LaunchPhase,
    reason: str | None,
    accept_limits: tuple[str, ...],
) -> None:
    """Nothing holds the flags down to a step any more; the run goes on holding the rest."""
    rows = await _locked_flags(uow, phase)
    await end_run(uow, phase, PhaseStatus.COMPLETED)
    move(uow, actor, phase, PhaseAction.COMPLETE, reason=reason)
    flags = await _change_flags(uow, actor, phase, rows, complete_hold, "completed", reason)
    check_limits(flags, phase.current_run_id or phase.id, accept_limits)


async def _locked_flags(uow: UnitOfWork, phase: LaunchPhase) -> list[FeatureFlag]:
    """The flags of a phase that the caller holds, before anything is written (D6)."""
    links = (await queries.linked_flags(uow.session, [phase.id]))[phase.id]
    rows = await flag_queries.lock(uow.session, [link.flag.key for link in links])
    uow.refresh_now()
    return [rows[link.flag.key] for link in links]


async def _change_flags(
    uow: UnitOfWork,
    actor: Actor,
    phase: LaunchPhase,
    rows: Sequence[FeatureFlag],
    change: Callable[[FlagParts], FlagParts],
    action: str,
    reason: str | None,
) -> list[Flag]:
    """Move what the present run holds; the owner's values are not touched (D1).

    Raises NotVerified where the rows of this transaction are not what was asked (D4).
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
            with_parts(change(flag_queries.parts_of(row))),
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
    who = {"kind": actor.kind.value, "id": str(actor.id or ""), "label": actor.label}
    run.approvals = {**run.approvals, str(index): who}


async def end_run(uow: UnitOfWork, phase: LaunchPhase, outcome: PhaseStatus) -> None:
    """Close the run of a phase with what became of it."""
    phase.ended_at = uow.now
    if phase.current_run_id is not None:
        run = await uow.session.get_one(PhaseRun, phase.current_run_id)
        run.ended_at, run.outcome = uow.now, outcome
        await incident_causes.end_of_run(uow, phase.current_run_id, outcome.replace("_", " "))
