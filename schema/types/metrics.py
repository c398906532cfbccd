"""Metrics: cards, charts, and samples from outside (S26, S79, S81, A50)."""

from dataclasses import field
from datetime import datetime
from uuid import UUID
from weakref import WeakKeyDictionary

import strawberry

from domain.errors import Invalid, LaunchError
from domain.metrics.metric_cards import Card, Trend
from domain.metrics.metrics import check_tags
from schema.context import Info
from schema.enums import TimeRange, describe
from schema.guard_enums import Aggregation, MetricKind
from schema.pagination import encode_cursor
from schema.results import SharedResults
from schema.scalars import JSON
from schema.types.errors import Error
from schema.types.journeys import Journey
from services.metrics import metric_reads as reads
from services.metrics.metric_samples import Sample
from services.overview.metric_board import View

describe(
    Trend,
    "Where a number goes, compared with the window before.",
    UP="More.",
    DOWN="Less.",
    FLAT="The same, within one percent.",
    UNKNOWN="There is nothing to compare with.",
)


@strawberry.type(description="A number beside the same number of the window before.")
class MetricCard:
    """One card of the dashboard."""

    key: str = strawberry.field(description="Its name for programs.")
    title: str = strawberry.field(description="Its name for people.")
    value: float | None = strawberry.field(description="Null where nothing was measured.")
    unit: str = strawberry.field(description="Such as `ms` or `%`; empty for a count.")
    previous: float | None = strawberry.field(
        description="In the window of the same length before."
    )
    change_percent: float | None = strawberry.field(
        description="Null where there is nothing to compare with."
    )
    trend: Trend = strawberry.field(description="Within one percent it is FLAT.")
    improving: bool | None = strawberry.field(
        description="Whether the trend is a good one; fewer errors are."
    )

    @classmethod
    def of(cls, card: Card) -> "MetricCard":
        """A card as the graph shows it."""
        return cls(
            key=card.key,
            title=card.title,
            value=card.value,
            unit=card.unit,
            previous=card.previous,
            change_percent=card.change_percent,
            trend=card.trend,
            improving=card.improving,
        )


@strawberry.type(description="One point of a chart.")
class MetricPoint:
    """A gap is a point without a value."""

    at: datetime = strawberry.field(description="When its span begins.")
    value: float | None = strawberry.field(description="Null is a gap: nothing was measured.")
    samples: int = strawberry.field(description="On how many samples it stands.")


@strawberry.type(description="A line of a chart.")
class MetricSeries:
    """One metric over time."""

    name: str = strawberry.field(description="The metric.")
    unit: str = strawberry.field(description="Such as `ms` or `%`; empty for a count.")
    aggregation: Aggregation = strawberry.field(description="How samples become one number.")
    resolution_seconds: int = strawberry.field(description="The span of one point.")
    points: list[MetricPoint] = strawberry.field(description="In order, gaps included.")

    @classmethod
    def of(cls, line: reads.Series) -> "MetricSeries":
        """A line as the graph shows it."""
        return cls(
            name=line.name,
            unit=line.unit,
            aggregation=line.aggregation,
            resolution_seconds=int(line.step.total_seconds()),
            points=[
                MetricPoint(at=item.at, value=item.value, samples=item.samples)
                for item in line.points
            ],
        )


@strawberry.type(description="The metrics of a launch at one moment.")
class MetricsSnapshot:
    """The four cards, performance over time, and the funnels."""

    cursor: str = strawberry.field(description="Names this moment.")
    at: datetime = strawberry.field(description="When it was computed.")
    range: TimeRange = strawberry.field(description="How far it looks back.")
    signups: MetricCard = strawberry.field(description="New accounts.")
    connections: MetricCard = strawberry.field(description="Suppliers and couples that met.")
    average_response_time: MetricCard = strawberry.field(description="Of all requests.")
    error_rate: MetricCard = strawberry.field(
        description="Requests that failed by our fault, GraphQL errors included."
    )
    performance: list[MetricSeries] = strawberry.field(
        description="Response times (P50, P95) and error rate over time."
    )
    source: strawberry.Private[reads.Snapshot]
    phase_id: strawberry.Private[UUID | None] = None
    # Executed once for all streams that show it (server/execution/shared_executor.py).
    results: strawberry.Private[SharedResults] = field(default_factory=SharedResults)

    @strawberry.field(description="What became of those who began a journey in the range.")
    async def journeys(self, info: Info) -> list[Journey]:
        """Read only where they are asked for; once for all who look at the same snapshot."""
        view = View(self.range, self.phase_id)
        found = await info.context.runtime.journeys.latest(view, self.source)
        return [Journey.of(item) for item in found.journeys]

    @classmethod
    def of(cls, found: reads.Snapshot, phase_id: UUID | None = None) -> "MetricsSnapshot":
        """A snapshot as the graph shows it."""
        return cls(
            cursor=encode_cursor(found.at),
            at=found.at,
            range=found.range,
            signups=MetricCard.of(found.signups),
            connections=MetricCard.of(found.connections),
            average_response_time=MetricCard.of(found.average_response_time),
            error_rate=MetricCard.of(found.error_rate),
            performance=[MetricSeries.of(line) for line in found.performance],
            source=found,
            phase_id=phase_id,
        )

    @classmethod
    def shared(cls, found: reads.Snapshot, phase_id: UUID | None) -> "MetricsSnapshot":
        """The same object for all who look at the same, so that it is executed once for them."""
        known = _shown.get(found)
        if known is None:
            known = _shown[found] = cls.of(found, phase_id)
        return known


_shown: WeakKeyDictionary[reads.Snapshot, MetricsSnapshot] = WeakKeyDictionary()


@strawberry.input(description="One number of an outside tool.")
class MetricSampleInput:
    """What recordSamples takes."""

    name: str = strawberry.field(description="Starts with `custom.`.")
    value: float = strawberry.field(description="A finite number.")
    unit: str | None = strawberry.field(
        description="Such as `ms`. The first one is that of the metric; others are refused.",
        default=None,
    )
    kind: MetricKind | None = strawberry.field(
        description="COUNTER: how many came since the last sample. GAUGE: a level. HISTOGRAM: one "
        "of many values, of which percentiles can be asked. The first one is that of the metric; "
        "others are refused.",
        default=None,
    )
    tags: JSON | None = strawberry.field(description="Texts by name, at most 8.", default=None)
    at: datetime | None = strawberry.field(
        description="Within the last 48 hours; left out: now.", default=None
    )

    def command(self, index: int) -> Sample:
        """What the service takes; raises Invalid naming the field."""
        tags = tags_of(self.tags, "samples", str(index), "tags")
        return Sample(self.name, self.value, self.unit or "", tags, self.at, self.kind)


def tags_of(value: object, *path: str) -> dict[str, str]:
    """Tags as texts by name; raises Invalid for anything else."""
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise Invalid("Tags are an object of texts.", path=path)
    found = {str(name): item for name, item in value.items()}
    check_tags(found, path)
    return found


@strawberry.type(description="Samples that were kept.")
class RecordSamplesPayload:
    """All of a call, or none."""

    recorded: int = strawberry.field(description="How many were kept; 0 with errors.", default=0)
    errors: list[Error] = strawberry.field(
        description="Expected failures, each at its sample; empty where it worked.",
        default_factory=list,
    )

    @classmethod
    def failed(cls, error: LaunchError) -> "RecordSamplesPayload":
        """Expected failures."""
        return cls(errors=Error.every(error))
