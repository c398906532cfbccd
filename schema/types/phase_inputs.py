"""The inputs of phases, and the commands that they become (S16 to S20)."""

from datetime import datetime
from typing import cast
from uuid import UUID

import strawberry
from strawberry import UNSET

from domain.errors import Required
from schema.enums import Platform, RollbackMode
from schema.types.criterion_inputs import CriterionInput
from schema.types.flag_inputs import EXPECTED, IDEMPOTENT, REASON
from schema.types.node import decode_id
from schema.types.phase_parts import PhaseFlagInput, RampStepInput, RollbackPlanInput
from schema.types.provided import provided_fields, refuse_null
from services.phases.phase_activation import ActivatePhase
from services.phases.phase_progress import MovePhase
from services.phases.phase_rollback import Rollback
from services.phases.phases import PhaseDraft, PhasePatch, PhaseRef

BY_ID = "The phase, by its id; or give `key`."
BY_KEY = "The phase, by its key, instead of the id."
_NAMES = {name: name for name in PhasePatch.__annotations__} | {"success_criteria": "criteria"}
del _NAMES["criteria"]


def phase_ref(phase_id: str | None, key: str | None, name: str = "phaseId") -> PhaseRef:
    """Return the phase of an input. Raises Required unless exactly one of id and key is given."""
    if (phase_id is None) == (key is None):
        raise Required(f"Give either {name} or key.", path=("input", name))
    if phase_id is None:
        return PhaseRef(key=key)
    return PhaseRef(id=decode_id(phase_id, "LaunchPhase", "input", name))


@strawberry.input(description="A new phase with its ramp, criteria and flags.")
class CreateLaunchPhaseInput:
    """The input of `createLaunchPhase`."""

    key: str = strawberry.field(
        description="2 to 63 characters of a-z, 0-9 and _; the first is a letter."
    )
    name: str = strawberry.field(description="Its name for people.")
    description: str | None = strawberry.field(description="A description.", default=None)
    position: int | None = strawberry.field(
        description="Its position on the timeline; last by default.", default=None
    )
    platforms: list[Platform] | None = strawberry.field(
        description="The platforms on which it launches; all by default.", default=None
    )
    planned_start_at: datetime | None = strawberry.field(
        description="The planned start.", default=None
    )
    planned_end_at: datetime | None = strawberry.field(description="The planned end.", default=None)
    steps: list[RampStepInput] | None = strawberry.field(
        description="Its ramp; without one, everybody at once.", default=None
    )
    success_criteria: list[CriterionInput] | None = strawberry.field(
        description="Its success criteria.", default=None
    )
    rollback_plan: RollbackPlanInput | None = strawberry.field(
        description="Its rollback plan; by default every flag goes off.", default=None
    )
    flags: list[PhaseFlagInput] | None = strawberry.field(
        description="The flags that it switches on.", default=None
    )
    cohort: bool | None = strawberry.field(
        description="One cohort for all flags of the phase, so that the users of a step are the "
        "same people for each of them; false: each flag has users of its own.",
        default=True,
    )
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENT, default=None)

    def command(self) -> PhaseDraft:
        """Return the command for the service."""
        platforms = tuple(Platform) if self.platforms is None else tuple(self.platforms)
        return PhaseDraft(
            key=self.key,
            name=self.name,
            description=self.description,
            position=self.position,
            platforms=platforms,
            planned_start_at=self.planned_start_at,
            planned_end_at=self.planned_end_at,
            steps=tuple(step.rule() for step in self.steps or ()),
            criteria=tuple(item.rule() for item in self.success_criteria or ()),
            rollback_plan=self.rollback_plan.rule() if self.rollback_plan else None,
            flags=tuple(link.command() for link in self.flags or ()),
            cohort=self.cohort is not False,
            idempotency_key=self.idempotency_key,
        )


@strawberry.input(description="Changes of a phase; omitted fields stay unchanged.")
class UpdateLaunchPhaseInput:
    """The input of `updateLaunchPhase`, without a status: actions change it."""

    id: strawberry.ID | None = strawberry.field(description=BY_ID, default=None)
    key: str | None = strawberry.field(
        description="Its key, instead of the id; keys never change.", default=None
    )
    name: str | None = strawberry.field(description="Its name for people.", default=UNSET)
    description: str | None = strawberry.field(description="A description.", default=UNSET)
    position: int | None = strawberry.field(description="Its position.", default=UNSET)
    platforms: list[Platform] | None = strawberry.field(
        description="The platforms; locked while it is live.", default=UNSET
    )
    planned_start_at: datetime | None = strawberry.field(
        description="The planned start.", default=UNSET
    )
    planned_end_at: datetime | None = strawberry.field(
        description="The planned end.", default=UNSET
    )
    steps: list[RampStepInput] | None = strawberry.field(
        description="Its ramp; locked while it is live.", default=UNSET
    )
    success_criteria: list[CriterionInput] | None = strawberry.field(
        description="Its success criteria.", default=UNSET
    )
    rollback_plan: RollbackPlanInput | None = strawberry.field(
        description="Its rollback plan.", default=UNSET
    )
    flags: list[PhaseFlagInput] | None = strawberry.field(
        description="The flags that it switches on; locked while it is live.", default=UNSET
    )
    cohort: bool | None = strawberry.field(
        description="One cohort for all flags of the phase, so that the users of a step are the "
        "same people for each of them; false: each flag has users of its own. Locked while live.",
        default=UNSET,
    )
    expected_version: int | None = strawberry.field(description=EXPECTED, default=None)
    reason: str | None = strawberry.field(description=REASON, default=None)

    def phase(self) -> PhaseRef:
        """Return the reference to the phase."""
        return phase_ref(self.id, self.key, "id")

    def patch(self) -> PhasePatch:
        """Return the provided fields. Raises Required for a field that cannot be null."""
        values = provided_fields(self, _NAMES)
        refuse_null(values, "name", "position", "platforms", "cohort")
        if "steps" in values:
            values["steps"] = [step.rule() for step in self.steps or ()]
        if "criteria" in values:
            values["criteria"] = [item.rule() for item in self.success_criteria or ()]
        if "rollback_plan" in values:
            values["rollback_plan"] = self.rollback_plan.rule() if self.rollback_plan else None
        if "flags" in values:
            values["flags"] = [link.command() for link in self.flags or ()]
        return cast("PhasePatch", values)


