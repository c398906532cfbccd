"""What activating a phase would do, without doing it (SPEC S19, X3)."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.codecs import steps_of
from db.models.phases import LaunchPhase
from db.queries import people as people_queries
from db.queries import phases as queries
from domain import plans
from domain.readiness import Readiness
from services import phases, readiness
from services.readiness import Gate


@dataclass(frozen=True, slots=True)
class ActivationPlan:
    """The dry run of an activation."""

    phase: LaunchPhase
    hash: str
    changes: list[plans.FlagDiff]
    exposure: list[plans.Exposure]
    conflicts: list[str]
    readiness: Readiness


async def plan(session: AsyncSession, phase_id: UUID, gate: Gate, now: datetime) -> ActivationPlan:
    """The plan of a phase; raises NotFound."""
    phase = await phases.by_argument(session, phase_id)
    links = (await queries.linked_flags(session, [phase.id]))[phase.id]
    held = await queries.flags_held_elsewhere(session, phase.id)
    changes = plans.diffs(links, steps_of(phase.steps), 0 if phase.steps else None)
    people = await people_queries.everybody(session)
    return ActivationPlan(
        phase=phase,
        hash=plans.plan_hash(phase.version, changes),
        changes=changes,
        # Hashing a hundred thousand people takes a while: off the event loop.
        exposure=await asyncio.to_thread(plans.exposure, links, changes, people),
        conflicts=plans.conflicts(links, held),
        readiness=await readiness.of_phase(session, phase, len(links), gate, now),
    )
