"""Live metrics: a new snapshot after each collection (S26, S109)."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated

import strawberry

from domain.errors import DependencyDown
from domain.platform.time_ranges import TimeRange as Range
from schema.context import Info
from schema.enums import TimeRange
from schema.types.metrics import MetricsSnapshot
from schema.types.node import decode_id
from services.metrics.metric_reads import Snapshot
from services.overview.metric_board import BoardView, MetricBoard
from subscriptions.bus import BusMessage, Resync
from subscriptions.channels import METRICS
from subscriptions.fanout import Latest

logger = logging.getLogger(__name__)

MAX_SILENCE_SECONDS = 35.0  # without a collection, until a snapshot is computed anyway

Window = Annotated[TimeRange, strawberry.argument(description="The time range.")]
PhaseId = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only while this phase was live.")
]


async def launch_metrics(
    info: Info, range: Window = Range.LAST_24H, phase_id: PhaseId = None
) -> AsyncIterator[MetricsSnapshot]:
    """The metrics as they are now, then every 30 seconds; `at` is when they were computed."""
    phase = decode_id(phase_id, "LaunchPhase", "phaseId") if phase_id is not None else None
    runtime = info.context.runtime
    # Subscribe before the snapshot, so that a collection in between is not missed.
    async with (
        runtime.bus.subscribe(METRICS, Latest()) as collections,
        aclosing(
            _read_snapshots(collections, runtime.metrics, BoardView(range, phase))
        ) as snapshots,
    ):
        with runtime.credential_watch.end_with_access(info.context.actor, collections):
            async for snapshot in snapshots:
                yield MetricsSnapshot.shared(snapshot, phase)


async def _read_snapshots(
    collections: AsyncIterator[BusMessage], board: MetricBoard, view: BoardView
) -> AsyncGenerator[Snapshot, None]:
    last = await board.latest(view)
    while True:
        yield last
        try:
            async with asyncio.timeout(MAX_SILENCE_SECONDS):
                message = await anext(collections)
        except TimeoutError:
            collection = None  # the worker is down; the processes still count
        except StopAsyncIteration:
            return
        else:
            collection = None if isinstance(message, Resync) else message.message
        try:
            last = await board.latest(view, collection)
        except DependencyDown:
            logger.warning("metrics: the database is down, sending the last snapshot again")
