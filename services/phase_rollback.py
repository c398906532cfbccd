"""Roll a phase back: flags off or restored, run ended, incident opened, at once (S53 to S56)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.codecs import plan_of
from db.models.flags import FeatureFlag
from db.models.incidents import LaunchIncident
from db.models.phases import LaunchPhase, PhaseRunSnapshot
from db.queries import flags as flag_queries
from db.queries import incidents as incident_queries
from db.queries import phases as queries
from db.queries.flags import flag_of
from db.session import UnitOfWork
from domain import incident_causes as causes
from domain import rollbacks as rules
from domain.actors import Actor
from domain.errors import Invalid
from domain.flags import FlagState
from domain.incidents import Severity
from domain.percent import Percent
from domain.phases import PhaseAction, PhaseStatus, RollbackMode, RollbackPlan, next_status
from domain.plans import FlagDiff, LinkedFlag
from domain.rollbacks import Before
from services import incident_causes, phases
from services.flag_changes import change_flag, write_state
from services.idempotency import claim, settle
from services.incidents import IncidentDraft
from services.phase_changes import move
from services.phase_progress import end_run
from services.texts import MAX_REASON, check_text


@dataclass(frozen=True, slots=True)
class Rollback:
    """What an operator asks for. Mode None: as the phase's rollback plan says.

    `first_bad_at` and `metrics`: the first bad sample and the metrics of the criteria that asked
    for it.
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
    """What the rollback did."""

    phase: LaunchPhase
    incident: LaunchIncident | None
    restored: list[FlagDiff] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)


async def roll_back(uow: UnitOfWork, actor: Actor, wish: Rollback) -> RolledBack:
    """Undo a launch in one transaction; a second click gives the same incident (SPEC S55).

    Raises NotFound, Required without a reason, InvalidTransition; then nothing has changed.
    """
    check_text(wish.reason, "reason", MAX_REASON, required=True)
    if wish.drain_seconds:
        raise Invalid(
            "A rollback is immediate: drainSeconds must be 0.", path=("input", "drainSeconds")
        )
    held = await claim(uow, actor, "rollbackLaunchPhase", wish.idempotency_key, wish)
    phase = await phases.locked(uow, wish.phase_id)
    if held.result is not None or phase.status is PhaseStatus.ROLLED_BACK:
        return RolledBack(phase, await _incident_of_run(uow, phase))
    done = await _roll_back(uow, actor, phase, wish)
    await settle(uow, held, phase_id=phase.id)
    return done


async def _roll_back(
    uow: UnitOfWork, actor: Actor, phase: LaunchPhase, wish: Rollback
) -> RolledBack:
    plan = plan_of(phase.rollback_plan) or RollbackPlan()
    mode = wish.mode or plan.mode
    status = next_status(phase.status, PhaseAction.ROLLBACK, mode=mode)
    links = (await queries.linked_flags(uow.session, [phase.id]))[phase.id]
    rows = await flag_queries.lock(uow.session, [link.flag.key for link in links])
    found = await snapshots_of(uow.session, phase)
    impact = rules.visibility([flag_of(row) for row in rows.values()])
    await end_run(uow, phase, PhaseStatus.ROLLED_BACK)
    move(uow, actor, phase, PhaseAction.ROLLBACK, reason=wish.reason, status=status)
    restored, conflicts = _undo_flags(uow, actor, phase, links, rows, found, mode, wish.reason)
    incident = await incident_causes.report(
        uow,
        actor,
        IncidentDraft(
            type="phase_rollback",
            severity=Severity.HIGH,
            title=f"Phase {phase.phase_name} Emergency Rollback",
            description=_description(wish.reason, plan),
            affected_features=sorted(rows),
            user_impact=impact,
            phase_id=phase.id,
            run_id=phase.current_run_id,
            dedup_key=_dedup_key(phase),
            first_bad_at=wish.first_bad_at,
            links=causes.of_rollback(wish.metrics),
            is_momentary=True,
        ),
    )
    return RolledBack(phase, incident.row, restored, conflicts)


async def snapshots_of(session: AsyncSession, phase: LaunchPhase) -> dict[UUID, Before]:
    """What the present run found, by flag id."""
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


def _undo_flags(
    uow: UnitOfWork,
    actor: Actor,
    phase: LaunchPhase,
    links: list[LinkedFlag],
    rows: dict[str, FeatureFlag],
    found: Mapping[UUID, Before],
    mode: RollbackMode,
    reason: str,
) -> tuple[list[FlagDiff], list[str]]:
    restored, conflicts = [], []
    for link in links:
        row = rows[link.flag.key]
        before = flag_of(row)
        undoing = rules.undo(before, found.get(row.id), mode)
        if undoing.conflict is not None:
            conflicts.append(undoing.conflict)
        flag = change_flag(
            uow,
            actor,
            row,
            partial(write_state, state=undoing.diff.after),
            action="rolled back",
            reason=reason,
            run_id=phase.current_run_id,
            phase_id=phase.id,
        )
        restored.append(FlagDiff(flag.key, before.state, flag.state))
    return restored, conflicts


def _description(reason: str, plan: RollbackPlan) -> str:
    if not plan.manual_steps:
        return reason
    steps = "\n".join(f"- [ ] {step}" for step in plan.manual_steps)
    return f"{reason}\n\nBy hand:\n{steps}"


def _dedup_key(phase: LaunchPhase) -> str:
    return causes.rollback_key(phase.current_run_id or phase.id)


async def _incident_of_run(uow: UnitOfWork, phase: LaunchPhase) -> LaunchIncident | None:
    return await incident_queries.lock_newest_with_key(uow.session, _dedup_key(phase))
