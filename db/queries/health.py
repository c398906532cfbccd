"""SQL about health checks: states, samples, uptime, retention and the probe's write."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter
from sqlalchemy import func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import Session
from db.models.health import HealthCheckState, HealthReading
from db.models.jobs import Tick
from db.models.phases import LaunchPhase
from domain.alerting.silences import Silence, covering
from domain.health.health import CHECK_IDS, CheckState, CheckType, Reading
from domain.health.health_history import Tally
from domain.phases.phases import PhaseStatus

_STATE: TypeAdapter[CheckState] = TypeAdapter(CheckState)
_PROBE = "health-probe"

# Samples are deleted and counted in one statement, so that uptime counts each exactly once.
_FOLD = text(
    """
    WITH gone AS (
        DELETE FROM system_health_checks WHERE id IN (
            SELECT id FROM system_health_checks WHERE checked_at < :before
            ORDER BY checked_at LIMIT :batch FOR UPDATE SKIP LOCKED
        ) RETURNING check_type, status, checked_at, silenced
    ), folded AS (
        SELECT check_type, date_trunc('hour', checked_at, 'UTC') AS bucket, count(*) AS samples,
               count(*) FILTER (WHERE status IN ('healthy', 'warning')) AS up
        FROM gone WHERE NOT silenced GROUP BY 1, 2
    ), kept AS (
        INSERT INTO launch_metric_rollups AS kept
            (metric_name, resolution_seconds, bucket_at, tags_hash, tags,
             samples, total, minimum, maximum, last)
        SELECT 'health.up', 3600, bucket, check_type, jsonb_build_object('check', check_type),
               samples, up, 0, 1, 0
        FROM folded
        ON CONFLICT (metric_name, resolution_seconds, bucket_at, tags_hash) DO UPDATE
        SET samples = kept.samples + excluded.samples, total = kept.total + excluded.total
    )
    SELECT count(*) FROM gone
    """
)
_UPTIME = text(
    """
    SELECT check_type, floor(10000 * sum(up) / sum(samples))::int FROM (
        SELECT check_type, count(*) AS samples,
               count(*) FILTER (WHERE status IN ('healthy', 'warning')) AS up
        FROM system_health_checks WHERE checked_at >= :since AND NOT silenced GROUP BY 1
        UNION ALL
        SELECT tags_hash, sum(samples), sum(total)::bigint
        FROM launch_metric_rollups
        WHERE metric_name = 'health.up' AND resolution_seconds = 3600 AND bucket_at >= :since
        GROUP BY 1
    ) AS both_stores GROUP BY check_type
    """
)
_TALLIES = text(
    """
    SELECT check_type, slot, sum(samples)::int, sum(up)::int, max(p95)::int FROM (
        SELECT check_type, floor(extract(epoch FROM checked_at) / :size) AS slot,
               count(*) AS samples,
               count(*) FILTER (WHERE status IN ('healthy', 'warning')) AS up,
               percentile_cont(0.95) WITHIN GROUP (ORDER BY response_time_ms) AS p95
        FROM system_health_checks WHERE checked_at >= :since AND NOT silenced GROUP BY 1, 2
        UNION ALL
        SELECT tags_hash, floor(extract(epoch FROM bucket_at) / :size),
               sum(samples), sum(total)::bigint, NULL
        FROM launch_metric_rollups
        WHERE metric_name = 'health.up' AND resolution_seconds = 3600 AND bucket_at >= :since
        GROUP BY 1, 2
    ) AS both_stores GROUP BY check_type, slot
    """
)

_FACTS = text(
    """
    SELECT current_setting('server_version') AS version,
           (SELECT count(*) FROM pgqueuer WHERE status = 'failed') AS failed
    """
)
# Per check, so that the others do not hide one that has stopped.
_GAPS = text(
    """
    WITH samples AS (
        SELECT check_type, checked_at AS at FROM system_health_checks
        WHERE checked_at BETWEEN :lookback AND :until
    ), borders AS (
        SELECT check_type, at FROM samples
        UNION ALL SELECT DISTINCT check_type, cast(:until AS timestamptz) FROM samples
    )
    SELECT check_type, extract(epoch FROM max(later - earlier))::float8 FROM (
        SELECT check_type, at AS later, lag(at, 1, cast(:first AS timestamptz))
               OVER (PARTITION BY check_type ORDER BY at) AS earlier
        FROM borders
    ) AS pauses WHERE later >= :since GROUP BY check_type ORDER BY check_type
    """
)
_LOOKBACK = timedelta(minutes=2)  # a run can start only if the checks are younger than this


async def states(session: AsyncSession) -> list[CheckState]:
    """Return the stored state of each check."""
    rows = await session.scalars(select(HealthCheckState.state))
    return [_STATE.validate_python(row) for row in rows]


async def lock_states(session: AsyncSession) -> dict[CheckType, CheckState]:
    """Lock the stored states in one order, so that two writers cannot deadlock."""
    query = select(HealthCheckState.state).order_by(HealthCheckState.check_type)
    states = [_STATE.validate_python(row) for row in await session.scalars(query.with_for_update())]
    return {state.check: state for state in states}


async def save_states(session: AsyncSession, new: Sequence[CheckState], now: datetime) -> None:
    """Store the states of checks."""
    insertion = upsert(HealthCheckState).values(
        [
            {
                "check_type": state.check,
                "id": CHECK_IDS[state.check],
                "state": _STATE.dump_python(state, mode="json"),
                "updated_at": now,
            }
            for state in sorted(new, key=lambda state: state.check)
        ]
    )
    update = {"state": insertion.excluded.state, "updated_at": insertion.excluded.updated_at}
    await session.execute(
        insertion.on_conflict_do_update(index_elements=["check_type"], set_=update)
    )


async def add_readings(
    session: AsyncSession,
    readings: Sequence[tuple[CheckType, Reading]],
    silences: Sequence[Silence],
) -> None:
    """Store samples; those taken during planned work are marked (A28)."""
    rows = [
        {
            "check_name": check.value,
            "check_type": check,
            "status": reading.status,
            "response_time_ms": reading.response_time_ms,
            "error_message": reading.error,
            "check_details": dict(reading.details),
            "checked_at": reading.at,
            "silenced": covering(silences, check, reading.at) is not None,
        }
        for check, reading in readings
    ]
    if rows:
        await session.execute(insert(HealthReading), rows)


async def uptime(session: AsyncSession, since: datetime) -> Mapping[CheckType, float]:
    """Return the percentage of HEALTHY and WARNING samples since a time, rounded down.

    It is rounded down so that one failure in a month does not show as 100 %. Samples of planned
    work do not count.
    """
    rows = (await session.execute(_UPTIME, {"since": since})).all()
    return {CheckType(row[0]): row[1] / 100 for row in rows}


async def tallies(
    session: AsyncSession, since: datetime, size: int
) -> Mapping[CheckType, Mapping[datetime, Tally]]:
    """Count the samples of each check since a time, in slots of `size` seconds.

    Response times are 95th percentiles; samples folded into rollups have none.
    """
    tallies_by_check: dict[CheckType, dict[datetime, Tally]] = {}
    for check, slot, *counted in await session.execute(_TALLIES, {"since": since, "size": size}):
        at = datetime.fromtimestamp(int(slot) * size, UTC)
        tallies_by_check.setdefault(CheckType(check), {})[at] = Tally(*counted)
    return tallies_by_check


async def longest_gaps(
    session: AsyncSession, since: datetime, until: datetime, *, expected: bool = False
) -> Mapping[CheckType, float]:
    """Return the longest gap between samples of each check, in seconds, up to `until`.

    Checks without samples in the range or just before it are left out. `expected`: the checks were
    already running at `since`, so the time before the first sample counts too.
    """
    values = {
        "lookback": since - _LOOKBACK if expected else since,
        "since": since,
        "first": since if expected else None,
        "until": until,
    }
    rows = await session.execute(_GAPS, values)
    return {CheckType(check): seconds for check, seconds in rows if seconds is not None}


async def phase_started_at(session: AsyncSession) -> datetime | None:
    """Return when the longest running ACTIVE phase started."""
    active = select(func.min(LaunchPhase.started_at)).where(
        LaunchPhase.status == PhaseStatus.ACTIVE
    )
    return (await session.execute(active)).scalar_one()


async def fold_readings(session: AsyncSession, before: datetime, batch: int) -> int:
    """Fold at most `batch` old samples into hourly rollups and return how many were folded."""
    folded: int = (await session.execute(_FOLD, {"before": before, "batch": batch})).scalar_one()
    return folded


async def write_probe(session: AsyncSession, now: datetime) -> dict[str, object]:
    """Write to a fixed row and return details for clients.

    They include the number of jobs that failed permanently and need an operator.
    """
    row = {"task": _PROBE, "slot": 0, "worker": _PROBE, "claimed_at": now}
    insertion = upsert(Tick).values(row)
    await session.execute(
        insertion.on_conflict_do_update(index_elements=["task", "slot"], set_={"claimed_at": now})
    )
    facts = (await session.execute(_FACTS)).one()
    return {"serverVersion": facts.version, "failedJobs": facts.failed}


async def look_up_session(session: AsyncSession, token_hash: bytes) -> bool:
    """Run the session lookup that a login performs."""
    query = select(Session.id).where(Session.token_hash == token_hash)
    return (await session.execute(query)).first() is not None
