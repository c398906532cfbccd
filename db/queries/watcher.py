"""SQL about the watchdog of the health monitor (X16)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

KEY = "watcher:health"

_STATE_SQL = text("""\
SELECT silence.live, silence.last_tick,
       extract(epoch FROM CAST(:now AS timestamptz) - silence.last_tick)::float8 AS seconds,
       EXISTS (
           SELECT FROM launch_incidents
           WHERE dedup_key = :key AND status IN ('open', 'investigating')
       ) AS reported
FROM (
    SELECT count(*) AS live,
           coalesce((SELECT max(updated_at) FROM health_check_states), min(started_at))
               AS last_tick
    FROM launch_phases WHERE status IN ('active', 'paused')
) AS silence
""")
_LOCK_SQL = text("SELECT pg_try_advisory_xact_lock(hashtext(:key))")


@dataclass(frozen=True, slots=True)
class MonitorState:
    """The number of live phases, and how long health has not been checked."""

    live: int
    last_tick: datetime | None
    seconds: float | None
    reported: bool


async def read_state(session: AsyncSession, now: datetime) -> MonitorState:
    """Read the state of the health monitor."""
    row = (await session.execute(_STATE_SQL, {"key": KEY, "now": now})).one()
    return MonitorState(row.live, row.last_tick, row.seconds, row.reported)


async def try_report_lock(session: AsyncSession) -> bool:
    """Take the lock with which one process at a time reports; it ends with the transaction."""
    return bool((await session.execute(_LOCK_SQL, {"key": KEY})).scalar_one())
