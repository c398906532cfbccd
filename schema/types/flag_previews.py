"""Dry runs of changes of flags: how many people they affect (U2)."""

import strawberry

from domain.errors import LaunchError
from schema.scalars import Percent
from schema.types.errors import Error
from services.flags.flag_previews import FlagPreview


@strawberry.type(
    description="The effect that a change of a flag would have now. Nothing is changed."
)
class FlagChangePreview:
    """The effect of a change, counted by evaluating the flag for all suppliers and couples."""

    enabled: bool = strawberry.field(description="Whether it would be on.")
    rollout_percentage: Percent = strawberry.field(
        description="The percentage that would be in force."
    )
    people_before: int = strawberry.field(description="How many see it now.")
    people_after: int = strawberry.field(description="How many would see it.")
    gains: int = strawberry.field(description="How many would see it who do not see it now.")
    losses: int = strawberry.field(description="How many see it now and would not any more.")
    people: int = strawberry.field(description="How many suppliers and couples there are.")
    is_estimate: bool = strawberry.field(
        description="True with more than 100,000 people: the counts are scaled from a fixed "
        "sample of 100,000, to be shown as `about`."
    )
    warnings: list[str] = strawberry.field(
        description="Possible mistakes: 0 % becomes everybody, a kill keeps it off."
    )

    @classmethod
    def of(cls, preview: FlagPreview) -> "FlagChangePreview":
        """Build the object from a dry run."""
        return cls(
            enabled=preview.after.enabled,
            rollout_percentage=preview.after.rollout_percentage,
            people_before=preview.effect.before,
            people_after=preview.effect.after,
            gains=preview.effect.gain,
            losses=preview.effect.lose,
            people=preview.people,
            is_estimate=preview.is_estimate,
            warnings=preview.warnings,
        )


@strawberry.type(description="The preview of a change of a flag, or why it would be rejected.")
class FlagChangePreviewPayload:
    """The payload of `flagChangePreview`."""

    preview: FlagChangePreview | None = strawberry.field(
        description="The effect; null if the change would be rejected.", default=None
    )
    errors: list[Error] = strawberry.field(
        description="Why it would be rejected; empty otherwise.", default_factory=list
    )

    @classmethod
    def of(cls, preview: FlagPreview) -> "FlagChangePreviewPayload":
        """Build the object from a dry run."""
        return cls(preview=FlagChangePreview.of(preview))

    @classmethod
    def failed(cls, error: LaunchError) -> "FlagChangePreviewPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))
