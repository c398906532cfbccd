"""How a phase is rolled back (A7)."""

import strawberry

from domain.phases import phases as domain
from schema.enums import RollbackMode


@strawberry.type(description="The rollback plan of a phase, which a call can override.")
class RollbackPlan:
    """The rollback plan of a phase."""

    mode: RollbackMode = strawberry.field(description="What happens to the flags.")
    drain_seconds: int = strawberry.field(description="0: a rollback is immediate.")
    notify: list[str] = strawberry.field(
        description="Alert channels and e-mail addresses to notify."
    )
    manual_steps: list[str] = strawberry.field(description="Steps to do by hand.")

    @classmethod
    def of(cls, plan: domain.RollbackPlan) -> "RollbackPlan":
        """Build the object from a plan."""
        return cls(
            mode=plan.mode,
            drain_seconds=plan.drain_seconds,
            notify=list(plan.notify),
            manual_steps=list(plan.manual_steps),
        )
