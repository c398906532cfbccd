"""The acceptance criteria of the launch, each judged by what a run has measured (SPEC 1G, X15)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.journey_figures import JourneyFigures
from domain.journeys import JourneyKey
from domain.rehearsal import RehearsalStatus
from domain.reports import Facts

ALERTED = timedelta(seconds=60)
ROLLED_BACK_MS = 30_000
REALTIME_MS = 3_000
GAP_SECONDS = 33.0  # thirty, and what a look itself may take
RESPONSE_MS = 500.0
ERROR_PERCENT = 2.0
SUCCESS_PERCENT = 95.0
IN_TIME_PERCENT = 95.0  # so many are to keep to the target of a journey

_BY_TESTS = "no run measures it: the tests do"


@dataclass(frozen=True, slots=True)
class Proof:
    """An acceptance criterion; `kept` None: the run says nothing about it.

    `value` is what was measured and `limit` what was promised, both in `unit`.
    """

    row: str
    criterion: str
    kept: bool | None
    evidence: str
    value: float | None = None
    limit: float | None = None
    unit: str = ""


def proofs(facts: Facts) -> list[Proof]:
    """All of them, in the order of the source."""
    return [
        _prechecks(facts),
        _spread("S96", "flags reach every client in real time", facts),
        _rollback(facts),
        _gap("S98", "health is checked every 30 s", facts.measured.health_gap_seconds),
        _alerts("S99", "alerts go out within 60 s of the first bad sample", facts, seen=False),
        *_targets(facts.measured.journeys),
        Proof("S103", "the core works on a phone", None, _BY_TESTS),
        _success(facts.measured.journeys),
        _response(facts),
        Proof("S106", "statements do not grow with rows", None, _BY_TESTS),
        _errors(facts),
        _spread("S108", "changes arrive within 3 s", facts),
        _gap("S109", "metrics are new every 30 s", facts.measured.metrics_gap_seconds),
        Proof("S110", "journey rates move with each event", None, _BY_TESTS),
        _alerts("S111", "trouble is noticed and told within 60 s", facts, seen=True),
        _rehearsed(facts),
    ]


def _prechecks(facts: Facts) -> Proof:
    good, every = sum(check.ok for check in facts.readiness), len(facts.readiness)
    title = "activated on recorded pre-checks"
    if not every:
        return Proof("S95", title, None, "none")
    return Proof("S95", title, True, f"{good} of {every} checks were good", good, every, "checks")


def _rollback(facts: Facts) -> Proof:
    found = [item.propagation for item in facts.spreads if item.action == "rolled back"]
    if facts.rehearsal is not None and facts.rehearsal.propagation is not None:
        found = [facts.rehearsal.propagation]
    title = "a rollback reaches everybody within 30 s"
    if not found:
        return Proof("S97", title, None, "no rollback", limit=ROLLED_BACK_MS, unit="ms")
    last = found[-1]
    took = f"{last.complete_ms} ms" if last.complete_ms is not None else "not everybody had it"
    said = f"{took}, {last.acked} of {last.total}"
    return Proof("S97", title, last.within_budget, said, last.complete_ms, ROLLED_BACK_MS, "ms")


def _spread(row: str, title: str, facts: Facts) -> Proof:
    times = [s.propagation.p95_ms for s in facts.spreads if s.propagation.p95_ms is not None]
    worst = max(times, default=None)
    said = "nothing was measured" if worst is None else f"95 % within {worst} ms at worst"
    return _at_most(row, title, worst, REALTIME_MS, "ms", said)


def _gap(row: str, title: str, gap: float | None) -> Proof:
    said = "nothing was measured" if gap is None else f"{gap:.1f} s without one at worst"
    return _at_most(row, title, gap, GAP_SECONDS, "s", said)


def _alerts(row: str, title: str, facts: Facts, *, seen: bool) -> Proof:
    """`seen`: only of what the system noticed itself, by a sample."""
    found = [item for item in facts.incidents if item.first_bad_at is not None or not seen]
    waits = _waits((item.onset, item.alerted_at) for item in found)
    worst = max(waits, default=None)
    said = "no alert" if worst is None else f"{worst:.1f} s at worst, {len(waits)} incidents"
    return _at_most(row, title, worst, ALERTED.total_seconds(), "s", said)


def _waits(pairs: Iterable[tuple[datetime, datetime | None]]) -> list[float]:
    return [(end - start).total_seconds() for start, end in pairs if end is not None]


_TARGETS = {
    JourneyKey.SUPPLIER_ONBOARDING: ("S100", "a supplier is set up within 5 min"),
    JourneyKey.INVITATION_ACCEPT: ("S101", "a couple accepts within 3 min"),
    JourneyKey.SIGNUP_TO_CONNECTION: ("S102", "the first connection comes within 10 min"),
}


def _targets(journeys: Sequence[JourneyFigures]) -> list[Proof]:
    known = {found.journey.key: found for found in journeys}
    return [_target(*named, known.get(key)) for key, named in _TARGETS.items()]


def _target(row: str, title: str, found: JourneyFigures | None) -> Proof:
    """Kept where 95 of 100 who arrived did so in time; that share is exact."""
    if found is None or found.totals.in_time_rate is None:
        return Proof(row, title, None, "nobody arrived", unit="s")
    totals, rate = found.totals, found.totals.in_time_rate
    said = (
        f"{rate:.1f} % of {totals.timed} in time; half within {totals.p50_seconds:.0f} s, "
        f"95 % within {totals.p95_seconds:.0f} s"
    )
    limit = found.journey.target.total_seconds()
    return Proof(row, title, rate >= IN_TIME_PERCENT, said, totals.p95_seconds, limit, "s")


def _success(journeys: Sequence[JourneyFigures]) -> Proof:
    title = "journeys succeed in 95 of 100 cases"
    rates = [
        (found.totals.success_rate, found.journey.title)
        for found in journeys
        if found.totals.success_rate is not None
    ]
    if not rates:
        return Proof("S104", title, None, "nobody came to an end", limit=SUCCESS_PERCENT, unit="%")
    worst = min(rate for rate, _ in rates)
    said = ", ".join(f"{name} {rate:.1f} %" for rate, name in rates)
    return Proof("S104", title, worst >= SUCCESS_PERCENT, said, worst, SUCCESS_PERCENT, "%")


def _response(facts: Facts) -> Proof:
    found = facts.measured
    slow = found.response_p95_ms
    said = "no request" if slow is None else f"95 % of {found.requests} within {slow:.0f} ms"
    return _at_most("S105", "the API answers within 500 ms", slow, RESPONSE_MS, "ms", said)


def _errors(facts: Facts) -> Proof:
    found = facts.measured
    rate = found.error_rate
    said = "no request" if rate is None else f"{rate:.2f} % of {found.requests} requests"
    return _at_most("S107", "fewer than 2 % errors", rate, ERROR_PERCENT, "%", said)


def _rehearsed(facts: Facts) -> Proof:
    title, found = "the rollback was rehearsed", facts.rehearsal
    if found is None:
        return Proof("S112", title, None, "a live run")
    kept = None if not found.is_over else found.status is RehearsalStatus.PASSED
    return Proof("S112", title, kept, found.failure or f"decided by {found.decided_by or 'nobody'}")


def _at_most(
    row: str, title: str, value: float | None, limit: float, unit: str, said: str
) -> Proof:
    return Proof(row, title, None if value is None else value <= limit, said, value, limit, unit)
