"""Queries of the watchdog over the health monitor (X16)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# The dedup key of the incident. It is stored, and so are the incident type and the actor label
# "watcher": they keep the word of the first release.
DEDUP_KEY = "watcher:health"

_READ_GAP = text("""\
SELECT gap.live_phases, gap.last_check_at,
       extract(epoch FROM CAST(:now AS timestamptz) - gap.last_check_at)::float8 AS seconds,
       EXISTS (
           SELECT FROM launch_incidents
           WHERE dedup_key = :key AND status IN ('open', 'investigating')
       ) AS is_reported
FROM (
    SELECT count(*) AS live_phases,
           coalesce((SELECT max(updated_at) FROM health_check_states), min(started_at))
               AS last_check_at
    FROM launch_phases WHERE status IN ('active', 'paused')
) AS gap
""")
_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtext(:key))")


@dataclass(frozen=True, slots=True)
class HealthCheckGap:
    """How many phases are live, and how long ago health was last checked.

    `seconds` is None where no check has run and no phase has started. `is_reported` says that the
    incident about this gap is open.
    """

    live_phases: int
    last_check_at: datetime | None
    seconds: float | None
    is_reported: bool


async def read_gap(session: AsyncSession, now: datetime) -> HealthCheckGap:
    """Read the time since the last health check, as the database knows it."""
    row = (await session.execute(_READ_GAP, {"key": DEDUP_KEY, "now": now})).one()
    return HealthCheckGap(row.live_phases, row.last_check_at, row.seconds, row.is_reported)


async def try_lock(session: AsyncSession) -> bool:
    """Return True for one transaction at a time, so that one of many processes reports."""
    return bool((await session.execute(_TRY_LOCK, {"key": DEDUP_KEY})).scalar_one())
