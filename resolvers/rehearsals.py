"""Mutations of rehearsals (X4)."""

from typing import Annotated

import strawberry

from schema.context import Info
from schema.types.phase_inputs import PhaseActionInput
from schema.types.phases import PhaseRun
from schema.types.rehearsals import RehearsalPayload
from services.phases import phases, rehearsals

RehearsalArgument = Annotated[
    PhaseActionInput, strawberry.argument(description="The phase and the reason.")
]


async def rehearse(info: Info, input: RehearsalArgument) -> RehearsalPayload:
    """Rehearse a launch: ramp, fault, decision and rollback on a copy, without users."""
    ref = input.phase()
    async with info.context.db.write() as uow:
        command = input.command(await phases.find_id(uow.session, ref))
        run = await rehearsals.start(uow, info.context.actor, command)
    return RehearsalPayload(run=PhaseRun.of(run))
