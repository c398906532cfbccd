"""Fields about metrics (S26, A50)."""

from typing import Annotated

import strawberry

from domain.platform.time_ranges import TimeRange as Range
from schema.context import Info
from schema.enums import TimeRange
from schema.guard_enums import Aggregation
from schema.scalars import JSON
from schema.types.metric_catalog import Metric
from schema.types.metrics import (
    MetricSampleInput,
    MetricSeries,
    MetricsSnapshot,
    RecordSamplesPayload,
    tags_of,
)
from schema.types.node import decode_optional_id
from services.metrics import metric_catalog, metric_reads, metric_samples, metric_spans

Window = Annotated[TimeRange, strawberry.argument(description="The time range.")]
PhaseId = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only while this phase was live.")
]
Name = Annotated[
    str,
    strawberry.argument(
        description="The metric; `custom.failed / custom.all` is the ratio of two counters."
    ),
]
AggregationArgument = Annotated[
    Aggregation, strawberry.argument(description="How the samples of a window become one number.")
]
Tags = Annotated[
    JSON | None, strawberry.argument(description="Only samples with these tags, texts by name.")
]
Search = Annotated[
    str | None,
    strawberry.argument(description="A part of the name; at most 500 custom metrics are listed."),
]
Samples = Annotated[
    list[MetricSampleInput],
    strawberry.argument(description="1 to 500 samples; all are recorded or none."),
]


async def launch_metrics(
    info: Info, range: Window = Range.LAST_24H, phase_id: PhaseId = None
) -> MetricsSnapshot:
    """The cards and charts of one range."""
    phase = decode_optional_id(phase_id, "LaunchPhase", "phaseId")
    async with info.context.db.read() as session:
        snapshot = await metric_reads.snapshot(session, range, info.context.now, phase)
    return MetricsSnapshot.of(snapshot, phase)


async def metric_series(
    info: Info, name: Name, range: Window, aggregation: AggregationArgument, tags: Tags = None
) -> MetricSeries:
    """One metric over time."""
    tag_filter = tags_of(tags, "tags")
    async with info.context.db.read() as session:
        span = await metric_spans.span_of(session, range, info.context.now)
        series = await metric_reads.series(session, name, aggregation, span, tag_filter)
    return MetricSeries.of(series)


async def catalog(info: Info, search: Search = None) -> list[Metric]:
    """The metrics of the system and custom metrics."""
    async with info.context.db.read() as session:
        return [Metric.of(item) for item in await metric_catalog.search(session, search or "")]


async def record_samples(info: Info, samples: Samples) -> RecordSamplesPayload:
    """Record samples of custom metrics, for success criteria and charts."""
    return RecordSamplesPayload(recorded=await record(info, samples))


async def record(info: Info, samples: Samples) -> int:
    """Record samples of custom metrics; expected failures are top-level errors."""
    commands = [sample.command(index) for index, sample in enumerate(samples)]
    async with info.context.db.write() as uow:
        return await metric_samples.record_samples(uow, commands)
