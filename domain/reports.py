"""What a run came to: how fast trouble was seen, taken and ended, and what that proves (X15)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.plans import FlagDiff
from domain.propagation import Propagation
from domain.rehearsal import Rehearsal, RehearsalStatus

ALERTED = timedelta(seconds=60)
REALTIME_MS = 3_000


@dataclass(frozen=True, slots=True)
class IncidentFact:
    """An incident of the run. `first_bad_at`: the first sample that was bad, where one was."""

    number: int
    title: str
    severity: str
    status: str
    created_at: datetime
    first_bad_at: datetime | None = None
    alerted_at: datetime | None = None
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None

    @property
    def onset(self) -> datetime:
        """When it began, as far as is known."""
        return self.first_bad_at or self.created_at


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline."""

    at: datetime
    who: str
    summary: str


@dataclass(frozen=True, slots=True)
class Spread:
    """A version of the flags that the run made, and how it reached everybody."""

    action: str
    propagation: Propagation


@dataclass(frozen=True, slots=True)
class CriterionFact:
    """A success criterion at the end of the run."""

    key: str
    verdict: str
    explanation: str


@dataclass(frozen=True, slots=True)
class ReadinessFact:
    """A check of the list that the activation was decided on."""

    title: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a report is made of. `more_events`: so many are left out of the timeline."""

    phase: str
    number: int
    kind: str
    who: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    readiness: Sequence[ReadinessFact] = ()
    flags: Sequence[FlagDiff] = ()
    incidents: Sequence[IncidentFact] = ()
    spreads: Sequence[Spread] = ()
    criteria: Sequence[CriterionFact] = ()
    timeline: Sequence[Moment] = ()
    more_events: int = 0
    rehearsal: Rehearsal | None = None


@dataclass(frozen=True, slots=True)
class Means:
    """Mean seconds to detect, to acknowledge, to recover; None where there was nothing to mean."""

    to_detect: float | None
    to_acknowledge: float | None
    to_recover: float | None


@dataclass(frozen=True, slots=True)
class Proof:
    """An acceptance criterion of the launch; `kept` None: the run says nothing about it."""

    row: str
    criterion: str
    kept: bool | None
    evidence: str


def means(facts: Facts) -> Means:
    """From the incidents of a run, or from the one fault of a rehearsal.

    Detection counts from the first bad sample; an incident that a person opened has none.
    """
    if facts.rehearsal is not None:
        return _of_rehearsal(facts.rehearsal)
    found = facts.incidents
    return Means(
        _mean(i.created_at - i.first_bad_at for i in found if i.first_bad_at is not None),
        _mean(i.acknowledged_at - i.created_at for i in found if i.acknowledged_at is not None),
        _mean(i.resolved_at - i.onset for i in found if i.resolved_at is not None),
    )


def proofs(facts: Facts) -> list[Proof]:
    """The acceptance criteria that a run can prove, each with its measurement (SPEC 1G)."""
    return [
        _prechecks(facts),
        _rollback(facts),
        _realtime(facts),
        _alerts(facts),
        _rehearsed(facts),
    ]


def _of_rehearsal(found: Rehearsal) -> Means:
    decided = found.seconds_to(found.rolled_back_at)
    spread = found.propagation.complete_ms if found.propagation else None
    recovered = None if decided is None or spread is None else decided + spread / 1000
    return Means(found.seconds_to(found.detected_at), None, recovered)


def _mean(spans: Iterable[timedelta]) -> float | None:
    seconds = [max(span.total_seconds(), 0.0) for span in spans]
    return sum(seconds) / len(seconds) if seconds else None


def _prechecks(facts: Facts) -> Proof:
    good = sum(check.ok for check in facts.readiness)
    evidence = f"{good} of {len(facts.readiness)} checks were good" if facts.readiness else "none"
    kept = True if facts.readiness else None
    return Proof("S95", "activated on recorded pre-checks", kept, evidence)


def _rollback(facts: Facts) -> Proof:
    found = [item.propagation for item in facts.spreads if item.action == "rolled back"]
    if facts.rehearsal is not None and facts.rehearsal.propagation is not None:
        found = [facts.rehearsal.propagation]
    title = "a rollback reaches everybody within 30 s"
    if not found:
        return Proof("S97", title, None, "no rollback")
    last = found[-1]
    took = f"{last.complete_ms} ms" if last.complete_ms is not None else "not everybody had it"
    return Proof("S97", title, last.within_budget, f"{took}, {last.acked} of {last.total}")


def _realtime(facts: Facts) -> Proof:
    times = [s.propagation.p95_ms for s in facts.spreads if s.propagation.p95_ms is not None]
    title = "changes arrive within 3 s"
    if not times:
        return Proof("S108", title, None, "nothing was measured")
    return Proof("S108", title, max(times) <= REALTIME_MS, f"95 % within {max(times)} ms at worst")


def _alerts(facts: Facts) -> Proof:
    waits = [i.alerted_at - i.onset for i in facts.incidents if i.alerted_at is not None]
    title = "alerts go out within 60 s of the first bad sample"
    if not waits:
        return Proof("S99", title, None, "no alert")
    evidence = f"{max(waits).total_seconds():.1f} s at worst, {len(waits)} incidents"
    return Proof("S99", title, max(waits) <= ALERTED, evidence)


def _rehearsed(facts: Facts) -> Proof:
    title, found = "the rollback was rehearsed", facts.rehearsal
    if found is None:
        return Proof("S112", title, None, "a live run")
    kept = None if not found.is_over else found.status is RehearsalStatus.PASSED
    return Proof("S112", title, kept, found.failure or f"decided by {found.decided_by or 'nobody'}")
