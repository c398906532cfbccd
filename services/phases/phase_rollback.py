"""Rolls a phase back: flags off or restored, run ended, incident opened, at once (S53 to S56)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.codecs import plan_of
from db.models.flags import FeatureFlag
from db.models.incidents import LaunchIncident
from db.models.phases import LaunchPhase, PhaseRunSnapshot
from db.queries import flags as flag_queries
from db.queries import incidents as incident_queries
from db.queries import kills as kill_queries
from db.queries import phases as queries
from db.queries.flags import flag_of
from db.session import UnitOfWork
from domain.actors import Actor
from domain.errors import Invalid
from domain.flags.flags import FlagState
from domain.incidents import incident_causes as causes
from domain.incidents.incidents import Severity
from domain.phases import rollbacks as rules
from domain.phases.end_states import differences
from domain.phases.phases import PhaseAction, PhaseStatus, RollbackMode, RollbackPlan, next_status
from domain.phases.plans import FlagDiff, LinkedFlag
from domain.phases.rollback_notices import RollbackNotice
from domain.phases.rollbacks import Before, Undoing
from domain.platform.change_actions import ChangeAction
from domain.platform.percent import Percent
from services.flags.flag_changes import change_flag, with_parts
from services.incidents import incident_causes
from services.incidents.incidents import IncidentDraft
from services.phases import phases, rollback_notices
from services.phases.phase_changes import move
from services.phases.phase_progress import end_run
from services.platform import idempotency
from services.platform.texts import MAX_REASON, check_text


@dataclass(frozen=True, slots=True)
class Rollback:
    """The command to roll a phase back. Without a mode, the phase's rollback plan decides.

    `first_bad_at` and `metrics` come from the criteria whose guards demanded the rollback.
    """

    phase_id: UUID
    reason: str
    mode: RollbackMode | None = None
    drain_seconds: int | None = None
    idempotency_key: str | None = None
    first_bad_at: datetime | None = None
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The result of a rollback: the phase, its incident and the flags before and after."""

    phase: LaunchPhase
    incident: LaunchIncident | None
    restored: list[FlagDiff] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)


async def roll_back(uow: UnitOfWork, actor: Actor, command: Rollback) -> RolledBack:
    """Undo a launch in one transaction; repeating it returns the same incident (S55).

    Raises NotFound, Required without a reason, and InvalidTransition, and then changes nothing.
    """
    check_text(command.reason, "reason", MAX_REASON, required=True)
    if command.drain_seconds:
        raise Invalid(
            "A rollback is immediate: drainSeconds must be 0.", path=("input", "drainSeconds")
        )
    reservation = await idempotency.reserve(
        uow, actor, "rollbackLaunchPhase", command.idempotency_key, command
    )
    phase = await phases.lock(uow, command.phase_id)
    if reservation.result is not None:  # the phase may have been activated again since
        run_id = reservation.result.get("run_id", _run_id(phase))
        return RolledBack(phase, await _incident_of_run(uow, UUID(str(run_id))))
    await idempotency.complete(uow, reservation, phase_id=phase.id, run_id=_run_id(phase))
    if phase.status is PhaseStatus.ROLLED_BACK:
        return RolledBack(phase, await _incident_of_run(uow, _run_id(phase)))
    return await _roll_back(uow, actor, phase, command)


