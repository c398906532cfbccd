"""Metrics, live: again after each collection (SPEC S26, S109)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import strawberry

from domain.windows import TimeRange as Range
from schema.context import Info
from schema.enums import TimeRange
from schema.types.metrics import MetricsSnapshot
from schema.types.node import decode_id
from services import metric_reads
from subscriptions.channels import METRICS
from subscriptions.fanout import Latest

SILENCE = 35.0  # seconds without a collection before it is computed anyway

Window = Annotated[TimeRange, strawberry.argument(description="How far back to look.")]
PhaseId = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only while this phase was live.")
]


async def launch_metrics(
    info: Info, range: Window = Range.LAST_24H, phase_id: PhaseId = None
) -> AsyncIterator[MetricsSnapshot]:
    """The metrics as they are now, then every 30 seconds."""
    phase = decode_id(phase_id, "LaunchPhase", "phaseId") if phase_id is not None else None
    runtime = info.context.runtime
    async with runtime.bus.subscribe(METRICS, Latest()) as collections:
        with runtime.lifetimes.guard(info.context.actor, collections):
            while True:
                async with info.context.db.read() as session:
                    found = await metric_reads.snapshot(session, range, info.context.now, phase)
                yield MetricsSnapshot.of(found)
                try:
                    async with asyncio.timeout(SILENCE):
                        await anext(collections)
                except TimeoutError:
                    continue
                except StopAsyncIteration:
                    return
