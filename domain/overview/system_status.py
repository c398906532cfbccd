"""The public status: what health means for users, without internals (S113)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.health.health import CheckType, HealthStatus
from domain.incidents.incidents import Severity


class ServiceStatus(StrEnum):
    """The status of the product for its users."""

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
_LIMITED = "Some features do not work as usual. Our team is working on it."
# Without these nothing works; without the others the product is degraded.
_VITAL = frozenset({CheckType.DATABASE, CheckType.API, CheckType.AUTH})


@dataclass(frozen=True, slots=True)
class SystemStatus:
    """The status and its effects on users."""

    status: ServiceStatus
    effects: tuple[str, ...] = ()


def summarize(
    checks: Iterable[tuple[CheckType, HealthStatus]], incidents: Collection[Severity] = ()
) -> SystemStatus:
    """Describe the effects of failing checks; slow checks and single failures have none.

    `incidents`: the severities of open incidents with an impact on users. Their texts are internal,
    so only their existence is shown (M15).
    """
    statuses = dict(checks)
    failing = [check for check in CheckType if statuses.get(check) is HealthStatus.CRITICAL]
    effects = (*(_FELT[check] for check in failing), *([_LIMITED] if incidents else []))
    if not _VITAL.isdisjoint(failing) or Severity.CRITICAL in incidents:
        return SystemStatus(ServiceStatus.OUTAGE, effects)
    if effects:
        return SystemStatus(ServiceStatus.DEGRADED, effects)
    if any(status is HealthStatus.UNKNOWN for status in statuses.values()) or not statuses:
        return SystemStatus(ServiceStatus.UNKNOWN)
    return SystemStatus(ServiceStatus.OPERATIONAL)
