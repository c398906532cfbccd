"""The cached snapshots of metrics pages and funnels in one process (S26, S80)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from db.session import Database
from domain.journeys.journey_figures import JourneyFigures
from domain.platform.time_ranges import TimeRange
from services.journeys import journey_reads
from services.metrics import metric_reads
from services.metrics.metric_reads import Snapshot
from services.metrics.metric_spans import span_of
from services.platform.snapshot_cache import SnapshotCache


@dataclass(frozen=True, slots=True)
class BoardView:
    """The time range, and phase if any, that a page shows."""

    range: TimeRange
    phase_id: UUID | None = None

    @classmethod
    def of_phase(cls, phase_id: UUID | None) -> "BoardView":
        """Return the time in which a phase was live, or the last 24 hours without a phase."""
        return cls(TimeRange.LAST_24H if phase_id is None else TimeRange.CURRENT_PHASE, phase_id)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class JourneySnapshot:
    """All funnels at one moment."""

    journeys: Sequence[JourneyFigures]


MetricBoard: TypeAlias = SnapshotCache[BoardView, Snapshot]
JourneyBoard: TypeAlias = SnapshotCache[BoardView, JourneySnapshot]


def metric_board(db: Database) -> MetricBoard:
    """Raises NotFound for an unknown phase."""

    async def compute(view: BoardView) -> Snapshot:
        async with db.read() as session:
            return await metric_reads.snapshot(session, view.range, db.clock(), view.phase_id)

    return SnapshotCache(compute)


def journey_board(db: Database) -> JourneyBoard:
    """Raises NotFound for an unknown phase."""

    async def compute(view: BoardView) -> JourneySnapshot:
        now = db.clock()
        async with db.read() as session:
            span = await span_of(session, view.range, now, view.phase_id)
            return JourneySnapshot(await journey_reads.funnels(session, span, now))

    return SnapshotCache(compute)
