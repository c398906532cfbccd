"""Activates a phase: checks, flags, run and audit in one transaction (S45 to S51, S95)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.codecs import steps_of
from db.models.flags import FeatureFlag
from db.models.phases import LaunchPhase, PhaseRun, PhaseRunSnapshot
from db.queries import flags as flag_queries
from db.queries import phases as queries
from db.session import UnitOfWork
from domain.actors import Actor
from domain.errors import InvalidTransition, Locked, NotFound, NotReady, PlanDrift
from domain.flags.run_holds import take_hold
from domain.ids import parse_uuid
from domain.phases import plans
from domain.phases.end_states import check_stored
from domain.phases.losses import check_losses
from domain.phases.phases import PhaseAction, PhaseStatus, first_percentage, next_status
from domain.phases.readiness import Readiness, blocked_message, token_holds
from domain.platform.change_actions import ChangeAction
from domain.platform.percent import Percent
from services.flags.flag_changes import change_flag
from services.phases import phases, readiness
from services.phases.phase_changes import move
from services.phases.phase_progress import resume_locked
from services.phases.readiness import Gate
from services.platform import idempotency


@dataclass(frozen=True, slots=True)
class ActivatePhase:
    """The command of an operator to activate a phase."""

    phase_id: UUID
    plan_hash: str | None = None
    readiness_token: str | None = None
    accept_warnings: bool = False
    accept_losses: tuple[str, ...] = ()
    reason: str | None = None
    expected_version: int | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Activation:
    """The result of an activation: the phase and the run that is now live."""

    phase: LaunchPhase
    run: PhaseRun


async def activate(uow: UnitOfWork, actor: Actor, command: ActivatePhase, gate: Gate) -> Activation:
    """Make a phase live. For an ACTIVE phase its run is returned, a PAUSED one resumes (S45).

    Raises NotFound, VersionConflict, InvalidTransition, Locked, NotReady, PlanDrift and
    LosesUsers, and then changes nothing.
    """
    reservation = await idempotency.reserve(
        uow, actor, "activateLaunchPhase", command.idempotency_key, command
    )
    phase = await phases.lock(
        uow, command.phase_id, None if reservation.result else command.expected_version
    )
    if reservation.result is not None or phase.status is PhaseStatus.ACTIVE:
        return await _existing_run(uow, phase, reservation.result)
    if phase.status is PhaseStatus.PAUSED:
        await resume_locked(uow, actor, phase, command.reason)
        activation = await _existing_run(uow, phase, None)
    else:
        activation = await _start_run(uow, actor, phase, command, gate)
    await idempotency.complete(uow, reservation, run_id=activation.run.id)
    return activation


async def assess(session: AsyncSession, phase_id: UUID, gate: Gate, now: datetime) -> Readiness:
    """Judge the readiness of a phase; raises NotFound."""
    phase = await phases.find(session, phase_id, None)
    if phase is None:
        raise NotFound("There is no such phase.")
    links = (await queries.linked_flags(session, [phase.id]))[phase.id]
    return await readiness.of_phase(session, phase, len(links), gate, now)


async def _start_run(
    uow: UnitOfWork, actor: Actor, phase: LaunchPhase, command: ActivatePhase, gate: Gate
) -> Activation:
    next_status(phase.status, PhaseAction.ACTIVATE)
    await _check_platforms(uow, phase)
    keys = await _flag_keys(uow, phase)
    rows = await flag_queries.lock(uow.session, keys)
    uow.refresh_now()
    await _check_holders(uow, rows)
    links = (await queries.linked_flags(uow.session, [phase.id]))[phase.id]
    current_readiness = await readiness.of_phase(uow.session, phase, len(links), gate, uow.now)
    _check_ready(current_readiness, phase, command, gate, uow.now)
    changes = plans.diffs(links, steps_of(phase.steps), _first_step(phase))
    if command.plan_hash is not None and command.plan_hash != plans.plan_hash(
        phase.version, changes
    ):
        changed = plans.plan_drift(command.plan_hash, phase.version, changes)
        raise PlanDrift(path=("input", "planHash"), changed=changed)
    check_losses(links, changes, command.accept_losses)
    run = await _open_run(uow, actor, phase, current_readiness)
    phase.started_at, phase.ended_at = uow.now, None
    # The phase comes first, so that the log explains the changes of flags that follow.
    move(
        uow,
        actor,
        phase,
        PhaseAction.ACTIVATE,
        reason=command.reason,
        step_index=_first_step(phase) or 0,
        run_id=run.id,
    )
    for link in plans.ordered(links):
        _activate_flag(uow, actor, phase, run, rows[link.flag.key], link.target, command.reason)
    expected = {key: flag_queries.parts_of(row).in_force for key, row in rows.items()}
    check_stored(expected, await flag_queries.in_force(uow.session, list(expected)))
    return Activation(phase, run)


def _activate_flag(
    uow: UnitOfWork,
    actor: Actor,
    phase: LaunchPhase,
    run: PhaseRun,
    row: FeatureFlag,
    target: Percent,
    reason: str | None,
) -> None:
    """Store the values in force, then add the hold of the run to the owner's values (D1)."""
    flag, step = flag_queries.flag_of(row), first_percentage(steps_of(phase.steps))
    before, parts = flag.state, take_hold(flag.wanted, run.id, target=target, step=step)
    takes_cohort = phase.cohort_salt is not None and plans.takes_cohort(flag)

    def edit(target: FeatureFlag) -> None:
        flag_queries.write_parts(target, parts)
        target.cohort_salt = phase.cohort_salt if takes_cohort else target.cohort_salt

    flag = change_flag(
        uow,
        actor,
        row,
        edit,
        action=ChangeAction.ACTIVATED,
        reason=reason,
        run_id=run.id,
        phase_id=phase.id,
    )
    uow.session.add(
        PhaseRunSnapshot(
            run_id=run.id,
            flag_id=row.id,
            enabled=before.enabled,
            rollout_percentage=before.rollout_percentage,
            target_percentage=target,
            target_groups=list(before.target_groups),
            version_before=before.version,
            version_written=flag.version,
        )
    )


