"""How fast changes reach the viewers, as they saw it (S96, S97, S108)."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.launch_day.lag import LIMIT
from tests.launch_day.lines import Line, promise


@dataclass(frozen=True, slots=True)
class Change:
    """`arrived`: for each viewer who did not have it, when it did; `lag`: of the driver then."""

    name: str
    begin: float
    arrived: Sequence[float | None]
    lag: float
    limit: float

    @property
    def seconds(self) -> list[float]:
        """Of those who were told, in order."""
        return sorted(at - self.begin for at in self.arrived if at is not None)

    @property
    def last(self) -> float | None:
        """When the last viewer had it; None while one has not."""
        if len(self.seconds) < len(self.arrived):
            return None
        return self.seconds[-1] if self.seconds else 0.0


def lines(changes: Sequence[Change]) -> list[Line]:
    """Each change against its promise."""
    return [
        promise(
            f"{change.name} reaches all {len(change.arrived)} viewers",
            change.last,
            change.limit,
            judged=change.lag < LIMIT,
        )
        for change in changes
    ]
