"""What a caller may still spend (A42)."""

from datetime import datetime, timedelta

import strawberry

from domain.platform.cost_quota import QuotaState
from schema.quota import Cost


@strawberry.type(
    description="What you may still ask: points that come back evenly. Each reply tells the same "
    "under `extensions.cost`."
)
class RateLimit:
    """One caller's points at a moment."""

    cost: int = strawberry.field(description="What this operation may cost at most, in points.")
    limit: int = strawberry.field(description="The points of somebody who has spent nothing.")
    remaining: int = strawberry.field(description="The points that you can spend now.")
    restore_rate: float = strawberry.field(description="Points that come back in a second.")
    reset_at: datetime = strawberry.field(description="When all of them will be back.")

    @classmethod
    def of(cls, standing: QuotaState, cost: Cost, now: datetime) -> "RateLimit":
        """As of now."""
        return cls(
            cost=cost.points,
            limit=standing.budget.points,
            remaining=standing.remaining,
            restore_rate=standing.budget.restore_rate,
            reset_at=now + timedelta(seconds=standing.seconds_until_full),
        )
