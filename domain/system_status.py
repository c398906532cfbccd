"""What everybody may know of the health: what it means for them, no internals (S113)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.health import CheckType, HealthStatus


class ServiceStatus(StrEnum):
    """How the product is for those who use it."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded"
    OUTAGE = "outage"
    UNKNOWN = "unknown"


_FELT: Mapping[CheckType, str] = {
    CheckType.DATABASE: "Pages may not load, and changes may not be saved.",
    CheckType.API: "Pages may not load.",
    CheckType.AUTH: "Logging in may fail.",
    CheckType.EMAIL: "E-mails are delayed; links to hand over work.",
    CheckType.REALTIME: "Pages may need to be loaded again to show what is new.",
}
# Without these nothing works; the others leave something to work with.
_VITAL = frozenset({CheckType.DATABASE, CheckType.API, CheckType.AUTH})


@dataclass(frozen=True, slots=True)
class SystemStatus:
    """The status, and what people notice."""

    status: ServiceStatus
    effects: tuple[str, ...] = ()


def summarize(checks: Iterable[tuple[CheckType, HealthStatus]]) -> SystemStatus:
    """Say what failing checks mean for users; slow ones and single failures are no trouble yet."""
    found = dict(checks)
    failing = [check for check in CheckType if found.get(check) is HealthStatus.CRITICAL]
    effects = tuple(_FELT[check] for check in failing)
    if not _VITAL.isdisjoint(failing):
        return SystemStatus(ServiceStatus.OUTAGE, effects)
    if failing:
        return SystemStatus(ServiceStatus.DEGRADED, effects)
    if any(status is HealthStatus.UNKNOWN for status in found.values()) or not found:
        return SystemStatus(ServiceStatus.UNKNOWN)
    return SystemStatus(ServiceStatus.OPERATIONAL)
