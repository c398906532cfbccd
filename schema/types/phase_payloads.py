"""What the mutations of phases give, and the plan of an activation (SPEC S19, S20, X3)."""

import strawberry

from domain import plans
from domain.errors import LaunchError
from domain.propagation import Propagation as Spread
from schema.enums import UserType, VendorType
from schema.types.errors import Error
from schema.types.flag_diffs import FlagDiff
from schema.types.incidents import Incident
from schema.types.phases import LaunchPhase, PhaseRun
from schema.types.propagation import Propagation
from schema.types.readiness import LaunchReadiness
from services.activation_plan import ActivationPlan as Plan
from services.phase_activation import Activation
from services.phase_rollback import RolledBack

_ERRORS = "Expected failures; empty where it worked."
_SPREAD = "How far its flags have come; follow the version with the subscription `propagation`."


@strawberry.type(description="How many people of one kind see a flag of the phase.")
class ExposureDelta:
    """Counted by evaluating the flags for everybody."""

    user_type: UserType = strawberry.field(description="Their side.")
    vendor_type: VendorType | None = strawberry.field(description="Their trade, if suppliers.")
    before: int = strawberry.field(description="Now.")
    after: int = strawberry.field(description="After the activation.")

    @classmethod
    def of(cls, item: plans.Exposure) -> "ExposureDelta":
        """A count as the graph shows it."""
        return cls(
            user_type=item.user_type,
            vendor_type=item.vendor_type,
            before=item.before,
            after=item.after,
        )


@strawberry.type(description="What activating a phase would do. Nothing has been changed.")
class ActivationPlan:
    """The dry run."""

    phase: LaunchPhase = strawberry.field(description="The phase.")
    hash: str = strawberry.field(
        description="Give it to activateLaunchPhase: what was shown is what happens."
    )
    changes: list[FlagDiff] = strawberry.field(description="Each flag before and after.")
    exposure: list[ExposureDelta] = strawberry.field(description="Who sees how much.")
    conflicts: list[str] = strawberry.field(description="What to know first.")
    readiness: LaunchReadiness = strawberry.field(description="Whether it may go live now.")

    @classmethod
    def of(cls, plan: Plan) -> "ActivationPlan":
        """A plan as the graph shows it."""
        return cls(
            phase=LaunchPhase.of(plan.phase),
            hash=plan.hash,
            changes=[FlagDiff.of(change) for change in plan.changes],
            exposure=[ExposureDelta.of(item) for item in plan.exposure],
            conflicts=plan.conflicts,
            readiness=LaunchReadiness.of(plan.readiness),
        )


@strawberry.type(description="A phase after a mutation.")
class PhasePayload:
    """What most mutations of phases give."""

    phase: LaunchPhase | None = strawberry.field(description="The phase.", default=None)
    errors: list[Error] = strawberry.field(description=_ERRORS, default_factory=list)

    @classmethod
    def failed(cls, error: LaunchError) -> "PhasePayload":
        """An expected failure."""
        return cls(errors=[Error.of(error)])


@strawberry.type(description="A phase that went live.")
class ActivateLaunchPhasePayload:
    """The phase with its new run."""

    phase: LaunchPhase | None = strawberry.field(description="The phase.", default=None)
    run: PhaseRun | None = strawberry.field(description="The run that is live.", default=None)
    propagation: Propagation | None = strawberry.field(description=_SPREAD, default=None)
    errors: list[Error] = strawberry.field(description=_ERRORS, default_factory=list)

    @classmethod
    def of(cls, done: Activation, spread: Spread | None) -> "ActivateLaunchPhasePayload":
        """A result as the graph shows it."""
        return cls(
            phase=LaunchPhase.of(done.phase),
            run=PhaseRun.of(done.run),
            propagation=Propagation.of(spread) if spread else None,
        )

    @classmethod
    def failed(cls, error: LaunchError) -> "ActivateLaunchPhasePayload":
        """An expected failure."""
        return cls(errors=[Error.of(error)])


@strawberry.type(description="A phase that was rolled back.")
class RollbackLaunchPhasePayload:
    """What was undone, and the incident that was opened."""

    phase: LaunchPhase | None = strawberry.field(description="The phase.", default=None)
    incident: Incident | None = strawberry.field(description="Its incident.", default=None)
    restored: list[FlagDiff] = strawberry.field(
        description="Each flag before and after; empty where it was rolled back already.",
        default_factory=list,
    )
    conflicts: list[str] = strawberry.field(
        description="Flags that somebody changed by hand during the run.", default_factory=list
    )
    propagation: Propagation | None = strawberry.field(description=_SPREAD, default=None)
    errors: list[Error] = strawberry.field(description=_ERRORS, default_factory=list)

    @classmethod
    def of(cls, done: RolledBack, spread: Spread | None) -> "RollbackLaunchPhasePayload":
        """A result as the graph shows it."""
        return cls(
            phase=LaunchPhase.of(done.phase),
            incident=Incident.of(done.incident) if done.incident else None,
            restored=[FlagDiff.of(diff) for diff in done.restored],
            conflicts=done.conflicts,
            propagation=Propagation.of(spread) if spread else None,
        )

    @classmethod
    def failed(cls, error: LaunchError) -> "RollbackLaunchPhasePayload":
        """An expected failure."""
        return cls(errors=[Error.of(error)])
