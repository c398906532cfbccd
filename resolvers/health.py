"""How health is answered."""

from uuid import UUID

from domain.health import CHECKS_BY_ID
from schema.context import Info
from schema.types.health import HealthCheck, HealthSnapshot


async def system_health(info: Info) -> HealthSnapshot:
    """All health checks, damped: one bad sample is a WARNING, two are CRITICAL.

    A check without a sample for two intervals is UNKNOWN, which keeps phases from going live.
    """
    return HealthSnapshot.of(await info.context.runtime.health.latest())


async def load_health_check(info: Info, key: UUID) -> HealthCheck | None:
    """The check with this row id; None where there is none."""
    check = CHECKS_BY_ID.get(key)
    if check is None:
        return None
    snapshot = await info.context.runtime.health.latest()
    return HealthCheck.of(snapshot.state(check))
