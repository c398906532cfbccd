"""Health statuses, and how readings become a status without flapping (S5, S65, S67)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5

SLOW_MS = 500
FAILURE_THRESHOLD = 2
SUCCESS_THRESHOLD = 2
FLAPPING_CHANGES = 4
FLAPPING_WINDOW = timedelta(minutes=10)
STALE_AFTER_INTERVALS = 2


class CheckType(StrEnum):
    """The five parts that a launch depends on."""

    DATABASE = "database"
    API = "api"
    AUTH = "auth"
    EMAIL = "email"
    REALTIME = "realtime"


class HealthStatus(StrEnum):
    """The status of a check."""

    HEALTHY = "healthy"
    WARNING = "warning"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """How a run of a probe ended."""

    PASSED = "passed"
    DEGRADED = "degraded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"


# Fixed ids, because the database may be the part that is down.
CHECK_IDS: Mapping[CheckType, UUID] = {
    check: uuid5(NAMESPACE_URL, f"launch:health:{check.value}") for check in CheckType
}
CHECK_NAMES: Mapping[CheckType, str] = {
    CheckType.DATABASE: "Database",
    CheckType.API: "API Endpoints",
    CheckType.AUTH: "Authentication",
    CheckType.EMAIL: "Email Services",
    CheckType.REALTIME: "Realtime",
}
CHECKS_BY_ID: Mapping[UUID, CheckType] = {key: check for check, key in CHECK_IDS.items()}

_WORSE = (
    HealthStatus.HEALTHY,
    HealthStatus.WARNING,
    HealthStatus.UNKNOWN,
    HealthStatus.CRITICAL,
)


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The result of a probe. `response_time_ms` is set for failures too (S66)."""

    outcome: Outcome
    response_time_ms: int
    error: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """One sample of a check. CRITICAL is a failure, UNKNOWN a timeout."""

    status: HealthStatus
    response_time_ms: int | None
    error: str | None
    details: Mapping[str, object]
    at: datetime

    @property
    def failed(self) -> bool:
        """True for failures and timeouts."""
        return self.status in (HealthStatus.CRITICAL, HealthStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class CheckState:
    """The state of a check after damping. `changes`: the moments of recent status changes."""

    check: CheckType
    status: HealthStatus = HealthStatus.UNKNOWN
    since: datetime | None = None
    checked_at: datetime | None = None
    response_time_ms: int | None = None
    error: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    consecutive_failures: int = 0
    consecutive_successes: int = 0
    latest: HealthStatus | None = None
    changes: tuple[datetime, ...] = ()
    stale: bool = False
    failing_since: datetime | None = None  # the first of the failed samples in a row

    @property
    def flapping(self) -> bool:
        """True after four changes within ten minutes."""
        return len(self.changes) >= FLAPPING_CHANGES


@dataclass(frozen=True, slots=True)
class HealthSnapshot:
    """All checks at one moment; `changed` names those whose status differs from before."""

    at: datetime
    checks: tuple[CheckState, ...]
    changed: tuple[CheckType, ...] = ()

    @property
    def overall(self) -> HealthStatus:
        """The worst status of all checks (S25)."""
        return overall(self.checks)

    @property
    def cursor(self) -> str:
        """Grows with time; microseconds distinguish any two snapshots."""
        return str(int(self.at.timestamp() * 1_000_000))

    def state(self, check: CheckType) -> CheckState:
        """The state of a check; UNKNOWN if it never ran."""
        return next((state for state in self.checks if state.check is check), CheckState(check))


def judge(result: ProbeResult, at: datetime) -> Reading:
    """Turn the result of a probe into a reading: success above 500 ms is a WARNING (S65)."""
    status, error = _JUDGED[result.outcome], result.error
    if result.outcome is Outcome.PASSED and result.response_time_ms > SLOW_MS:
        status = HealthStatus.WARNING
        error = f"{result.response_time_ms} ms (limit {SLOW_MS} ms)"
    return Reading(status, result.response_time_ms, error, result.details, at)


_JUDGED = {
    Outcome.PASSED: HealthStatus.HEALTHY,
    Outcome.DEGRADED: HealthStatus.WARNING,
    Outcome.FAILED: HealthStatus.CRITICAL,
    Outcome.TIMED_OUT: HealthStatus.UNKNOWN,
}


def next_state(state: CheckState, reading: Reading, now: datetime) -> CheckState:
    """The state after one more reading: two failures make it bad, two passes good (S67)."""
    failures = state.consecutive_failures + 1 if reading.failed else 0
    successes = 0 if reading.failed else state.consecutive_successes + 1
    if reading.failed:
        status = _status_after_failure(state, reading, failures)
    else:
        status = _status_after_success(state, reading, successes)
    changed = status is not state.status
    return CheckState(
        check=state.check,
        status=status,
        since=now if changed or state.since is None else state.since,
        checked_at=reading.at,
        response_time_ms=reading.response_time_ms,
        error=_explain(state, status, reading),
        details=reading.details,
        consecutive_failures=failures,
        consecutive_successes=successes,
        latest=reading.status,
        changes=_recent_changes((*state.changes, now) if changed else state.changes, now),
        failing_since=_failing_since(state, reading),
    )


def _failing_since(state: CheckState, reading: Reading) -> datetime | None:
    if not reading.failed:
        return None
    return state.failing_since if state.consecutive_failures else reading.at


def _status_after_failure(state: CheckState, reading: Reading, failures: int) -> HealthStatus:
    if failures < FAILURE_THRESHOLD:
        # Failed once, to be looked at again: no longer HEALTHY, not yet CRITICAL.
        healthy = state.status is HealthStatus.HEALTHY
        return HealthStatus.WARNING if healthy else state.status
    timed_out_twice = reading.status is state.latest is HealthStatus.UNKNOWN
    if timed_out_twice and state.status is not HealthStatus.CRITICAL:
        return HealthStatus.UNKNOWN
    # A timeout is no better than a failure, so CRITICAL stays through timeouts.
    return HealthStatus.CRITICAL


def _status_after_success(state: CheckState, reading: Reading, successes: int) -> HealthStatus:
    down = state.status in (HealthStatus.CRITICAL, HealthStatus.UNKNOWN)
    first_ever = state.checked_at is None
    if down and not first_ever and successes < SUCCESS_THRESHOLD:
        return state.status
    return reading.status


def _explain(state: CheckState, status: HealthStatus, reading: Reading) -> str | None:
    """A bad status always has a reason: during recovery it is the last failure."""
    if reading.error is not None or status is HealthStatus.HEALTHY:
        return reading.error
    return state.error


def _recent_changes(changes: tuple[datetime, ...], now: datetime) -> tuple[datetime, ...]:
    return tuple(moment for moment in changes if now - moment <= FLAPPING_WINDOW)


def changed_at(before: CheckState, state: CheckState) -> datetime | None:
    """When a check reached its status: an outage begins with its first bad reading.

    Never before the start of the previous status, whatever another process has seen.
    """
    down = state.status in (HealthStatus.CRITICAL, HealthStatus.UNKNOWN)
    down_since = state.failing_since if down and state.failing_since else state.since
    return max(down_since, before.since) if down_since and before.since else down_since


def is_suspect(state: CheckState) -> bool:
    """True after a single failure, which is checked again soon (S67)."""
    return 0 < state.consecutive_failures < FAILURE_THRESHOLD


def is_down(state: CheckState) -> bool:
    """True if CRITICAL, or without a reply twice in a row, and still failing (S67, S111)."""
    if state.status is HealthStatus.CRITICAL:
        return state.consecutive_failures > 0
    silent = state.status is HealthStatus.UNKNOWN
    return silent and state.consecutive_failures >= FAILURE_THRESHOLD


def is_up(state: CheckState) -> bool:
    """True if good after damping; a check that is disabled counts as good."""
    if state.checked_at is None:
        return True
    works = state.status in (HealthStatus.HEALTHY, HealthStatus.WARNING)
    return works and not state.consecutive_failures


def worst_detection(interval: float, timeout: float, recheck: float) -> float:
    """The most seconds from a failure to CRITICAL: 30 + 5 + 10 + 5 = 50 (S67)."""
    return interval + timeout + recheck + timeout


def resumed(state: CheckState, now: datetime, interval: timedelta) -> CheckState:
    """The state after a pause: earlier readings no longer count as consecutive."""
    if state.checked_at is None or not is_stale(state, now, interval):
        return state
    return replace(
        state, consecutive_failures=0, consecutive_successes=0, latest=None, failing_since=None
    )


def disabled(state: CheckState) -> CheckState:
    """The state of a disabled check: UNKNOWN (S5)."""
    return CheckState(state.check, since=state.since, error="this check is disabled")


def is_stale(state: CheckState, now: datetime, interval: timedelta) -> bool:
    """True if the last reading is older than two intervals, or missing (S5)."""
    if state.checked_at is None:
        return True
    return now - state.checked_at > STALE_AFTER_INTERVALS * interval


def as_seen(state: CheckState, now: datetime, interval: timedelta) -> CheckState:
    """The state as readers may rely on it: UNKNOWN if it is stale."""
    if not is_stale(state, now, interval):
        return replace(state, stale=False)
    error = state.error if state.checked_at is None else "no sample for two intervals"
    return replace(state, status=HealthStatus.UNKNOWN, stale=True, error=error)


def overall(states: Iterable[CheckState]) -> HealthStatus:
    """The worst: CRITICAL, then UNKNOWN, then WARNING; UNKNOWN of nothing at all."""
    statuses = [state.status for state in states]
    return max(statuses, key=_WORSE.index) if statuses else HealthStatus.UNKNOWN
