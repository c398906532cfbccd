"""Reads about health for other topics: uptime, and evidence for readiness (A27, X2)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import health as queries
from db.queries import incidents
from db.session import Database
from domain.errors import DependencyDown
from domain.health.health import CHECK_IDS, CheckState, CheckType, HealthSnapshot
from domain.ids import global_id
from domain.incidents.incidents import Severity
from domain.phases.readiness import HealthEvidence
from domain.platform.percent import Percent
from domain.platform.time_ranges import TimeRange, start_of
from services.health.health_monitor import HealthMonitor, Timing, Watch
from services.health.probes import build_probes
from services.health.probes.base import Probe
from services.platform.passwords import Passwords
from settings import Settings

UptimeKey = tuple[CheckType, TimeRange]


def build_monitor(
    settings: Settings,
    db: Database,
    redis: Redis,
    passwords: Passwords,
    publish: Callable[[str], Awaitable[None]],
    probes: Mapping[CheckType, Probe] | None = None,
    alert: Watch | None = None,
) -> HealthMonitor:
    """Build the monitor of one process, web or worker. Tests pass their own `probes`."""
    used = build_probes(settings, db, redis, passwords) if probes is None else probes
    return HealthMonitor(db, redis, used, publish, Timing.of(settings), alert)


def evidence(snapshot: HealthSnapshot) -> Mapping[CheckType, HealthEvidence]:
    """Return what readiness is judged on: each status, its reason and the id of its node."""
    return {
        state.check: HealthEvidence(
            state.status, _detail(state), global_id("HealthCheck", CHECK_IDS[state.check])
        )
        for state in snapshot.checks
    }


async def open_impacts(db: Database) -> Sequence[Severity]:
    """Return the severities of open incidents that users notice.

    The list is empty while the database does not answer: its own check shows that.
    """
    try:
        async with db.read() as session:
            return await incidents.open_with_impact(session)
    except DependencyDown:
        return []


async def uptimes(
    session: AsyncSession, keys: Sequence[UptimeKey], *, clock: Callable[[], datetime]
) -> Mapping[UptimeKey, Percent]:
    """Return the uptime of checks over time ranges, with one statement for each range."""
    by_key: dict[UptimeKey, Percent] = {}
    for window in {window for _, window in keys}:
        for check, share in (await _uptime(session, window, clock())).items():
            by_key[check, window] = Percent(share)
    return by_key


async def _uptime(
    session: AsyncSession, window: TimeRange, now: datetime
) -> Mapping[CheckType, float]:
    since = await window_start(session, window, now)
    return await queries.uptime(session, since) if since is not None else {}


async def longest_gap(session: AsyncSession, window: TimeRange, now: datetime) -> float | None:
    """Return the longest time without a sample of any check (S98); the target is 33 s.

    Only single samples count, which are stored for two days.
    """
    since = await window_start(session, window, now)
    if since is None:
        return None
    gaps = await queries.longest_gaps(session, since, now)
    return max(gaps.values(), default=None)


async def window_start(session: AsyncSession, window: TimeRange, now: datetime) -> datetime | None:
    """Return the start of a time range; None for CURRENT_PHASE where no phase is ACTIVE."""
    phase = window is TimeRange.CURRENT_PHASE
    return start_of(window, now, await queries.phase_started_at(session) if phase else None)


def _detail(state: CheckState) -> str:
    return f"{state.status}: {state.error}" if state.error else state.status.value
