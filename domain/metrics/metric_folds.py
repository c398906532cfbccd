"""Folds samples of a metric into buckets; folding folds is exact (S3)."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

# Upper bounds in milliseconds, each a fifth above the last: a percentile is off by at most that.
BOUNDS = tuple(round(1.2**power, 2) for power in range(60))


@dataclass(frozen=True, slots=True)
class Folded:
    """The samples of a metric in one bucket. Folding folds equals folding all samples."""

    samples: int = 0
    total: float = 0.0
    minimum: float = math.inf
    maximum: float = -math.inf
    last: float = 0.0
    histogram: Mapping[int, int] = field(default_factory=dict)

    def plus(self, later: "Folded") -> "Folded":
        """The sum of both; `later` is the later one."""
        counts = dict(self.histogram)
        for bucket, count in later.histogram.items():
            counts[bucket] = counts.get(bucket, 0) + count
        return Folded(
            self.samples + later.samples,
            self.total + later.total,
            min(self.minimum, later.minimum),
            max(self.maximum, later.maximum),
            later.last if later.samples else self.last,
            counts,
        )


EMPTY = Folded()


def single(value: float) -> Folded:
    """The fold of one sample: a counted number, or one reading of a gauge."""
    return Folded(1, value, value, value, value)


def fold(parts: Iterable[Folded]) -> Folded:
    """The sum of all parts, in order."""
    total = EMPTY
    for part in parts:
        total = total.plus(part)
    return total


def bucket_of(milliseconds: float) -> int:
    """The index of the histogram bucket of a response time."""
    if milliseconds <= 1:
        return 0
    return min(math.ceil(math.log(milliseconds, 1.2) - 1e-9), len(BOUNDS) - 1)


def bound_of(bucket: int) -> float:
    """The upper bound of a bucket. Samples of custom metrics use buckets below and above ours."""
    return BOUNDS[bucket] if 0 <= bucket < len(BOUNDS) else float(1.2**bucket)


def percentile(histogram: Mapping[int, int], share: float) -> float | None:
    """The upper bound of the bucket that contains the given share of samples."""
    rank = share * sum(histogram.values())
    seen = 0
    for bucket in sorted(histogram):
        seen += histogram[bucket]
        if seen >= rank:
            return bound_of(bucket)
    return None
