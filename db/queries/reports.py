"""SQL about what a run left behind (SPEC X15)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.incidents import AlertDelivery, LaunchIncident


@dataclass(frozen=True, slots=True)
class Delivery:
    """The alerts about one incident: the first bad sample, and the first message that went out."""

    first_bad_at: datetime
    first_sent_at: datetime | None


async def incidents_of_run(session: AsyncSession, run_id: UUID) -> list[LaunchIncident]:
    """Incidents of a run in the order in which they were opened."""
    query = select(LaunchIncident).where(LaunchIncident.run_id == run_id)
    return list(await session.scalars(query.order_by(LaunchIncident.number).limit(500)))


async def deliveries(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Delivery]:
    """What was sent about incidents, by their ids."""
    query = (
        select(
            AlertDelivery.incident_id,
            func.min(AlertDelivery.first_bad_at),
            func.min(AlertDelivery.sent_at),
        )
        .where(AlertDelivery.incident_id.in_(ids))
        .group_by(AlertDelivery.incident_id)
    )
    rows = (await session.execute(query)).all()
    return {row[0]: Delivery(row[1], row[2]) for row in rows if row[0] is not None}


_METRICS_GAP = text("""
SELECT extract(epoch FROM max(later - earlier))::float8 FROM (
  SELECT lag(bucket_at) OVER (ORDER BY bucket_at) AS earlier, bucket_at AS later
  FROM launch_metric_rollups
  WHERE resolution_seconds = 10 AND metric_name = 'event_loop_lag_ms'
    AND bucket_at BETWEEN :start AND :end
) AS pauses
""")


async def longest_gap_of_metrics(
    session: AsyncSession, start: datetime, end: datetime
) -> float | None:
    """The longest time, in seconds, in which no process handed over what it had counted.

    Each does so every ten seconds; None where that is not kept any more, after two days.
    """
    values = {"start": start, "end": end}
    found: float | None = (await session.execute(_METRICS_GAP, values)).scalar_one()
    return found
