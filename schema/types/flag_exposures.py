"""Exposures: the values that flags were served with (A23)."""

import strawberry

from domain.flags.exposures import Exposure
from schema.scalars import Percent


@strawberry.type(description="How often a flag was served. Repeated evaluations count again.")
class FlagExposure:
    """Counts of all processes, complete up to about a minute ago (A23)."""

    on: float = strawberry.field(description="How often it was served as on.")
    off: float = strawberry.field(description="How often it was served as off.")
    on_share: Percent | None = strawberry.field(
        description="The share of those that were on; null: it was not served."
    )

    @classmethod
    def of(cls, exposure: Exposure) -> "FlagExposure":
        """Build the object from counts."""
        return cls(on=exposure.on, off=exposure.off, on_share=exposure.on_share)
