"""Every verdict of a launch report against what the driver measured of the same (S95 to S112)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.launch_day.lines import Line, Verdict, agree

KEPT, BROKEN, UNKNOWN, NOT_MEASURED = "KEPT", "BROKEN", "UNKNOWN", "NOT_MEASURED"
ROWS = tuple(f"S{number}" for number in range(95, 113))


@dataclass(frozen=True, slots=True)
class Proof:
    """A row of a report, as the product says it."""

    row: str
    verdict: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Measure:
    """What the driver knows of a row: a number with its limit.

    `margin`: so far the product may see it better or worse than who is outside, for example
    because a message travels. `excuse`: why the product may be unable to say it.
    """

    value: float | None
    limit: float
    unit: str
    margin: float
    excuse: str | None = None
    at_least: bool = False

    def allowed(self) -> set[str]:
        """The verdicts that would be true."""
        if self.value is None:
            return {NOT_MEASURED} | ({UNKNOWN} if self.excuse else set())
        allowed = {UNKNOWN} if self.excuse else set()
        better, worse = self.value - self.margin, self.value + self.margin
        if self.at_least:
            better, worse = worse, better
        if self._keeps(better):
            allowed.add(KEPT)
        if not self._keeps(worse):
            allowed.add(BROKEN)
        # So near to the limit the product may round, and say so.
        return allowed | ({UNKNOWN} if len(allowed) == 2 else set())

    def _keeps(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        text = "nothing" if self.value is None else f"{self.value:.1f} {self.unit}"
        limit = f"{'at least' if self.at_least else 'limit'} {self.limit:g} {self.unit}"
        return f"{text} ({limit})" + (f", {self.excuse}" if self.excuse else "")


@dataclass(frozen=True, slots=True)
class FixedVerdict:
    """A row of which the driver knows the verdict without measuring. `why` it does."""

    verdicts: frozenset[str]
    why: str

    def allowed(self) -> set[str]:
        """The verdicts that would be true."""
        return set(self.verdicts)

    def __str__(self) -> str:
        return self.why


@dataclass(frozen=True, slots=True)
class RunSeen:
    """What was seen of one run."""

    name: str
    rows: dict[str, Measure | FixedVerdict] = field(default_factory=dict)


def compare(seen: RunSeen, proofs: Sequence[Proof]) -> list[Line]:
    """One line for each row; a row that is missing or stands twice is a contradiction too."""
    lines = []
    for row in ROWS:
        claims = [proof for proof in proofs if proof.row == row]
        lines.append(_row(seen, row, claims))
    return lines


def _row(seen: RunSeen, row: str, claims: Sequence[Proof]) -> Line:
    topic, own = f"report of the {seen.name}", seen.rows.get(row)
    if len(claims) != 1:
        return agree(topic, row, "one verdict is due", f"{len(claims)} verdicts", holds=False)
    claim = claims[0]
    verdict = f"{claim.verdict}: {claim.evidence}"
    if own is None:
        return Line(topic, row, "not looked at", verdict, Verdict.NOT_JUDGED)
    return agree(topic, row, str(own), verdict, holds=claim.verdict in own.allowed())
