"""Advances ramps whose next step is due but whose job was lost or blocked (A7)."""

import logging

from db.models.phases import LaunchPhase
from db.queries import phases as queries
from db.session import Database
from domain.phases.phases import PhaseStatus
from services.phases.pacing import PacingContext
from services.phases.phase_progress import advance_on_schedule
from services.phases.phase_reads import next_step_at

logger = logging.getLogger(__name__)


async def sweep(db: Database, context: PacingContext) -> int:
    """Advance every ramp that is due; returns how many moved. Safe to run beside their jobs."""
    async with db.read() as session:
        active = await queries.list_all(session, (PhaseStatus.ACTIVE,))
    moved = 0
    for phase in active:
        try:
            moved += await _try_advance(db, phase, context)
        except Exception:
            logger.exception("ramps: %s could not be advanced", phase.key)
    return moved


async def _try_advance(db: Database, phase: LaunchPhase, context: PacingContext) -> bool:
    due = next_step_at(phase)
    if due is None or due > db.clock() or phase.current_run_id is None or phase.step_index is None:
        return False
    async with db.write() as uow:
        return await advance_on_schedule(
            uow, phase.id, phase.current_run_id, phase.step_index, context
        )
