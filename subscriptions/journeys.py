"""Funnels, live: again after whatever moves somebody (S80, S110)."""

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
from services.overview.metric_board import JourneyBoard, View
from subscriptions.delivery_times import OldestMove, note_delivery
from subscriptions.fanout import Latest

logger = logging.getLogger(__name__)

PACE = 1.0  # seconds between two looks, however much happens
SILENCE = 30.0  # without an event: who stands still does so without one

PhaseId = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="Those who began while this phase was live; left out: in the last 24 hours."
    ),
]


async def journeys(info: Info, phase_id: PhaseId = None) -> AsyncIterator[list[Journey]]:
    """The funnels as they are now, then again whenever somebody goes on, at most once a second."""
    phase = decode_id(phase_id, "LaunchPhase", "phaseId") if phase_id is not None else None
    runtime = info.context.runtime
    # First the events, then the snapshot: what happens in between is not missed.
    newest: Latest[RecordedEvent] = Latest()
    moves = OldestMove()

    def moves_somebody(item: RecordedEvent) -> bool:
        if not moves_of(item.event):
            return False
        moves.note(item)
        return True

    async with (
        runtime.tail.subscribe(newest, moves_somebody) as changes,
        aclosing(_snapshots(changes, runtime.journeys, View.of_phase(phase), moves)) as snapshots,
    ):
        with runtime.credential_watch.guard(info.context.actor, changes):
            async for found, committed_at in snapshots:
                yield found
                if committed_at is not None:
                    note_delivery(runtime.meter, JOURNEY_DELAY, committed_at, runtime.clock())


async def _snapshots(
    changes: AsyncIterator[RecordedEvent], board: JourneyBoard, view: View, moves: OldestMove
) -> AsyncGenerator[tuple[Funnels, datetime | None], None]:
    """Each with the first change that it shows, where it shows one."""
    shows: datetime | None = None
    last, looked = await board.latest(view), _now()
    while True:
        yield Funnels.shared(last), shows
        news: Hashable | None = None
        try:
            async with asyncio.timeout(SILENCE):
                news = (await anext(changes)).seq
        except TimeoutError:
            pass
        except StopAsyncIteration:
            return
        if _now() - looked < PACE:
            # At the same beat as all others of this process, so that one look serves all.
            await asyncio.sleep(PACE - _now() % PACE)
        looked, shows = _now(), None
        moves.begin_look()
        try:
            last = await board.latest(view, news)
            shows = moves.shown()
        except DependencyDown:
            logger.warning("journeys: the database is away, the last snapshot is sent again")


def _now() -> float:
    return asyncio.get_running_loop().time()
