"""Rehearsals of launches (SPEC X4)."""

from typing import Annotated

import strawberry

from schema.context import Info
from schema.types.phase_inputs import PhaseActionInput
from schema.types.phases import PhaseRun
from schema.types.rehearsals import RehearsalPayload
from services import rehearsals

Which = Annotated[PhaseActionInput, strawberry.argument(description="Which, and why.")]


async def rehearse(info: Info, input: Which) -> RehearsalPayload:
    """Rehearse a launch: ramp, fault, decision and rollback on a copy. Reaches nobody."""
    async with info.context.db.write() as uow:
        run = await rehearsals.start(uow, info.context.actor, input.command())
    return RehearsalPayload(run=PhaseRun.of(run))
