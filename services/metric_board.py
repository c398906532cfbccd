"""The metrics pages and the funnels of one process (SPEC S26, S80)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from db.session import Database
from domain.journey_figures import JourneyFigures
from domain.windows import TimeRange
from services import journey_reads, metric_reads
from services.board import Board
from services.metric_reads import Snapshot


@dataclass(frozen=True, slots=True)
class View:
    """What somebody looks at."""

    range: TimeRange
    phase_id: UUID | None = None


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class JourneySnapshot:
    """All funnels at one moment."""

    journeys: Sequence[JourneyFigures]


MetricBoard: TypeAlias = Board[View, Snapshot]
JourneyBoard: TypeAlias = Board[UUID | None, JourneySnapshot]


def metric_board(db: Database) -> MetricBoard:
    """Raises NotFound for an unknown phase."""

    async def compute(view: View) -> Snapshot:
        async with db.read() as session:
            return await metric_reads.snapshot(session, view.range, db.clock(), view.phase_id)

    return Board(compute)


def journey_board(db: Database) -> JourneyBoard:
    """By phase; None is the last 24 hours."""

    async def compute(phase_id: UUID | None) -> JourneySnapshot:
        async with db.read() as session:
            return JourneySnapshot(await journey_reads.of_phase(session, phase_id, db.clock()))

    return Board(compute)
