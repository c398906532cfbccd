"""The field with the caller's remaining quota (A42)."""

from schema.context import Info
from schema.quota import operation_cost, quota_state
from schema.types.rate_limits import RateLimit


async def rate_limit(info: Info) -> RateLimit:
    """The caller's remaining points, after this operation."""
    context = info.context
    return RateLimit.of(quota_state(context), operation_cost(), context.now)
