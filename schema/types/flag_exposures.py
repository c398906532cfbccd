"""What flags were served as (A23)."""

import strawberry

from domain.flags.exposures import Exposure
from schema.scalars import Percent


@strawberry.type(description="How often a flag was served. Repeated evaluations count again.")
class FlagExposure:
    """Of all processes, to about a minute; numbers are whole (A23)."""

    on: float = strawberry.field(description="How often it was served as on.")
    off: float = strawberry.field(description="How often it was served as off.")
    on_share: Percent | None = strawberry.field(
        description="The share of those that were on; null: it was not served."
    )

    @classmethod
    def of(cls, found: Exposure) -> "FlagExposure":
        """Counts as the graph shows them."""
        return cls(on=found.on, off=found.off, on_share=found.on_share)