@strawberry.input(description="An activation, bound to the plan and readiness that its author saw.")
class ActivateLaunchPhaseInput:
    """The input of `activateLaunchPhase`."""

    phase_id: strawberry.ID | None = strawberry.field(description=BY_ID, default=None)
    key: str | None = strawberry.field(description=BY_KEY, default=None)
    plan_hash: str | None = strawberry.field(
        description="The hash from activationPlan; rejected with PLAN_DRIFT if the plan has "
        "changed.",
        default=None,
    )
    readiness_token: str | None = strawberry.field(
        description="The token from readiness; rejected with PLAN_DRIFT if readiness has changed.",
        default=None,
    )
    accept_warnings: bool | None = strawberry.field(
        description="Activate despite warnings.", default=False
    )
    accept_losses: list[str] | None = strawberry.field(
        description="Keys of flags that people may lose: those in `activationPlan.losses`. Rejected"
        " with LOSES_USERS while one is missing.",
        default=None,
    )
    reason: str | None = strawberry.field(description=REASON, default=None)
    expected_version: int | None = strawberry.field(description=EXPECTED, default=None)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENT, default=None)

    def phase(self) -> PhaseRef:
        """Return the reference to the phase."""
        return phase_ref(self.phase_id, self.key)

    def command(self, phase_id: UUID) -> ActivatePhase:
        """Return the command for the service."""
        return ActivatePhase(
            phase_id=phase_id,
            plan_hash=self.plan_hash,
            readiness_token=self.readiness_token,
            accept_warnings=bool(self.accept_warnings),
            accept_losses=tuple(self.accept_losses or ()),
            reason=self.reason,
            expected_version=self.expected_version,
            idempotency_key=self.idempotency_key,
        )


@strawberry.input(description="A rollback. The reason is required and visible to everybody.")
class RollbackLaunchPhaseInput:
    """The input of `rollbackLaunchPhase`."""

    reason: str = strawberry.field(description="Why.")
    phase_id: strawberry.ID | None = strawberry.field(description=BY_ID, default=None)
    key: str | None = strawberry.field(description=BY_KEY, default=None)
    mode: RollbackMode | None = strawberry.field(
        description="What happens to the flags; by default as the rollback plan says.", default=None
    )
    drain_seconds: int | None = strawberry.field(
        description="0: a rollback is immediate.", default=None
    )
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENT, default=None)

    def phase(self) -> PhaseRef:
        """Return the reference to the phase."""
        return phase_ref(self.phase_id, self.key)

    def command(self, phase_id: UUID) -> Rollback:
        """Return the command for the service."""
        return Rollback(
            phase_id=phase_id,
            reason=self.reason,
            mode=self.mode,
            drain_seconds=self.drain_seconds,
            idempotency_key=self.idempotency_key,
        )


@strawberry.input(description="An action on a phase.")
class PhaseActionInput:
    """The input of pausing, resuming, advancing and completing a phase."""

    phase_id: strawberry.ID | None = strawberry.field(description=BY_ID, default=None)
    key: str | None = strawberry.field(description=BY_KEY, default=None)
    accept_limits: list[str] | None = strawberry.field(
        description="Only for completeLaunchPhase: keys of flags that may stay below their "
        "targets. Refused with LIMITED while one is missing.",
        default=None,
    )
    reason: str | None = strawberry.field(description=REASON, default=None)
    expected_version: int | None = strawberry.field(description=EXPECTED, default=None)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENT, default=None)

    def phase(self) -> PhaseRef:
        """Return the reference to the phase."""
        return phase_ref(self.phase_id, self.key)

    def command(self, phase_id: UUID) -> MovePhase:
        """Return the command for the service."""
        return MovePhase(
            phase_id=phase_id,
            accept_limits=tuple(self.accept_limits or ()),
            reason=self.reason,
            expected_version=self.expected_version,
            idempotency_key=self.idempotency_key,
        )
