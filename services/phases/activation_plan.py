"""Plans an activation without changing anything (S19, X3)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.codecs import criteria_of, steps_of
from db.models.phases import LaunchPhase
from db.queries import kills as kill_queries
from db.queries import people as people_queries
from db.queries import phases as queries
from domain.flags.samples import Sample
from domain.phases import plans
from domain.phases.losses import Loss, count_losses, losing
from domain.phases.plan_warnings import killed_flags, missed_start, visitor_driven
from domain.phases.readiness import Readiness
from services.phases import phases, readiness
from services.phases.readiness import Gate


@dataclass(frozen=True, slots=True)
class ActivationPlan:
    """The result of an activation's dry run."""

    phase: LaunchPhase
    hash: str
    changes: list[plans.FlagDiff]
    exposure: list[plans.Exposure]
    losses: list[Loss]
    is_estimate: bool
    conflicts: list[str]
    readiness: Readiness
    warnings: list[str] = field(default_factory=list)


async def plan(session: AsyncSession, phase_id: UUID, gate: Gate, now: datetime) -> ActivationPlan:
    """Plan the activation of a phase; raises NotFound."""
    phase = await phases.require(session, phase_id)
    links = (await queries.linked_flags(session, [phase.id]))[phase.id]
    holders = await queries.live_holders(session, [link.run_id for link in links])
    held_elsewhere = [
        (link.flag.key, holders[link.run_id])
        for link in links
        if link.run_id in holders and link.run_id != phase.current_run_id
    ]
    changes = plans.diffs(links, steps_of(phase.steps), 0 if phase.steps else None)
    sample = await people_queries.sample(session)
    exposed, losses = await asyncio.to_thread(
        _count_people, links, changes, sample, phase.cohort_salt
    )
    return ActivationPlan(
        phase=phase,
        hash=plans.plan_hash(phase.version, changes),
        changes=changes,
        exposure=exposed,
        losses=losses,
        is_estimate=not sample.is_complete,
        conflicts=plans.conflicts(links, held_elsewhere, phase.cohort_salt),
        readiness=await readiness.of_phase(session, phase, len(links), gate, now),
        warnings=_warnings(phase, links, await kill_queries.killed_keys(session), now),
    )


def _count_people(
    links: Sequence[plans.LinkedFlag],
    changes: Sequence[plans.FlagDiff],
    sample: Sample,
    cohort: str | None,
) -> tuple[list[plans.Exposure], list[Loss]]:
    """Count people. Hashing a hundred thousand takes long, so this runs in a thread."""
    exposed = plans.exposure(links, changes, sample.people, cohort)
    losses = count_losses(losing(links, changes, cohort), sample.people)
    scaled = sample.scaled
    return (
        [
            replace(
                item,
                before=scaled(item.before),
                after=scaled(item.after),
                all_after=scaled(item.all_after),
            )
            for item in exposed
        ],
        [replace(item, people=scaled(item.people)) for item in losses],
    )


def _warnings(
    phase: LaunchPhase, links: Sequence[plans.LinkedFlag], killed: frozenset[str], now: datetime
) -> list[str]:
    missed = missed_start(phase.status, phase.planned_start_at, now)
    warnings = killed_flags([link.flag.key for link in links], killed)
    warnings += visitor_driven(criteria_of(phase.success_criteria))
    return [missed, *warnings] if missed else warnings
