"""Fields about health."""

from schema.context import Info
from schema.types.health import HealthSnapshot, SystemStatus
from services.health import health


async def system_health(info: Info) -> HealthSnapshot:
    """All health checks, damped: one bad sample is a WARNING, two are CRITICAL.

    A check without a sample for two intervals is UNKNOWN, which blocks activations.
    """
    return HealthSnapshot.of(await info.context.runtime.health.latest())


async def system_status(info: Info) -> SystemStatus:
    """The public status of the product; needs no log-in."""
    context = info.context
    incidents = await health.open_impacts(context.db)
    return SystemStatus.of(await context.runtime.health.latest(), incidents)
