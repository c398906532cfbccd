"""Previews a rollback without changing anything (X10)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.codecs import plan_of
from db.models.phases import LaunchPhase
from db.queries import kills, onboarding, people
from db.queries import phases as queries
from domain.journeys.onboarding import STALLED_AFTER
from domain.phases import rollbacks as rules
from domain.phases.phases import PhaseAction, RollbackMode, RollbackPlan, next_status
from domain.phases.rollbacks import MidStep, Undoing
from services.phases import phases
from services.phases.phase_rollback import plan_undoings, read_snapshots


@dataclass(frozen=True, slots=True)
class RollbackPreview:
    """The result of a rollback's dry run."""

    phase: LaunchPhase
    mode: RollbackMode
    undoing: Sequence[Undoing]
    user_impact: str
    mid_step: Sequence[MidStep]
    manual_steps: Sequence[str]


async def preview(
    session: AsyncSession, phase_id: UUID, mode: RollbackMode | None, now: datetime
) -> RollbackPreview:
    """Preview the rollback of a phase. Without a mode, the phase's rollback plan decides.

    Raises NotFound and InvalidTransition.
    """
    phase = await phases.require(session, phase_id)
    plan = plan_of(phase.rollback_plan) or RollbackPlan()
    used = mode or plan.mode
    next_status(phase.status, PhaseAction.ROLLBACK, mode=used)
    links = (await queries.linked_flags(session, [phase.id]))[phase.id]
    killed = await kills.killed_keys(session)
    flags = rules.not_killed([link.flag for link in links], killed)
    snapshots = await read_snapshots(session, phase)
    undoing = await plan_undoings(session, phase, links, snapshots, used)
    return RollbackPreview(
        phase=phase,
        mode=used,
        undoing=undoing,
        # Hashing a hundred thousand people takes long: a thread keeps the event loop free.
        user_impact=await asyncio.to_thread(rules.impact, flags, await people.sample(session)),
        mid_step=rules.mid_step(
            await onboarding.by_step(session, now - STALLED_AFTER),
            {item.diff.key for item in undoing if item.goes_off},
        ),
        manual_steps=plan.manual_steps,
    )
