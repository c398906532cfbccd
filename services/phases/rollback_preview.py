"""What rolling a phase back would do, without doing it (X10)."""

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
from services.phases.phase_rollback import snapshots_of, undoings_of


@dataclass(frozen=True, slots=True)
class RollbackPreview:
    """The dry run of a rollback."""

    phase: LaunchPhase
    mode: RollbackMode
    undoing: Sequence[Undoing]
    user_impact: str
    mid_step: Sequence[MidStep]
    manual_steps: Sequence[str]


async def preview(
    session: AsyncSession, phase_id: UUID, mode: RollbackMode | None, now: datetime
) -> RollbackPreview:
    """Mode None: as the phase's rollback plan says. Raises NotFound, InvalidTransition."""
    phase = await phases.by_argument(session, phase_id)
    plan = plan_of(phase.rollback_plan) or RollbackPlan()
    used = mode or plan.mode
    next_status(phase.status, PhaseAction.ROLLBACK, mode=used)
    links = (await queries.linked_flags(session, [phase.id]))[phase.id]
    killed = await kills.killed_keys(session)
    flags = rules.not_killed([link.flag for link in links], killed)
    snapshots = await snapshots_of(session, phase)
    undoing = await undoings_of(session, phase, links, snapshots, used)
    return RollbackPreview(
        phase=phase,
        mode=used,
        undoing=undoing,
        # Hashing a hundred thousand people takes a while: off the event loop.
        user_impact=await asyncio.to_thread(rules.impact, flags, await people.sample(session)),
        mid_step=rules.mid_step(
            await onboarding.by_step(session, now - STALLED_AFTER),
            {item.diff.key for item in undoing if item.goes_off},
        ),
        manual_steps=plan.manual_steps,
    )
