"""The report of a run: time to detect, acknowledge and recover (X15)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.journeys.journey_figures import JourneyFigures
from domain.phases.end_states import Exempt
from domain.phases.plans import FlagDiff
from domain.phases.readiness import RehearsalEvidence
from domain.phases.rehearsal import Rehearsal
from domain.propagation.propagation import Propagation


@dataclass(frozen=True, slots=True)
class IncidentFact:
    """One episode of an incident while the run was live.

    `first_bad_at`: the first bad sample, where one was; `alerted_at`: when the first message that
    said so had been delivered; `silenced_until`: the end of a silence in which it began;
    `severe_from`: when it became HIGH or CRITICAL, where it was not at first.
    """

    number: int
    title: str
    severity: str
    status: str
    detected_at: datetime
    first_bad_at: datetime | None = None
    alerted_at: datetime | None = None
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    silenced_until: datetime | None = None
    severe_from: datetime | None = None

    @property
    def onset(self) -> datetime:
        """When it began, as far as is known."""
        return self.first_bad_at or self.detected_at

    @property
    def audible_from(self) -> datetime:
        """The start of alerting: planned work is silent (A28)."""
        later = (self.silenced_until, self.severe_from)
        return max([self.onset, *(moment for moment in later if moment is not None)])


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline."""

    at: datetime
    who: str
    summary: str


@dataclass(frozen=True, slots=True)
class Spread:
    """A version of the flags while the run was live, and how it reached everybody.

    `own`: the run made it.
    """

    action: str
    propagation: Propagation
    own: bool = True


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
    key: str = ""
    blocking: bool = False


@dataclass(frozen=True, slots=True)
class CheckGap:
    """The longest time without a sample of one health check."""

    check: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured while a run lasted; None where nothing was.

    `unavailable_seconds`: so much of its beginning is not kept any more. `uncounted_seconds`: the
    longest time in which no process handed over what it had counted.
    """

    health_gaps: Sequence[CheckGap] = ()
    metrics_gap_seconds: float | None = None
    unavailable_seconds: float = 0.0
    uncounted_seconds: float | None = None
    response_p95_ms: float | None = None
    timed: int = 0
    error_rate: float | None = None
    requests: int = 0
    realtime_p99_ms: float | None = None
    realtime_messages: int = 0
    journeys_p99_ms: float | None = None
    journey_updates: int = 0
    journeys: Sequence[JourneyFigures] = ()


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """All that a report is made of, as of `judged_at`.

    `more_events`: so many are left out of the timeline. `rehearsed`: the last rehearsal that had
    ended when the run began. `exempt`: the flags that are not where the run wanted them.
    """

    phase: str
    number: int
    kind: str
    who: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    judged_at: datetime
    readiness: Sequence[ReadinessFact] = ()
    flags: Sequence[FlagDiff] = ()
    incidents: Sequence[IncidentFact] = ()
    spreads: Sequence[Spread] = ()
    criteria: Sequence[CriterionFact] = ()
    timeline: Sequence[Moment] = ()
    more_events: int = 0
    rehearsal: Rehearsal | None = None
    rehearsed: RehearsalEvidence | None = None
    edits_since_rehearsal: int = 0
    measured: Measured = field(default_factory=Measured)
    exempt: Sequence[Exempt] = ()


@dataclass(frozen=True, slots=True)
class Means:
    """Mean seconds to detect, to acknowledge, to recover; None where there was nothing to mean."""

    to_detect: float | None
    to_acknowledge: float | None
    to_recover: float | None


def means(facts: ReportFacts) -> Means:
    """From the incidents of a run, or from the one fault of a rehearsal.

    All three count from the first bad sample; an incident that a person opened has none, so that
    it says nothing of detection and counts from its report.
    """
    if facts.rehearsal is not None:
        return _means_of_rehearsal(facts.rehearsal)
    incidents = facts.incidents
    return Means(
        _mean(i.detected_at - i.first_bad_at for i in incidents if i.first_bad_at is not None),
        _mean(i.acknowledged_at - i.onset for i in incidents if i.acknowledged_at is not None),
        _mean(i.resolved_at - i.onset for i in incidents if i.resolved_at is not None),
    )


def _means_of_rehearsal(rehearsal: Rehearsal) -> Means:
    decided = rehearsal.seconds_to(rehearsal.rolled_back_at)
    spread = rehearsal.propagation.complete_ms if rehearsal.propagation else None
    recovered = None if decided is None or spread is None else decided + spread / 1000
    return Means(rehearsal.seconds_to(rehearsal.detected_at), None, recovered)


def _mean(spans: Iterable[timedelta]) -> float | None:
    seconds = [max(span.total_seconds(), 0.0) for span in spans]
    return sum(seconds) / len(seconds) if seconds else None