async def _roll_back(
    uow: UnitOfWork, actor: Actor, phase: LaunchPhase, command: Rollback
) -> RolledBack:
    plan = plan_of(phase.rollback_plan) or RollbackPlan()
    mode = command.mode or plan.mode
    status = next_status(phase.status, PhaseAction.ROLLBACK, mode=mode)
    links = (await queries.linked_flags(uow.session, [phase.id]))[phase.id]
    rows = await flag_queries.lock(uow.session, [link.flag.key for link in links])
    uow.refresh_now()
    links = [replace(link, flag=flag_of(rows[link.flag.key])) for link in links]
    snapshots = await read_snapshots(uow.session, phase)
    killed = await kill_queries.killed_keys(uow.session)
    impact = rules.visibility(rules.not_killed(map(flag_of, rows.values()), killed))
    await incident_causes.lock_reports(uow)
    await end_run(uow, phase, PhaseStatus.ROLLED_BACK)
    move(uow, actor, phase, PhaseAction.ROLLBACK, reason=command.reason, status=status)
    undoings = await plan_undoings(uow.session, phase, links, snapshots, mode)
    restored = _undo_flags(uow, actor, phase, rows, undoings, command.reason)
    conflicts = [item.conflict for item in undoings if item.conflict is not None]
    # A difference never stops a rollback: it is reported as a conflict.
    expected = {item.diff.key: item.parts.in_force for item in undoings}
    stored = await flag_queries.in_force(uow.session, list(expected))
    conflicts += differences(expected, stored)
    incident = await incident_causes.report(
        uow,
        actor,
        IncidentDraft(
            type="phase_rollback",
            severity=Severity.HIGH,
            title=f"Phase {phase.phase_name} Emergency Rollback",
            description=_description(command.reason, plan),
            affected_features=sorted(rows),
            user_impact=impact,
            phase_id=phase.id,
            run_id=phase.current_run_id,
            dedup_key=causes.rollback_key(_run_id(phase)),
            first_bad_at=command.first_bad_at,
            links=causes.of_rollback(command.metrics),
            is_momentary=True,
        ),
    )
    notice = RollbackNotice(
        phase_name=phase.phase_name,
        run_id=phase.current_run_id or phase.id,
        actor=actor.label,
        reason=command.reason,
        flags=tuple(sorted(rows)),
        at=uow.now,
        incident_id=incident.row.id,
        incident_number=incident.row.number,
    )
    await rollback_notices.post(uow, actor, notice, plan.notify)
    return RolledBack(phase, incident.row, restored, conflicts)


async def read_snapshots(session: AsyncSession, phase: LaunchPhase) -> dict[UUID, Before]:
    """Return the flags as the current run found them, by flag id."""
    rows = await queries.snapshots(session, phase.current_run_id or phase.id)
    return {key: _before(row) for key, row in rows.items()}


def _before(row: PhaseRunSnapshot) -> Before:
    state = FlagState(
        enabled=row.enabled,
        rollout_percentage=Percent(row.rollout_percentage),
        target_groups=tuple(str(group) for group in row.target_groups),
        version=row.version_before,
    )
    return Before(state, row.version_written)


async def plan_undoings(
    session: AsyncSession,
    phase: LaunchPhase,
    links: Sequence[LinkedFlag],
    snapshots: Mapping[UUID, Before],
    mode: RollbackMode,
) -> list[Undoing]:
    """Return what a rollback does to each flag; those that another live run holds stay."""
    holders = await queries.live_holders(session, [link.run_id for link in links])
    run_id = phase.current_run_id or phase.id
    return [
        rules.left_alone(link.flag, holders[link.run_id])
        if link.run_id in holders and link.run_id != run_id
        else rules.undo(link.flag, snapshots.get(link.flag.id), mode, run_id)
        for link in links
    ]


def _undo_flags(
    uow: UnitOfWork,
    actor: Actor,
    phase: LaunchPhase,
    rows: Mapping[str, FeatureFlag],
    undoings: Sequence[Undoing],
    reason: str,
) -> list[FlagDiff]:
    restored = []
    for undoing in undoings:
        flag = change_flag(
            uow,
            actor,
            rows[undoing.diff.key],
            with_parts(undoing.parts),
            action=ChangeAction.ROLLED_BACK,
            reason=reason,
            run_id=phase.current_run_id,
            phase_id=phase.id,
        )
        restored.append(FlagDiff(flag.key, undoing.diff.before, flag.state))
    return restored


def _description(reason: str, plan: RollbackPlan) -> str:
    if not plan.manual_steps:
        return reason
    steps = "\n".join(f"- [ ] {step}" for step in plan.manual_steps)
    return f"{reason}\n\nBy hand:\n{steps}"


def _run_id(phase: LaunchPhase) -> UUID:
    return phase.current_run_id or phase.id


async def _incident_of_run(uow: UnitOfWork, run_id: UUID) -> LaunchIncident | None:
    return await incident_queries.lock_newest_with_key(uow.session, causes.rollback_key(run_id))
