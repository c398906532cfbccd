"""SQL about the records of a run, for its report (X15)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.events import LaunchEvent
from db.models.flags import FlagPropagation
from db.models.incidents import AlertDelivery, IncidentEpisode, LaunchIncident
from domain.alerting.alerts import AlertKind
from domain.metrics.metrics import COLLECTIONS, LOOP_LAG
from domain.platform.change_actions import ChangeAction
from domain.platform.time_ranges import FINE

_MAX = 500


@dataclass(frozen=True, slots=True)
class FirstMessage:
    """The first message about an episode: when it was decided and when it was sent."""

    decided_at: datetime
    sent_at: datetime | None


async def episodes_of_run(
    session: AsyncSession, run_id: UUID, start: datetime, end: datetime
) -> list[tuple[IncidentEpisode, LaunchIncident]]:
    """Return the episodes of a run, and those without a run detected while it was live."""
    without_run = and_(
        IncidentEpisode.run_id.is_(None), IncidentEpisode.detected_at.between(start, end)
    )
    query = (
        select(IncidentEpisode, LaunchIncident)
        .join(LaunchIncident, LaunchIncident.id == IncidentEpisode.incident_id)
        .where(or_(IncidentEpisode.run_id == run_id, without_run))
        .order_by(LaunchIncident.number, IncidentEpisode.number)
        .limit(_MAX)
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


async def first_messages(
    session: AsyncSession, ids: Sequence[UUID]
) -> Mapping[UUID, Sequence[FirstMessage]]:
    """Return the messages that announced incidents; messages about their end are left out."""
    query = select(AlertDelivery).where(
        AlertDelivery.incident_id.in_(ids), AlertDelivery.kind == AlertKind.FIRING
    )
    messages: dict[UUID, list[FirstMessage]] = {}
    for row in await session.scalars(query):
        if row.incident_id is not None:
            message = FirstMessage(row.created_at, row.sent_at)
            messages.setdefault(row.incident_id, []).append(message)
    return messages


async def propagations_while_live(
    session: AsyncSession, run_id: UUID, start: datetime, end: datetime
) -> list[FlagPropagation]:
    """Return the versions that a run made, and those made by others while it was live."""
    query = select(FlagPropagation).where(
        or_(
            FlagPropagation.run_id == run_id,
            FlagPropagation.started_at.between(start, end),
        )
    )
    return list(await session.scalars(query.order_by(FlagPropagation.version).limit(_MAX)))


async def edits_of_phase(
    session: AsyncSession, phase_id: UUID, start: datetime, end: datetime
) -> int:
    """Count the edits of a phase in a time range."""
    query = select(func.count()).where(
        LaunchEvent.phase_id == phase_id,
        LaunchEvent.kind == "phase.changed",
        LaunchEvent.payload["action"].astext == ChangeAction.UPDATED,
        LaunchEvent.occurred_at > start,
        LaunchEvent.occurred_at <= end,
    )
    return (await session.execute(query)).scalar_one()


_GAP_SQL = """
SELECT extract(epoch FROM max(later - earlier))::float8, count(*) - 1 FROM (
  SELECT lag(at, 1, cast(:start AS timestamptz)) OVER (ORDER BY at) AS earlier, at AS later FROM (
    {moments} UNION ALL SELECT cast(:end AS timestamptz)
  ) AS moments
) AS pauses WHERE later >= :start
"""
_COLLECTIONS_SQL = text(
    _GAP_SQL.format(
        moments="SELECT recorded_at AS at FROM launch_metrics "
        "WHERE metric_name = :name AND recorded_at BETWEEN :before AND :end"
    )
)
_EXPORTS_SQL = text(
    _GAP_SQL.format(
        moments="SELECT DISTINCT bucket_at AS at FROM launch_metric_rollups WHERE metric_name = "
        ":name AND resolution_seconds = :resolution AND bucket_at BETWEEN :before AND :end"
    )
)
_LOOKBACK = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Gap:
    """The longest gap, in seconds, between a number of times, up to the end of the range."""

    seconds: float
    moments: int


async def longest_gap_of_collections(session: AsyncSession, start: datetime, end: datetime) -> Gap:
    """Return the longest gap between two collections shown on dashboards (S109)."""
    values = {"name": COLLECTIONS, "before": start - _LOOKBACK, "start": start, "end": end}
    return Gap(*(await session.execute(_COLLECTIONS_SQL, values)).one())


async def longest_gap_of_exports(session: AsyncSession, start: datetime, end: datetime) -> Gap:
    """Return the longest gap between two times at which a process stored its counts."""
    values = {"name": LOOP_LAG, "before": start - _LOOKBACK, "start": start, "end": end}
    rows = await session.execute(_EXPORTS_SQL, values | {"resolution": FINE})
    return Gap(*rows.one())
