"""Proofs about what has to be new every 30 s, and about requests: S98, S105, S107, S109, S110."""

from domain.phases.proof_verdicts import Limit, Proof, least_of
from domain.phases.reports import ReportFacts

CADENCE_LIMIT_SECONDS = 33.0  # 30 s plus 3 s for the check itself
_HEALTH = Limit("S98", "each health check is made every 30 s", CADENCE_LIMIT_SECONDS, "s")
_METRICS = Limit("S109", "the metrics dashboard is new every 30 s", CADENCE_LIMIT_SECONDS, "s")
_RESPONSE = Limit("S105", "the API answers within 500 ms", 500, "ms", below=True)
_ERRORS = Limit("S107", "fewer than 2 % errors", 2, "%", below=True)
_JOURNEYS = Limit("S110", "journey rates follow each event within 3 s", 3_000, "ms")
_UNCOUNTED = 60.0  # seconds without a hand-over of any process: requests may have gone uncounted


def health(facts: ReportFacts) -> Proof:
    """S98: the longest time between two samples of one check, up to the end of the run."""
    gaps = facts.measured.health_gaps
    if not gaps:
        return _HEALTH.judge(None, "no check was made")
    longest = max(gaps, key=lambda gap: gap.seconds)
    evidence = f"{longest.seconds:.1f} s without {longest.check} at worst, of {len(gaps)} checks"
    return _HEALTH.judge(longest.seconds, evidence, _missing_history(facts))


def metrics(facts: ReportFacts) -> Proof:
    """S109: the longest time between two collections that dashboards were told of."""
    gap = facts.measured.metrics_gap_seconds
    evidence = "no collection" if gap is None else f"{gap:.1f} s without a collection at worst"
    return _METRICS.judge(gap, evidence, _missing_history(facts) if gap is not None else None)


def response(facts: ReportFacts) -> Proof:
    """S105: the 95th percentile of response times."""
    measured, p95_ms = facts.measured, facts.measured.response_p95_ms
    if p95_ms is None:
        return _RESPONSE.judge(None, "no request")
    evidence = f"95 % of {measured.timed} within {p95_ms:.0f} ms"
    return _RESPONSE.judge(p95_ms, evidence, _missing_counts(facts), least_of(p95_ms))


def errors(facts: ReportFacts) -> Proof:
    """S107: GraphQL errors of ours count, whatever their HTTP status."""
    measured, rate = facts.measured, facts.measured.error_rate
    evidence = "no request" if rate is None else f"{rate:.2f} % of {measured.requests} requests"
    return _ERRORS.judge(rate, evidence, _missing_counts(facts) if rate is not None else None)


def journeys(facts: ReportFacts) -> Proof:
    """S110: from the event that moves somebody to the rates that show it, on open pages."""
    measured, p99_ms = facts.measured, facts.measured.journeys_p99_ms
    if p99_ms is None:
        return _JOURNEYS.judge(None, "no journey update while a page was open")
    evidence = f"99 % of {measured.journey_updates} updates within {p99_ms:.0f} ms"
    return _JOURNEYS.judge(p99_ms, evidence, at_least=least_of(p99_ms))


def _missing_history(facts: ReportFacts) -> str | None:
    seconds = facts.measured.unavailable_seconds
    return f"the first {seconds / 3600:.1f} hours are not kept any more" if seconds else None


def _missing_counts(facts: ReportFacts) -> str | None:
    gap = facts.measured.uncounted_seconds
    if gap is None or gap <= _UNCOUNTED:
        return None
    return f"no process counted for {gap:.0f} s"
