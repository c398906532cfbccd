"""Reads runs of phases, and derives facts from a phase row."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.codecs import steps_of
from db.models.phases import LaunchPhase, PhaseRun
from db.queries import phases as queries
from db.queries.pages import Numbers
from domain.phases import phases as rules
from domain.phases.phases import PhaseStatus


def is_live(phase: LaunchPhase) -> bool:
    """Whether a phase is ACTIVE or PAUSED: its flags are in use."""
    return phase.status in (PhaseStatus.ACTIVE, PhaseStatus.PAUSED)


def next_step_at(phase: LaunchPhase) -> datetime | None:
    """Return when the ramp takes its next step by itself; None where it does not (A8)."""
    if phase.status is not PhaseStatus.ACTIVE:
        return None
    return rules.next_step_at(steps_of(phase.steps), phase.step_index, phase.step_started_at)


async def runs(session: AsyncSession, phase_id: UUID, part: Numbers) -> list[PhaseRun]:
    """Return a page of the runs of a phase, newest first."""
    return await queries.runs_page(session, phase_id, part)
