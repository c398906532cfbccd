"""Proofs about how changes reach everybody: S96, S97, S108."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from domain.phases.proof_verdicts import Limit, Proof, ProofVerdict, least_of, worst
from domain.phases.reports import ReportFacts, Spread
from domain.platform.change_actions import ChangeAction
from domain.propagation.propagation import BUDGET, Propagation, unknown_text

_TOGGLE = Limit("S96", "flags are switched at every client within 3 s", 3_000, "ms")
_ROLLBACK = Limit(
    "S97", "a rollback reaches everybody within 30 s", BUDGET / timedelta(milliseconds=1), "ms"
)
_REALTIME = Limit("S108", "changes arrive within 3 s", 3_000, "ms")


def toggled(facts: ReportFacts) -> Proof:
    """S96: 95 of 100 receivers of each change of flags while the run was live."""
    return _judge_quantile(_TOGGLE, facts, 95, lambda propagation: propagation.p95_ms)


def realtime(facts: ReportFacts) -> Proof:
    """S108: 99 of 100 receivers of flags, and 99 of 100 messages of the event stream."""
    flags = _judge_quantile(_REALTIME, facts, 99, lambda propagation: propagation.p99_ms)
    events, messages = facts.measured.realtime_p99_ms, facts.measured.realtime_messages
    if events is None:
        return flags
    spread = f"99 % of {messages} messages within {events:.0f} ms"
    stream = _REALTIME.judge(events, spread, at_least=least_of(events))
    if flags.verdict is ProofVerdict.NOT_MEASURED:
        return stream
    decisive = worst((flags, stream))
    evidence = f"{flags.evidence}; {stream.evidence}"
    return _REALTIME.proof(decisive.verdict, evidence, max(events, flags.value or 0))


def rolled_back(facts: ReportFacts) -> Proof:
    """S97: every process and stream that was live when the flags went off, from the request on."""
    rollbacks = [
        item.propagation
        for item in facts.spreads
        if item.own and item.action == ChangeAction.ROLLED_BACK
    ]
    if facts.rehearsal is not None and facts.rehearsal.propagation is not None:
        rollbacks = [facts.rehearsal.propagation]
    if not rollbacks:
        return _ROLLBACK.proof(ProofVerdict.NOT_MEASURED, "no rollback that changed a flag")
    return worst(map(_judge_rollback, rollbacks))


def _judge_rollback(propagation: Propagation) -> Proof:
    had = f"{propagation.acked} of {propagation.total}"
    if propagation.complete_ms is not None:
        took = (propagation.commit_ms or 0) + propagation.complete_ms
        return _ROLLBACK.judge(took, f"{took} ms, {had}")
    unknown = unknown_text(propagation.unknown_processes, propagation.unknown_streams)
    evidence = f"{had} have it" + (f", {unknown}" if unknown else "")
    if propagation.slowest:
        evidence += f", waiting for {propagation.slowest}"
    broken = propagation.within_budget is False
    verdict = ProofVerdict.BROKEN if broken else ProofVerdict.UNKNOWN
    return _ROLLBACK.proof(verdict, evidence, propagation.slowest_ms)


def _judge_quantile(
    promise: Limit, facts: ReportFacts, percent: int, pick: Callable[[Propagation], int | None]
) -> Proof:
    """Receivers that are known to wait count as late: only those that have it have a time."""
    spreads = [item for item in facts.spreads if item.propagation.total]
    worst_ms = max(
        (ms for item in spreads if (ms := pick(item.propagation)) is not None), default=None
    )
    late = [
        item for item in spreads if _is_late(item.propagation, promise, percent, facts.judged_at)
    ]
    if late:
        return promise.proof(ProofVerdict.BROKEN, _late_text(late[0]), worst_ms)
    evidence = "no change" if worst_ms is None else f"{percent} % within {worst_ms} ms at worst"
    return promise.judge(worst_ms, evidence, _unknown_text(spreads))


def _is_late(propagation: Propagation, promise: Limit, percent: int, now: datetime) -> bool:
    overdue = now - propagation.started_at > timedelta(milliseconds=promise.limit)
    return overdue and propagation.waiting * 100 > propagation.total * (100 - percent)


def _late_text(item: Spread) -> str:
    propagation = item.propagation
    waiting = f"{propagation.waiting} of {propagation.total}"
    return f"{waiting} were still without version {propagation.version}"


def _unknown_text(spreads: Sequence[Spread]) -> str | None:
    unknown = [item.propagation for item in spreads if item.propagation.unknown]
    if unknown:
        processes = sum(item.unknown_processes for item in unknown)
        return unknown_text(processes, sum(item.unknown_streams for item in unknown))
    open_ = sum(not item.propagation.complete for item in spreads)
    return f"{open_} not yet at everybody" if open_ else None
