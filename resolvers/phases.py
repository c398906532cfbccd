"""Fields about launch phases (S16 to S20)."""

from typing import Annotated

import strawberry

from domain.errors import Required
from schema.context import Info
from schema.enums import PhaseStatus, RollbackMode
from schema.types.node import decode_id, decode_optional_id
from schema.types.phase_inputs import (
    ActivateLaunchPhaseInput,
    CreateLaunchPhaseInput,
    PhaseActionInput,
    RollbackLaunchPhaseInput,
    UpdateLaunchPhaseInput,
)
from schema.types.phase_payloads import (
    ActivateLaunchPhasePayload,
    ActivationPlan,
    PhasePayload,
    RollbackLaunchPhasePayload,
)
from schema.types.phases import LaunchPhase
from schema.types.rollback_preview import RollbackPreview
from services.phases import activation_plan as plans
from services.phases import phase_activation, phase_progress, phase_rollback, phases
from services.phases import rollback_preview as rollbacks

Statuses = Annotated[
    list[PhaseStatus] | None, strawberry.argument(description="Only these; all by default.")
]
PhaseId = Annotated[strawberry.ID, strawberry.argument(description="The phase.")]
ByKey = Annotated[str | None, strawberry.argument(description="Its key, instead of the id.")]
ById = Annotated[strawberry.ID | None, strawberry.argument(description="The phase.")]
NewPhaseArgument = Annotated[
    CreateLaunchPhaseInput, strawberry.argument(description="The new phase.")
]
ChangesArgument = Annotated[UpdateLaunchPhaseInput, strawberry.argument(description="The changes.")]
ActivationArgument = Annotated[
    ActivateLaunchPhaseInput, strawberry.argument(description="The phase, plan and readiness.")
]
RollbackArgument = Annotated[
    RollbackLaunchPhaseInput, strawberry.argument(description="The phase and the reason.")
]
Mode = Annotated[
    RollbackMode | None,
    strawberry.argument(description="By default as the phase's rollback plan says."),
]
ActionArgument = Annotated[
    PhaseActionInput, strawberry.argument(description="The phase and the reason.")
]


async def launch_phases(info: Info, status: Statuses = None) -> list[LaunchPhase]:
    """All phases in the order of the timeline."""
    async with info.context.db.read() as session:
        return [LaunchPhase.of(row) for row in await phases.list_all(session, status)]


async def launch_phase(info: Info, id: ById = None, key: ByKey = None) -> LaunchPhase | None:
    """One phase, by id or by key."""
    if (id is None) == (key is None):
        raise Required("Give either id or key.", path=("id",))
    uuid = decode_optional_id(id, "LaunchPhase")
    async with info.context.db.read() as session:
        row = await phases.find(session, uuid, key)
    return LaunchPhase.of(row) if row else None


async def activation_plan(info: Info, phase_id: PhaseId) -> ActivationPlan:
    """What activating a phase would do, without doing it."""
    uuid = decode_id(phase_id, "LaunchPhase", "phaseId")
    gate = await info.context.gate()
    async with info.context.db.read() as session:
        return ActivationPlan.of(await plans.plan(session, uuid, gate, info.context.now))


async def rollback_preview(info: Info, phase_id: PhaseId, mode: Mode = None) -> RollbackPreview:
    """What rolling a phase back would do now, and who is in the middle of a step."""
    uuid, now = decode_id(phase_id, "LaunchPhase", "phaseId"), info.context.now
    async with info.context.db.read() as session:
        return RollbackPreview.of(await rollbacks.preview(session, uuid, mode, now), now)


async def create(info: Info, input: NewPhaseArgument) -> PhasePayload:
    """Create a phase with its ramp, criteria, rollback plan and flags."""
    async with info.context.db.write() as uow:
        row = await phases.create(
            uow, info.context.actor, input.command(), channels=info.context.runtime.alerts.names
        )
    return PhasePayload(phase=LaunchPhase.of(row))


async def update(info: Info, input: ChangesArgument) -> PhasePayload:
    """Edit a phase. Its status changes only by actions."""
    ref = input.phase()
    async with info.context.db.write() as uow:
        phase_id = await phases.find_id(uow.session, ref)
        row = await phases.update(
            uow,
            info.context.actor,
            phase_id,
            input.patch(),
            expected_version=input.expected_version,
            reason=input.reason,
            channels=info.context.runtime.alerts.names,
        )
    return PhasePayload(phase=LaunchPhase.of(row))


async def activate(info: Info, input: ActivationArgument) -> ActivateLaunchPhasePayload:
    """Activate a phase: its flags go on in the same transaction. Repeating changes nothing."""
    gate = await info.context.gate()
    ref = input.phase()
    async with info.context.db.write() as uow:
        command = input.command(await phases.find_id(uow.session, ref))
        activated = await phase_activation.activate(uow, info.context.actor, command, gate)
    propagation = await info.context.runtime.propagations.of_run(uow.recorded, activated.run.id)
    return ActivateLaunchPhasePayload.of(activated, propagation)


async def roll_back(info: Info, input: RollbackArgument) -> RollbackLaunchPhasePayload:
    """Roll a phase back at once: its flags go off or are restored, and an incident opens.

    Works whatever the health.
    """
    ref = input.phase()
    async with info.context.db.write() as uow:
        command = input.command(await phases.find_id(uow.session, ref))
        rolled_back = await phase_rollback.roll_back(uow, info.context.actor, command)
    run_id = rolled_back.phase.current_run_id
    propagation = await info.context.runtime.propagations.of_run(uow.recorded, run_id)
    return RollbackLaunchPhasePayload.of(rolled_back, propagation)


async def pause(info: Info, input: ActionArgument) -> PhasePayload:
    """Pause the ramp; the flags stay as they are."""
    ref = input.phase()
    async with info.context.db.write() as uow:
        command = input.command(await phases.find_id(uow.session, ref))
        row = await phase_progress.pause(uow, info.context.actor, command)
    return PhasePayload(phase=LaunchPhase.of(row))


async def resume(info: Info, input: ActionArgument) -> PhasePayload:
    """Resume after a pause; the hold of the current step starts again."""
    ref = input.phase()
    async with info.context.db.write() as uow:
        command = input.command(await phases.find_id(uow.session, ref))
        row = await phase_progress.resume(uow, info.context.actor, command)
    return PhasePayload(phase=LaunchPhase.of(row))


async def advance(info: Info, input: ActionArgument) -> PhasePayload:
    """Enter the next step of the ramp now."""
    ref = input.phase()
    async with info.context.db.write() as uow:
        command = input.command(await phases.find_id(uow.session, ref))
        row = await phase_progress.advance(uow, info.context.actor, command)
        warnings = await phase_progress.warnings(uow, row)
    return PhasePayload(phase=LaunchPhase.of(row), warnings=warnings)


async def complete(info: Info, input: ActionArgument) -> PhasePayload:
    """Complete a phase: each flag goes to its target, or stays at its ceiling."""
    ref = input.phase()
    async with info.context.db.write() as uow:
        command = input.command(await phases.find_id(uow.session, ref))
        row = await phase_progress.complete(uow, info.context.actor, command)
        warnings = await phase_progress.warnings(uow, row)
    return PhasePayload(phase=LaunchPhase.of(row), warnings=warnings)
