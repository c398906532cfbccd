"""Parts of the inputs of phases: steps, flags and rollback plans."""

import strawberry

from domain.phases import phases as rules
from schema.enums import RollbackMode
from schema.scalars import Percent
from services.phases.phases import FlagLink


@strawberry.input(description="One step of a ramp.")
class RampStepInput:
    """The input of a step."""

    percentage: Percent = strawberry.field(
        description="The most users that a flag of the phase may reach."
    )
    hold_seconds: int | None = strawberry.field(
        description="How long it lasts, in seconds; by default until somebody advances.",
        default=None,
    )
    requires_approval: bool | None = strawberry.field(
        description="Entered only by a person.", default=False
    )

    def rule(self) -> rules.RampStep:
        """Return the value for the domain."""
        return rules.RampStep(self.percentage, self.hold_seconds, bool(self.requires_approval))


@strawberry.input(description="A flag that a phase switches on.")
class PhaseFlagInput:
    """The input of a link to a flag."""

    flag_key: str = strawberry.field(description="The flag's key.")
    target_percentage: Percent | None = strawberry.field(
        description="The share of users aimed at; left out: the flag's own, or 100 if that is 0.",
        default=None,
    )
    position: int | None = strawberry.field(description="Its position.", default=0)

    def command(self) -> FlagLink:
        """Return the command for the service."""
        return FlagLink(self.flag_key, self.target_percentage, self.position or 0)


@strawberry.input(description="The rollback plan of a phase, which a call can override.")
class RollbackPlanInput:
    """The input of a rollback plan."""

    mode: RollbackMode | None = strawberry.field(
        description="What happens to the flags.", default=rules.RollbackMode.DISABLE_ALL
    )
    drain_seconds: int | None = strawberry.field(
        description="0: a rollback is immediate.", default=0
    )
    notify: list[str] | None = strawberry.field(
        description="Whom to notify of a rollback: names of `alertChannels` and e-mail addresses; "
        "anything else is rejected.",
        default=None,
    )
    manual_steps: list[str] | None = strawberry.field(
        description="Steps to do by hand.", default=None
    )

    def rule(self) -> rules.RollbackPlan:
        """Return the value for the domain."""
        return rules.RollbackPlan(
            mode=self.mode or rules.RollbackMode.DISABLE_ALL,
            drain_seconds=self.drain_seconds or 0,
            notify=tuple(self.notify or ()),
            manual_steps=tuple(self.manual_steps or ()),
        )