async def _open_run(
    uow: UnitOfWork, actor: Actor, phase: LaunchPhase, current_readiness: Readiness
) -> PhaseRun:
    run = PhaseRun(
        phase_id=phase.id,
        number=await queries.next_run_number(uow.session, phase.id),
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        started_at=uow.now,
        readiness=[asdict(check) for check in current_readiness.checks],
    )
    uow.session.add(run)
    await uow.session.flush()
    await uow.session.refresh(run)
    return run


def _check_ready(
    current_readiness: Readiness,
    phase: LaunchPhase,
    command: ActivatePhase,
    gate: Gate,
    now: datetime,
) -> None:
    if current_readiness.blockers:
        raise NotReady(blocked_message(current_readiness), readiness=current_readiness)
    if current_readiness.warnings and not command.accept_warnings:
        names = ", ".join(f"{check.key}: {check.detail}" for check in current_readiness.warnings)
        raise NotReady(
            f"System not healthy for launch unless warnings are accepted: {names}",
            readiness=current_readiness,
        )
    if command.readiness_token is not None and not token_holds(
        command.readiness_token,
        current_readiness,
        phase_key=phase.key,
        version=phase.version,
        secret=gate.secret,
        now=now,
    ):
        raise PlanDrift(
            "The readiness that you saw is outdated. Check it again.",
            path=("input", "readinessToken"),
        )


async def _check_platforms(uow: UnitOfWork, phase: LaunchPhase) -> None:
    """Allow one ACTIVE phase on each platform (S1); the unique index enforces it in the end."""
    busy = await queries.active_elsewhere(uow.session, phase.id, phase.platforms)
    if busy:
        names = ", ".join(row.phase_name for row in busy)
        raise InvalidTransition(
            f"Already active on the same platform: {names}. Complete it or roll it back first."
        )


async def _check_holders(uow: UnitOfWork, rows: Mapping[str, FeatureFlag]) -> None:
    """Check that no other live run holds a flag (D2, L9), under the locks of the flags."""
    holders = await queries.live_holders(uow.session, [row.run_id for row in rows.values()])
    taken = [
        f"{key} by {holders[row.run_id]}"
        for key, row in sorted(rows.items())
        if row.run_id in holders
    ]
    if taken:
        raise Locked(
            f"Another live run holds flags of this phase: {', '.join(taken)}. Complete it or "
            "roll it back first.",
            path=("input", "phaseId"),
        )


async def _existing_run(
    uow: UnitOfWork, phase: LaunchPhase, result: dict[str, object] | None
) -> Activation:
    run_id = parse_uuid(str(result.get("run_id", ""))) if result else phase.current_run_id
    runs = await queries.runs_by_id(uow.session, [run_id] if run_id else [])
    if run_id is None or run_id not in runs:
        raise NotFound("The run of that request no longer exists.")
    return Activation(phase, runs[run_id])


async def _flag_keys(uow: UnitOfWork, phase: LaunchPhase) -> list[str]:
    links = (await queries.linked_flags(uow.session, [phase.id]))[phase.id]
    return [link.flag.key for link in links]


def _first_step(phase: LaunchPhase) -> int | None:
    return 0 if phase.steps else None
