"""The payloads of mutations of phases, and activation plans (S19, S20, X3)."""

from datetime import datetime

import strawberry

from domain.errors import LaunchError
from domain.phases import plans
from domain.phases.losses import Loss
from domain.propagation.propagation import Propagation as Spread
from schema.enums import UserType, VendorType
from schema.scalars import Percent
from schema.types.errors import Error
from schema.types.flag_diffs import FlagDiff
from schema.types.incidents import Incident
from schema.types.phases import LaunchPhase, PhaseRun
from schema.types.propagation import Propagation
from schema.types.readiness import LaunchReadiness
from services.phases.activation_plan import ActivationPlan as Plan
from services.phases.phase_activation import Activation
from services.phases.phase_rollback import RolledBack

_ERRORS = "Expected failures; empty on success."
_SPREAD = "The propagation of its flags; follow it with the subscription `propagation`."


@strawberry.type(description="How many people of one kind see a flag of the phase.")
class ExposureDelta:
    """A change of exposure, counted by evaluating the flags for everyone."""

    user_type: UserType = strawberry.field(description="The user type.")
    vendor_type: VendorType | None = strawberry.field(description="Their trade, if suppliers.")
    before: int = strawberry.field(description="Now.")
    after: int = strawberry.field(description="After the activation.")
    after_all: int = strawberry.field(
        description="How many of those see every flag of the phase after the activation."
    )

    @classmethod
    def of(cls, item: plans.Exposure) -> "ExposureDelta":
        """Build the object from a count."""
        return cls(
            user_type=item.user_type,
            vendor_type=item.vendor_type,
            before=item.before,
            after=item.after,
            after_all=item.all_after,
        )


@strawberry.type(description="A flag that people would lose by an activation.")
class FlagLoss:
    """A flag that people would lose; the activation needs it in `acceptLosses`."""

    key: str = strawberry.field(description="The flag's key.")
    before: Percent = strawberry.field(description="The percentage in force now.")
    after: Percent = strawberry.field(description="The percentage after the activation.")
    people: int = strawberry.field(description="How many suppliers and couples would lose it.")

    @classmethod
    def of(cls, loss: Loss) -> "FlagLoss":
        """Build the object from a loss."""
        return cls(key=loss.key, before=loss.before, after=loss.after, people=loss.people)


@strawberry.type(description="What activating a phase would change. Nothing is changed yet.")
class ActivationPlan:
    """The dry run of an activation."""

    phase: LaunchPhase = strawberry.field(description="The phase.")
    hash: str = strawberry.field(
        description="Pass it to activateLaunchPhase, so that only what was shown can happen."
    )
    changes: list[FlagDiff] = strawberry.field(description="Each flag before and after.")
    exposure: list[ExposureDelta] = strawberry.field(
        description="How many people see the flags, by kind."
    )
    losses: list[FlagLoss] = strawberry.field(description="The flags that people would lose.")
    is_estimate: bool = strawberry.field(
        description="True with more than 100,000 people: the counts are scaled from a fixed "
        "sample of 100,000, to be shown as `about`. Which flags lose people is exact."
    )
    conflicts: list[str] = strawberry.field(description="Conflicts to resolve or accept first.")
    readiness: LaunchReadiness = strawberry.field(description="Whether the phase is ready now.")
    planned_start_at: datetime | None = strawberry.field(
        description="When the phase should start; a start that was missed is among `warnings`."
    )
    warnings: list[str] = strawberry.field(
        description="Warnings that do not block: a missed start, flags that a kill switch forces "
        "off."
    )

    @classmethod
    def of(cls, plan: Plan) -> "ActivationPlan":
        """Build the object from a plan."""
        return cls(
            phase=LaunchPhase.of(plan.phase),
            hash=plan.hash,
            changes=[FlagDiff.of(change) for change in plan.changes],
            exposure=[ExposureDelta.of(item) for item in plan.exposure],
            losses=[FlagLoss.of(item) for item in plan.losses],
            is_estimate=plan.is_estimate,
            conflicts=plan.conflicts,
            readiness=LaunchReadiness.of(plan.readiness),
            planned_start_at=plan.phase.planned_start_at,
            warnings=plan.warnings,
        )


@strawberry.type(description="A phase after a mutation.")
class PhasePayload:
    """The payload of most mutations of phases."""

    phase: LaunchPhase | None = strawberry.field(description="The phase.", default=None)
    warnings: list[str] = strawberry.field(
        default_factory=list,
        description="Of advance and complete: criteria that a silence keeps from being judged.",
    )
    errors: list[Error] = strawberry.field(description=_ERRORS, default_factory=list)

    @classmethod
    def failed(cls, error: LaunchError) -> "PhasePayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))


@strawberry.type(description="The result of an activation.")
class ActivateLaunchPhasePayload:
    """The phase with its new run."""

    phase: LaunchPhase | None = strawberry.field(description="The phase.", default=None)
    run: PhaseRun | None = strawberry.field(description="The run that is live.", default=None)
    propagation: Propagation | None = strawberry.field(description=_SPREAD, default=None)
    errors: list[Error] = strawberry.field(description=_ERRORS, default_factory=list)

    @classmethod
    def of(cls, done: Activation, spread: Spread | None) -> "ActivateLaunchPhasePayload":
        """Build the object from a result."""
        return cls(
            phase=LaunchPhase.of(done.phase),
            run=PhaseRun.of(done.run),
            propagation=Propagation.of(spread) if spread else None,
        )

    @classmethod
    def failed(cls, error: LaunchError) -> "ActivateLaunchPhasePayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))


@strawberry.type(description="A phase that was rolled back.")
class RollbackLaunchPhasePayload:
    """The payload of a rollback, with the incident that it opened."""

    phase: LaunchPhase | None = strawberry.field(description="The phase.", default=None)
    incident: Incident | None = strawberry.field(description="Its incident.", default=None)
    restored: list[FlagDiff] = strawberry.field(
        description="Each flag before and after; empty if it was rolled back already.",
        default_factory=list,
    )
    conflicts: list[str] = strawberry.field(
        description="Flags that somebody changed by hand during the run.", default_factory=list
    )
    propagation: Propagation | None = strawberry.field(description=_SPREAD, default=None)
    errors: list[Error] = strawberry.field(description=_ERRORS, default_factory=list)

    @classmethod
    def of(cls, done: RolledBack, spread: Spread | None) -> "RollbackLaunchPhasePayload":
        """Build the object from a result."""
        return cls(
            phase=LaunchPhase.of(done.phase),
            incident=Incident.of(done.incident) if done.incident else None,
            restored=[FlagDiff.of(diff) for diff in done.restored],
            conflicts=done.conflicts,
            propagation=Propagation.of(spread) if spread else None,
        )

    @classmethod
    def failed(cls, error: LaunchError) -> "RollbackLaunchPhasePayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))
