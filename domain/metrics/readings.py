"""What reading a metric gives to those who judge it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MetricReading:
    """What a look at a metric gave; `problem` says why it gave nothing."""

    value: float | None
    samples: int
    problem: str | None = None
    unit: str = ""  # of a custom metric
