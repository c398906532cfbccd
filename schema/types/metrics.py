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
from services.overview.metric_board import BoardView

describe(
    Trend,
    "The direction of a number compared with the previous window.",
    UP="More.",
    DOWN="Less.",
    FLAT="The same, within one percent.",
    UNKNOWN="There is no previous value.",
)


@strawberry.type(description="A metric with its value in the previous window.")
class MetricCard:
    """One card of the dashboard."""

    key: str = strawberry.field(description="Its name for programs.")
    title: str = strawberry.field(description="Its name for people.")
    value: float | None = strawberry.field(description="The value; null if nothing was measured.")
    unit: str = strawberry.field(description="Such as `ms` or `%`; empty for a count.")
    previous: float | None = strawberry.field(
        description="The value in the previous window of the same length."
    )
    change_percent: float | None = strawberry.field(
        description="The change in percent; null without a previous value."
    )
    trend: Trend = strawberry.field(description="The trend; FLAT within one percent.")
    improving: bool | None = strawberry.field(
        description="Whether the trend is good, such as fewer errors."
    )

    @classmethod
    def of(cls, card: Card) -> "MetricCard":
        """Build the object from a card."""
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
    """A point of a chart; a gap has no value."""

    at: datetime = strawberry.field(description="The start of its interval.")
    value: float | None = strawberry.field(
        description="The value; null is a gap: nothing was measured."
    )
    samples: int = strawberry.field(description="The number of samples.")


@strawberry.type(description="A metric over time.")
class MetricSeries:
    """One metric over time."""

    name: str = strawberry.field(description="The metric.")
    unit: str = strawberry.field(description="Such as `ms` or `%`; empty for a count.")
    aggregation: Aggregation = strawberry.field(
        description="How the samples of a window become one number."
    )
    resolution_seconds: int = strawberry.field(description="The interval of one point, in seconds.")
    points: list[MetricPoint] = strawberry.field(description="The points in order, including gaps.")

    @classmethod
    def of(cls, line: reads.Series) -> "MetricSeries":
        """Build the object from a line."""
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
    range: TimeRange = strawberry.field(description="The time range.")
    signups: MetricCard = strawberry.field(description="New accounts.")
    connections: MetricCard = strawberry.field(
        description="New connections of suppliers and couples."
    )
    average_response_time: MetricCard = strawberry.field(
        description="The average response time of all requests."
    )
    error_rate: MetricCard = strawberry.field(
        description="Requests that failed because of an error of the system, including GraphQL "
        "errors."
    )
    performance: list[MetricSeries] = strawberry.field(
        description="Response times (P50, P95) and error rate over time."
    )
    source: strawberry.Private[reads.Snapshot]
    phase_id: strawberry.Private[UUID | None] = None
    # Executed once for all streams that show it (server/execution/shared_executor.py).
    results: strawberry.Private[SharedResults] = field(default_factory=SharedResults)

    @strawberry.field(description="The outcome of the runs that began in the range.")
    async def journeys(self, info: Info) -> list[Journey]:
        """Read the funnels if they are selected, once for all callers of a snapshot."""
        view = BoardView(self.range, self.phase_id)
        snapshot = await info.context.runtime.journeys.latest(view, self.source)
        return [Journey.of(item) for item in snapshot.journeys]

    @classmethod
    def of(cls, snapshot: reads.Snapshot, phase_id: UUID | None = None) -> "MetricsSnapshot":
        """Build the object from a snapshot."""
        return cls(
            cursor=encode_cursor(snapshot.at),
            at=snapshot.at,
            range=snapshot.range,
            signups=MetricCard.of(snapshot.signups),
            connections=MetricCard.of(snapshot.connections),
            average_response_time=MetricCard.of(snapshot.average_response_time),
            error_rate=MetricCard.of(snapshot.error_rate),
            performance=[MetricSeries.of(line) for line in snapshot.performance],
            source=snapshot,
            phase_id=phase_id,
        )

    @classmethod
    def shared(cls, snapshot: reads.Snapshot, phase_id: UUID | None) -> "MetricsSnapshot":
        """Return one object for all callers of a snapshot, so that they share results."""
        shared = _shown.get(snapshot)
        if shared is None:
            shared = _shown[snapshot] = cls.of(snapshot, phase_id)
        return shared


_shown: WeakKeyDictionary[reads.Snapshot, MetricsSnapshot] = WeakKeyDictionary()


@strawberry.input(description="A sample of a custom metric.")
class MetricSampleInput:
    """The input of `recordSamples`."""

    name: str = strawberry.field(description="Starts with `custom.`.")
    value: float = strawberry.field(description="A finite number.")
    unit: str | None = strawberry.field(
        description="Such as `ms`. The first sample sets the unit of the metric; others are "
        "rejected.",
        default=None,
    )
    kind: MetricKind | None = strawberry.field(
        description="COUNTER: the count since the last sample. GAUGE: a level. HISTOGRAM: a single "
        "value, for percentiles. The first sample sets the kind of the metric; others "
        "are rejected.",
        default=None,
    )
    tags: JSON | None = strawberry.field(description="Texts by name, at most 8.", default=None)
    at: datetime | None = strawberry.field(
        description="The time, within the last 48 hours; now by default.", default=None
    )

    def command(self, index: int) -> Sample:
        """Return the command for the service. Raises Invalid that names the field."""
        tags = tags_of(self.tags, "samples", str(index), "tags")
        return Sample(self.name, self.value, self.unit or "", tags, self.at, self.kind)


def tags_of(value: object, *path: str) -> dict[str, str]:
    """Parse tags: texts by name. Raises Invalid for anything else."""
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise Invalid("Tags are an object of texts.", path=path)
    tags = {str(name): item for name, item in value.items()}
    check_tags(tags, path)
    return tags


@strawberry.type(description="The recorded samples.")
class RecordSamplesPayload:
    """The payload of `recordSamples`, which stores all samples or none."""

    recorded: int = strawberry.field(
        description="How many were recorded; 0 with errors.", default=0
    )
    errors: list[Error] = strawberry.field(
        description="Expected failures, each with the path of its sample; empty on success.",
        default_factory=list,
    )

    @classmethod
    def failed(cls, error: LaunchError) -> "RecordSamplesPayload":
        """Build the payload of expected failures."""
        return cls(errors=Error.every(error))
