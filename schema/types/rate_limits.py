"""The remaining quota of a caller (A42)."""

from datetime import datetime, timedelta

import strawberry

from domain.platform.cost_quota import QuotaState
from schema.quota import Cost


@strawberry.type(
    description="The rate limit of the caller: points that are restored evenly. Each response "
    "has the same under `extensions.cost`."
)
class RateLimit:
    """The quota of a caller at a moment."""

    cost: int = strawberry.field(description="The most that this operation can cost, in points.")
    limit: int = strawberry.field(description="The most points that a caller can have.")
    remaining: int = strawberry.field(description="The points that are available now.")
    restore_rate: float = strawberry.field(description="Points that are restored per second.")
    reset_at: datetime = strawberry.field(description="When all points will be restored.")

    @classmethod
    def of(cls, standing: QuotaState, cost: Cost, now: datetime) -> "RateLimit":
        """Build the object from the current state of the quota."""
        return cls(
            cost=cost.points,
            limit=standing.budget.points,
            remaining=standing.remaining,
            restore_rate=standing.budget.restore_rate,
            reset_at=now + timedelta(seconds=standing.seconds_until_full),
        )
