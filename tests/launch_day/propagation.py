"""Who has a version, as the product tells it, against who was told it (X5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from tests.launch_day.lag import LIMIT
from tests.launch_day.lines import Line, Verdict, agree

Json = Any
_TRAVELS = 1.0  # seconds from the server's hand to the driver's, beside the driver's lag


@dataclass(frozen=True, slots=True)
class Spread:
    """What the product says of one version."""

    version: int
    total: int
    acked: int
    complete: bool
    complete_ms: int | None
    unknown: int

    @classmethod
    def of(cls, claim: Json) -> Self:
        """An answer of `propagation`."""
        unknown = claim["unknownProcesses"] + claim["unknownStreams"]
        return cls(
            claim["version"],
            claim["total"],
            claim["acked"],
            claim["complete"],
            claim["completeMs"],
            unknown,
        )

    def __str__(self) -> str:
        text = f"{self.acked} of {self.total} have it"
        if self.complete_ms is not None:
            text += f", the last after {self.complete_ms} ms"
        return text + (f", {self.unknown} unknown" if self.unknown else "")


def compare(
    claim: Spread,
    begin: float,
    viewers: int,
    arrived: Sequence[float],
    lag: float,
    *,
    judged: bool = True,
) -> Line:
    """`viewers` had a stream when it was committed; `arrived`: when those that it changed heard.

    Complete is a contradiction where somebody heard of it later, or where fewer receivers were
    counted than there were viewers. `judged` False: seconds say nothing on this machine.
    """
    last = max(arrived, default=begin) - begin
    seen = f"{len(arrived)} of {viewers} viewers were changed, the last after {last * 1000:.0f} ms"
    name = f"version {claim.version} of the flags"
    counted = not claim.complete or claim.total >= viewers
    if not counted:
        return agree("propagation", name, seen, str(claim), holds=False)
    late = claim.complete_ms is not None and last > claim.complete_ms / 1000 + _TRAVELS + lag
    if late and not (judged and lag < LIMIT):
        return Line("propagation", name, seen, str(claim), Verdict.NOT_JUDGED)
    return agree("propagation", name, seen, str(claim), holds=not late)
