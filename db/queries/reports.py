"""SQL about what a run left behind (SPEC X15)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
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
