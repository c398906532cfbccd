"""What a benchmark gives back: figures, some of them with a target."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Judged = Literal["p50", "p99", "high"]
_LEAST = 1e-6  # CPU is counted in steps: in a short run there may be none


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the report. Met is: the `judged` value lies below `limit`."""

    name: str
    unit: str
    count: int
    low: float
    p50: float
    p99: float
    high: float
    limit: float | None = None
    judged: Judged = "p50"

    @property
    def met(self) -> bool | None:
        """None where there is no target."""
        return None if self.limit is None else bool(getattr(self, self.judged) < self.limit)

    @property
    def target(self) -> str:
        """The target in words."""
        label = {"p50": "median", "p99": "p99", "high": "max"}[self.judged]
        return "" if self.limit is None else f"{label} < {self.limit:g} {self.unit}"


def figure(
    name: str,
    unit: str,
    values: Iterable[float],
    *,
    limit: float | None = None,
    judged: Judged = "p50",
) -> Figure:
    """Sum up measured values; there must be one at least."""
    ordered = sorted(values)
    middle, far = rank(ordered, 0.5), rank(ordered, 0.99)
    return Figure(name, unit, len(ordered), ordered[0], middle, far, ordered[-1], limit, judged)


def ratio(name: str, peer: float, own: float) -> Figure:
    """How many times as much another needs, measured in the same run; above 1 we are ahead."""
    return figure(name, "x", [peer / max(own, _LEAST)])


def rank(ordered: list[float], share: float) -> float:
    """The value that `share` of all reach at most: a measured one, nothing between two."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
