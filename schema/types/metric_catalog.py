"""The catalogue of metrics (L13)."""

from datetime import datetime

import strawberry

from schema.enums import CheckType
from schema.guard_enums import Aggregation, MetricKind
from services.metrics import metric_catalog as catalog


@strawberry.type(description="A metric that criteria and charts can use.")
class Metric:
    """A metric of the system, or of an external tool that has sent samples."""

    name: str = strawberry.field(description="The name; custom metrics start with `custom.`.")
    kind: MetricKind = strawberry.field(
        description="How its samples add up; GAUGE if it was never declared."
    )
    unit: str = strawberry.field(description="Such as `ms` or `%`; empty for a count.")
    aggregations: list[Aggregation] = strawberry.field(description="The possible aggregations.")
    last_value: float | None = strawberry.field(
        description="The last sample; null for a ratio, and if none is stored."
    )
    last_at: datetime | None = strawberry.field(description="The time of that sample.")
    checks: list[CheckType] = strawberry.field(
        description="The health checks that it depends on; a silence of one suspends its criteria."
    )

    @classmethod
    def of(cls, metric: catalog.Metric) -> "Metric":
        """Build the object from a metric."""
        return cls(
            name=metric.name,
            kind=metric.kind,
            unit=metric.unit,
            aggregations=list(metric.aggregations),
            last_value=metric.last.value if metric.last else None,
            last_at=metric.last.at if metric.last else None,
            checks=list(metric.checks),
        )
