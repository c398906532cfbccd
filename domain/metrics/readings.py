"""The result of reading a metric."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MetricReading:
    """The value of a metric, or the `problem` that prevented reading it."""

    value: float | None
    samples: int
    problem: str | None = None
    unit: str = ""  # of a custom metric
