"""What a run says about an acceptance criterion: kept, broken, unknown, or nothing (D7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from domain.metrics.metric_folds import BOUNDS


class ProofVerdict(StrEnum):
    """BROKEN needs one measurement beyond the limit; KEPT needs all of them within it."""

    KEPT = "kept"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    NOT_MEASURED = "not_measured"


_WORST_FIRST = (
    ProofVerdict.BROKEN,
    ProofVerdict.UNKNOWN,
    ProofVerdict.KEPT,
    ProofVerdict.NOT_MEASURED,
)
_KEPT = {ProofVerdict.KEPT: True, ProofVerdict.BROKEN: False}


@dataclass(frozen=True, slots=True)
class Proof:
    """An acceptance criterion, judged. `value` and `limit` are both in `unit`."""

    row: str
    criterion: str
    verdict: ProofVerdict
    evidence: str
    value: float | None = None
    limit: float | None = None
    unit: str = ""

    @property
    def kept(self) -> bool | None:
        """None where the run proves neither."""
        return _KEPT.get(self.verdict)


@dataclass(frozen=True, slots=True)
class Limit:
    """The promise of one row, before anything is measured. `below`: the limit itself breaks it."""

    row: str
    criterion: str
    limit: float
    unit: str
    below: bool = False

    def proof(self, verdict: ProofVerdict, evidence: str, value: float | None = None) -> Proof:
        """The row with a verdict that was found elsewhere."""
        return Proof(self.row, self.criterion, verdict, evidence, value, self.limit, self.unit)

    def is_broken_by(self, value: float) -> bool:
        """Whether a measurement is beyond the limit."""
        return value >= self.limit if self.below else value > self.limit

    def judge(
        self,
        value: float | None,
        evidence: str,
        missing: str | None = None,
        at_least: float | None = None,
    ) -> Proof:
        """At most the limit is good.

        `missing`: what could not be measured, so KEPT is not sure. `at_least`: what the true value
        is at the least where `value` is rounded up, so BROKEN is not sure either.
        """
        if value is not None and self.is_broken_by(value):
            if at_least is None or self.is_broken_by(at_least):
                return self.proof(ProofVerdict.BROKEN, _join(evidence, missing), value)
            missing = _join(f"the exact value lies above {at_least:.0f} {self.unit}", missing)
        if missing is not None:
            return self.proof(ProofVerdict.UNKNOWN, _join(evidence, missing), value)
        verdict = ProofVerdict.NOT_MEASURED if value is None else ProofVerdict.KEPT
        return self.proof(verdict, evidence, value)


def _join(evidence: str, more: str | None) -> str:
    return evidence if more is None else f"{evidence}; {more}"


def least_of(upper_bound: float) -> float:
    """The lower bound of the bucket whose upper bound stands for a percentile of a metric."""
    return max((bound for bound in BOUNDS if bound < upper_bound), default=0.0)


def not_measured(row: str, criterion: str, evidence: str) -> Proof:
    """The run says nothing about it."""
    return Proof(row, criterion, ProofVerdict.NOT_MEASURED, evidence)


def worst(proofs: Iterable[Proof]) -> Proof:
    """The first that is BROKEN, else UNKNOWN, else KEPT; raises ValueError without any."""
    return min(proofs, key=_severity)


def _severity(proof: Proof) -> int:
    return _WORST_FIRST.index(proof.verdict)
