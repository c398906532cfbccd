"""Live funnels: a new snapshot for each progress of a journey (S80, S110)."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Hashable
from contextlib import aclosing
from datetime import datetime
from typing import Annotated

import strawberry

from domain.errors import DependencyDown
from domain.events import RecordedEvent
from domain.metrics.metrics import JOURNEY_DELAY
from domain.overview.journey_moves import moves_of
from schema.context import Info
from schema.types.journeys import Funnels, Journey
from schema.types.node import decode_id
from services.overview.metric_board import BoardView, JourneyBoard
from subscriptions.delivery_times import OldestUnsentChange, note_delivery
from subscriptions.event_streams import open_events
from subscriptions.fanout import Latest

logger = logging.getLogger(__name__)

MIN_INTERVAL_SECONDS = 1.0  # between two snapshots
MAX_SILENCE_SECONDS = 30.0  # without an event: people who stop on a step cause none

PhaseId = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="Runs that began while this phase was live; by default in the last 24 hours."
    ),
]


async def journeys(info: Info, phase_id: PhaseId = None) -> AsyncIterator[list[Journey]]:
    """The funnels as they are now, then again whenever they change, at most once a second."""
    phase = decode_id(phase_id, "LaunchPhase", "phaseId") if phase_id is not None else None
    runtime = info.context.runtime
    # Subscribe before the snapshot, so that an event in between is not missed.
    newest: Latest[RecordedEvent] = Latest()
    moves = OldestUnsentChange()

    def moves_somebody(item: RecordedEvent) -> bool:
        if not moves_of(item.event):
            return False
        moves.note(item)
        return True

    async with (
        open_events(info, newest, moves_somebody) as changes,
        aclosing(
            _read_snapshots(changes, runtime.journeys, BoardView.of_phase(phase), moves)
        ) as snapshots,
    ):
        async for funnels, committed_at in snapshots:
            yield funnels
            if committed_at is not None:
                note_delivery(runtime.meter, JOURNEY_DELAY, committed_at, runtime.clock())


async def _read_snapshots(
    changes: AsyncIterator[RecordedEvent],
    board: JourneyBoard,
    view: BoardView,
    moves: OldestUnsentChange,
) -> AsyncGenerator[tuple[Funnels, datetime | None], None]:
    """Yield snapshots, each with the commit time of the first new change that it includes."""
    committed_at: datetime | None = None
    last, read_at = await board.latest(view), _now()
    while True:
        yield Funnels.shared(last), committed_at
        seq: Hashable | None = None
        try:
            async with asyncio.timeout(MAX_SILENCE_SECONDS):
                seq = (await anext(changes)).seq
        except TimeoutError:
            pass
        except StopAsyncIteration:
            return
        if _now() - read_at < MIN_INTERVAL_SECONDS:
            # All streams of this process wake at the same time, so that they share one read.
            await asyncio.sleep(MIN_INTERVAL_SECONDS - _now() % MIN_INTERVAL_SECONDS)
        read_at, committed_at = _now(), None
        moves.begin_read()
        try:
            last = await board.latest(view, seq)
            committed_at = moves.take_oldest()
        except DependencyDown:
            logger.warning("journeys: the database is down, sending the last snapshot again")


def _now() -> float:
    return asyncio.get_running_loop().time()
