"""Rehearsals of a launch: started by a person, continued by jobs, affecting no user (X4, S112)."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from db.codecs import criteria_of, dump_rehearsal, plan_of, rehearsal_of, steps_of
from db.models.phases import LaunchPhase, PhaseRun
from db.queries import phases as phase_queries
from db.queries import rehearsals as queries
from db.session import Database, UnitOfWork
from domain.actors import Actor, system_actor
from domain.errors import Invalid, InvalidTransition, NotFound
from domain.events.rehearsals import RehearsalMoved
from domain.ids import PhaseId, RunId, parse_uuid
from domain.phases import rehearsal as rules
from domain.phases.phases import PhaseStatus, RollbackPlan, RunKind
from domain.phases.rehearsal import STARTED, Rehearsal, RehearsalStatus
from domain.propagation.propagation import Propagation
from services.phases import phases
from services.phases.phase_progress import MovePhase, reject_limits
from services.platform import idempotency
from services.platform.idempotency import Reservation

REHEARSAL = system_actor("rehearsal")
Change = Callable[[Rehearsal, datetime], Rehearsal]


async def start(uow: UnitOfWork, actor: Actor, command: MovePhase) -> PhaseRun:
    """Start a rehearsal of a phase in any status; phase, flags and users stay as they are.

    Raises NotFound, VersionConflict, Invalid where the phase has no flags, and InvalidTransition
    where a rehearsal is already running.
    """
    reject_limits(command)
    reservation = await idempotency.reserve(
        uow, actor, "rehearseLaunchPhase", command.idempotency_key, command
    )
    phase = await phases.lock(
        uow, command.phase_id, None if reservation.result else command.expected_version
    )
    if reservation.result is not None:
        return await _replay_result(uow, reservation)
    await _check_none_runs(uow, phase)
    run = await _open_run(uow, actor, phase)
    await idempotency.complete(uow, reservation, run_id=run.id)
    return run


async def advance(db: Database, run_id: UUID) -> Rehearsal | None:
    """Advance a rehearsal by one stage in its own transaction; None where it does not exist."""
    return await _change(db, run_id, rules.advance)


async def finish(db: Database, run_id: UUID, measured: Propagation) -> Rehearsal | None:
    """End a rehearsal with what was measured; None where it does not exist."""
    return await _change(db, run_id, lambda state, now: rules.finish(state, measured, now))


async def end_overdue(db: Database) -> int:
    """End rehearsals that no worker continues any more; returns how many."""
    async with db.write() as uow:
        rows = await queries.overdue(uow.session, uow.now - rules.LONGEST)
        for row in rows:
            _end_as_lost(uow, row)
    return len(rows)


async def _check_none_runs(uow: UnitOfWork, phase: LaunchPhase) -> None:
    row = await queries.running(uow.session, phase.id)
    if row is None:
        return
    if uow.now - row.started_at <= rules.LONGEST:
        raise InvalidTransition("A rehearsal of this phase is already running.")
    _end_as_lost(uow, row)


async def _open_run(uow: UnitOfWork, actor: Actor, phase: LaunchPhase) -> PhaseRun:
    links = (await phase_queries.linked_flags(uow.session, [phase.id]))[phase.id]
    if not links:
        raise Invalid("The phase has no flags to rehearse with.", path=("input", "phaseId"))
    plan = plan_of(phase.rollback_plan) or RollbackPlan()
    criteria = criteria_of(phase.success_criteria)
    state = rules.begin(links, steps_of(phase.steps), criteria, plan.mode, uow.now)
    run = PhaseRun(
        phase_id=phase.id,
        number=await phase_queries.next_run_number(uow.session, phase.id),
        kind=RunKind.REHEARSAL,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        started_at=uow.now,
        rehearsal=dump_rehearsal(state),
    )
    uow.session.add(run)
    await uow.session.flush()
    await uow.session.refresh(run)
    _record(uow, actor, run, STARTED, phase.phase_name)
    return run


async def _change(db: Database, run_id: UUID, change: Change) -> Rehearsal | None:
    async with db.write() as uow:
        row = await queries.lock(uow.session, run_id)
        before = rehearsal_of(row.rehearsal) if row is not None else None
        if row is None or before is None:
            return None
        after = before if before.is_over else change(before, uow.now)
        if after != before:
            await _write(uow, row, before, after)
        return after


async def _write(uow: UnitOfWork, row: PhaseRun, before: Rehearsal, after: Rehearsal) -> None:
    row.rehearsal = dump_rehearsal(after)
    if after.is_over:
        _end(row, after)
    if (after.stage, after.status) != (before.stage, before.status):
        phase = await uow.session.get_one(LaunchPhase, row.phase_id)
        stage = after.status.value if after.is_over else after.stage.value
        _record(uow, REHEARSAL, row, stage, phase.phase_name)


def _end(row: PhaseRun, state: Rehearsal) -> None:
    row.ended_at = state.ended_at
    passed = state.status is RehearsalStatus.PASSED
    row.outcome = PhaseStatus.ROLLED_BACK if passed else None


def _end_as_lost(uow: UnitOfWork, row: PhaseRun) -> None:
    state = rehearsal_of(row.rehearsal)
    assert state is not None
    ended = rules.failed(state, "The worker that ran it was lost.", uow.now)
    row.rehearsal = dump_rehearsal(ended)
    _end(row, ended)


def _record(uow: UnitOfWork, actor: Actor, run: PhaseRun, stage: str, name: str) -> None:
    event = RehearsalMoved(
        phase_id=PhaseId(run.phase_id), run_id=RunId(run.id), name=name, stage=stage
    )
    uow.record(actor, event)


async def _replay_result(uow: UnitOfWork, reservation: Reservation) -> PhaseRun:
    run_id = parse_uuid(str((reservation.result or {}).get("run_id", "")))
    row = await queries.find(uow.session, run_id) if run_id else None
    if row is None:
        raise NotFound(
            "The run of that request no longer exists.", path=("input", "idempotencyKey")
        )
    return row
