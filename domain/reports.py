"""What a run came to: how fast trouble was seen, taken and ended (SPEC X15)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.journey_figures import JourneyFigures
from domain.plans import FlagDiff
from domain.propagation import Propagation
from domain.rehearsal import Rehearsal


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
class Measured:
    """What was measured while a run lasted; None where nothing was.

    A gap is the longest time without a health check, or without a new metric.
    """

    health_gap_seconds: float | None = None
    metrics_gap_seconds: float | None = None
    response_p95_ms: float | None = None
    error_rate: float | None = None
    requests: int = 0
    journeys: Sequence[JourneyFigures] = ()


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
    measured: Measured = field(default_factory=Measured)


@dataclass(frozen=True, slots=True)
class Means:
    """Mean seconds to detect, to acknowledge, to recover; None where there was nothing to mean."""

    to_detect: float | None
    to_acknowledge: float | None
    to_recover: float | None


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


def _of_rehearsal(found: Rehearsal) -> Means:
    decided = found.seconds_to(found.rolled_back_at)
    spread = found.propagation.complete_ms if found.propagation else None
    recovered = None if decided is None or spread is None else decided + spread / 1000
    return Means(found.seconds_to(found.detected_at), None, recovered)


def _mean(spans: Iterable[timedelta]) -> float | None:
    seconds = [max(span.total_seconds(), 0.0) for span in spans]
    return sum(seconds) / len(seconds) if seconds else None
