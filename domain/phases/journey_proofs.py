"""Proofs about the journeys of those who began while the run was live: S100, S101, S102, S104."""

from collections.abc import Sequence

from domain.journeys.journey_figures import JourneyFigures, Totals
from domain.journeys.journeys import JourneyKey
from domain.phases.proof_verdicts import Limit, Proof, ProofVerdict

IN_TIME_PERCENT = 95.0  # so many of those who arrive keep to the target
_SUCCESS_PERCENT = 95.0
_SUCCESS = "core journeys succeed in 95 of 100 cases that ended"
_TARGETS = {
    JourneyKey.SUPPLIER_ONBOARDING: ("S100", "a supplier is set up within 5 min"),
    JourneyKey.INVITATION_ACCEPT: ("S101", "a couple accepts within 3 min"),
    JourneyKey.SIGNUP_TO_CONNECTION: ("S102", "the first connection comes within 10 min"),
}


def targets(journeys: Sequence[JourneyFigures]) -> list[Proof]:
    """S100 to S102, each on those who arrived."""
    by_key = {figures.journey.key: figures for figures in journeys}
    return [_judge_target(row, title, by_key.get(key)) for key, (row, title) in _TARGETS.items()]


def success(journeys: Sequence[JourneyFigures]) -> Proof:
    """S104: judged on what ended, those who left included; the worst journey decides."""
    ended = [figures for figures in journeys if figures.totals.ended]
    if not ended:
        return Proof(
            "S104",
            _SUCCESS,
            ProofVerdict.NOT_MEASURED,
            "nobody has come to an end",
            limit=_SUCCESS_PERCENT,
            unit="%",
        )
    worst = min(figures.totals.success_rate or 0.0 for figures in ended)
    verdict = ProofVerdict.KEPT if worst >= _SUCCESS_PERCENT else ProofVerdict.BROKEN
    evidence = "; ".join(_outcome_text(figures) for figures in ended)
    return Proof("S104", _SUCCESS, verdict, evidence, worst, _SUCCESS_PERCENT, "%")


def _outcome_text(figures: JourneyFigures) -> str:
    totals = figures.totals
    return (
        f"{figures.journey.title}: {totals.success_rate or 0.0:.1f} % of {totals.ended} that ended "
        f"({totals.completed} arrived, {totals.failed} failed, {totals.abandoned} abandoned; "
        f"{totals.under_way} under way)"
    )


def _judge_target(row: str, title: str, figures: JourneyFigures | None) -> Proof:
    """Kept where 95 of 100 arrive in time, also if all whose time is not known were late."""
    if figures is None or not figures.totals.completed:
        return Proof(row, title, ProofVerdict.NOT_MEASURED, "nobody has arrived", unit="s")
    totals = figures.totals
    promise = Limit(row, title, figures.journey.target.total_seconds(), "s")
    return promise.proof(_verdict_of(totals), _times_text(totals), totals.p95_seconds)


def _verdict_of(totals: Totals) -> ProofVerdict:
    untimed = max(totals.completed - totals.timed, 0)
    arrived = totals.timed + untimed
    if 100 * (totals.in_time + untimed) < IN_TIME_PERCENT * arrived:
        return ProofVerdict.BROKEN
    sure = 100 * totals.in_time >= IN_TIME_PERCENT * arrived
    return ProofVerdict.KEPT if sure else ProofVerdict.UNKNOWN


def _times_text(totals: Totals) -> str:
    parts = [f"{totals.in_time} of {totals.timed} in time"]
    if totals.p50_seconds is not None and totals.p95_seconds is not None:
        parts.append(f"half within {totals.p50_seconds:.0f} s")
        parts.append(f"95 % within {totals.p95_seconds:.0f} s")
    if totals.completed > totals.timed:
        parts.append(f"{totals.completed - totals.timed} arrived without a known beginning")
    parts.append(f"{totals.under_way} under way")
    return "; ".join(parts)
