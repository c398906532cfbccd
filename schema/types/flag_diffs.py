"""What a change does to a flag."""

import strawberry

from domain.flags import flags as domain
from domain.phases import plans
from schema.scalars import Percent


@strawberry.type(description="The fields of a flag that decide who sees it.")
class FlagState:
    """One side of a diff."""

    enabled: bool = strawberry.field(description="On or off.")
    rollout_percentage: Percent = strawberry.field(description="The percentage of users included.")
    target_groups: list[str] = strawberry.field(description="The target groups.")
    version: int = strawberry.field(description="The version of the flag; 0 before it existed.")

    @classmethod
    def of(cls, state: domain.FlagState) -> "FlagState":
        """Build the object from a state."""
        return cls(
            enabled=state.enabled,
            rollout_percentage=state.rollout_percentage,
            target_groups=list(state.target_groups),
            version=state.version,
        )


@strawberry.type(description="A flag before and after.")
class FlagDiff:
    """What a plan, a rollback or an event did to a flag."""

    key: str = strawberry.field(description="The flag's key.")
    before: FlagState = strawberry.field(description="The state before.")
    after: FlagState = strawberry.field(description="The state after.")

    @classmethod
    def of(cls, diff: plans.FlagDiff) -> "FlagDiff":
        """Build the object from a diff."""
        return cls(key=diff.key, before=FlagState.of(diff.before), after=FlagState.of(diff.after))
