"""The dry run of a rollback (X10)."""

from datetime import datetime

import strawberry

from domain.actors import UserType as Side
from domain.phases.rollbacks import MidStep as Counted
from schema.enums import RollbackMode, UserType
from schema.types.flag_diffs import FlagDiff
from schema.types.phases import LaunchPhase
from services.phases.rollback_preview import RollbackPreview as Preview


@strawberry.type(description="How many people are at a step of the guided setup now.")
class MidStep:
    """People on a step who were active in the last five minutes."""

    user_type: UserType = strawberry.field(description="The user type.")
    step: str = strawberry.field(description="The key of the step.")
    people: int = strawberry.field(description="How many.")
    affected: bool = strawberry.field(description="Whether the flag of this step goes off.")

    @classmethod
    def of(cls, item: Counted) -> "MidStep":
        """Build the object from a count."""
        return cls(
            user_type=Side(item.side.value),
            step=item.step,
            people=item.people,
            affected=item.affected,
        )


@strawberry.type(description="What rolling a phase back would do now. Nothing is changed.")
class RollbackPreview:
    """The dry run of a rollback, which is immediate, also for people in a step."""

    phase: LaunchPhase = strawberry.field(description="The phase.")
    mode: RollbackMode = strawberry.field(description="The mode, as requested or as its plan says.")
    changes: list[FlagDiff] = strawberry.field(description="Each flag before and after.")
    conflicts: list[str] = strawberry.field(
        description="Flags that somebody changed after the phase set them."
    )
    user_impact: str = strawberry.field(
        description="How many people see a flag of it now, counted by evaluating for everybody; "
        "with more than 100,000 people `about`, from a fixed sample. A rollback says the same in "
        "its incident, a moment after it is done."
    )
    mid_step: list[MidStep] = strawberry.field(
        description="How many people are in the middle of the guided setup; steps that go off come "
        "first."
    )
    manual_steps: list[str] = strawberry.field(description="Steps to do by hand.")
    at: datetime = strawberry.field(description="When it was computed.")

    @classmethod
    def of(cls, preview: Preview, at: datetime) -> "RollbackPreview":
        """Build the object from a dry run."""
        return cls(
            phase=LaunchPhase.of(preview.phase),
            mode=preview.mode,
            changes=[FlagDiff.of(item.diff) for item in preview.undoing],
            conflicts=[item.conflict for item in preview.undoing if item.conflict],
            user_impact=preview.user_impact,
            mid_step=[MidStep.of(item) for item in preview.mid_step],
            manual_steps=list(preview.manual_steps),
            at=at,
        )
