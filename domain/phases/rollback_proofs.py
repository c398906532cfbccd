"""Proofs about what was done before the run: its pre-checks and its rehearsal (S95, S112)."""

from domain.phases.proof_verdicts import Proof, ProofVerdict, not_measured
from domain.phases.readiness import EXPECTED_CHECKS, REHEARSED
from domain.phases.rehearsal import Rehearsal, RehearsalStatus
from domain.phases.reports import ReportFacts

_PRECHECKED = "activated on recorded pre-checks"
_REHEARSED = "the rollback was rehearsed before the run, as docs/runbook.md says"


def prechecked(facts: ReportFacts) -> Proof:
    """S95: the whole list was recorded, and nothing on it kept the phase from going live."""
    if facts.rehearsal is not None:
        return not_measured("S95", _PRECHECKED, "a rehearsal activates nothing")
    every = len(facts.readiness)
    good = sum(check.ok for check in facts.readiness)
    blocked = [check.title for check in facts.readiness if check.blocking and not check.ok]
    missing = sorted(EXPECTED_CHECKS - {check.key for check in facts.readiness})
    if not every:
        verdict, evidence = ProofVerdict.BROKEN, "no list was recorded with the activation"
    elif blocked:
        verdict, evidence = ProofVerdict.BROKEN, f"activated although: {', '.join(blocked)}"
    elif missing:
        verdict, evidence = ProofVerdict.UNKNOWN, f"not on the list: {', '.join(missing)}"
    else:
        verdict, evidence = ProofVerdict.KEPT, f"{good} of {every} checks were good"
    return Proof("S95", _PRECHECKED, verdict, evidence, good, every, "checks")


def rehearsed(facts: ReportFacts) -> Proof:
    """S112: of a rehearsal its own outcome; of a run the last rehearsal before it."""
    if facts.rehearsal is not None:
        return _judge_rehearsal(facts.rehearsal)
    verdict, evidence = _judge_last_rehearsal(facts)
    return Proof("S112", _REHEARSED, verdict, evidence)


def _judge_rehearsal(rehearsal: Rehearsal) -> Proof:
    title = "the rollback was rehearsed"
    if not rehearsal.is_over:
        return not_measured("S112", title, "it is under way")
    passed = rehearsal.status is RehearsalStatus.PASSED
    verdict = ProofVerdict.KEPT if passed else ProofVerdict.BROKEN
    return Proof("S112", title, verdict, rehearsal.failure or f"decided by {rehearsal.decided_by}")


def _judge_last_rehearsal(facts: ReportFacts) -> tuple[ProofVerdict, str]:
    rehearsal = facts.rehearsed
    if rehearsal is None:
        return ProofVerdict.BROKEN, "never rehearsed before this run"
    if rehearsal.failure is not None:
        return (
            ProofVerdict.BROKEN,
            f"the last rehearsal before this run failed: {rehearsal.failure}",
        )
    passed = f"passed {rehearsal.ended_at:%Y-%m-%d %H:%M} UTC"
    if facts.started_at - rehearsal.ended_at > REHEARSED:
        return ProofVerdict.UNKNOWN, f"{passed}, more than {REHEARSED.days} days before this run"
    if facts.edits_since_rehearsal:
        return ProofVerdict.UNKNOWN, f"{passed}, and the phase was edited since"
    return ProofVerdict.KEPT, passed
