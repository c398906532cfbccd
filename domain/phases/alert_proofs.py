"""Proofs about alerts, from the first bad sample to the delivered message: S99, S111."""

from collections.abc import Sequence
from datetime import datetime

from domain.incidents.incidents import SEVERE, Severity
from domain.phases.proof_verdicts import Limit, Proof
from domain.phases.reports import IncidentFact, ReportFacts

_CRITICAL = Limit("S99", "critical alerts arrive within 60 s of the first bad sample", 60, "s")
_NOTICED = Limit(
    "S111", "problems are detected and alerted within 60 s of the first bad sample", 60, "s"
)


def critical(facts: ReportFacts) -> Proof:
    """S99: all CRITICAL incidents, also those that a person reports."""
    incidents = [item for item in facts.incidents if item.severity == Severity.CRITICAL]
    return _judge(_CRITICAL, incidents, facts.judged_at)


def noticed(facts: ReportFacts) -> Proof:
    """S111: what the system notices itself by a sample, HIGH and CRITICAL."""
    incidents = [
        item
        for item in facts.incidents
        if item.severity in SEVERE and item.first_bad_at is not None
    ]
    return _judge(_NOTICED, incidents, facts.judged_at)


def _judge(promise: Limit, incidents: Sequence[IncidentFact], now: datetime) -> Proof:
    delivered = [(wait, item) for item in incidents if (wait := _seconds_waited(item)) is not None]
    waiting = [
        (_seconds_so_far(item, now), item) for item in incidents if _seconds_waited(item) is None
    ]
    slowest = max((*delivered, *waiting), key=lambda pair: pair[0], default=None)
    if slowest is None:
        return promise.judge(None, "no such incident")
    seconds, item = slowest
    evidence = (
        f"{seconds:.1f} s at worst (#{item.number} {item.title}), "
        f"{len(delivered)} of {len(incidents)} alerted"
    )
    if promise.is_broken_by(seconds) and item.alerted_at is None:
        evidence = f"#{item.number} {item.title}: no message was delivered"
    missing = f"{len(waiting)} not alerted yet" if waiting else None
    return promise.judge(seconds, evidence, missing)


def _seconds_waited(item: IncidentFact) -> float | None:
    if item.alerted_at is None:
        return None
    return max((item.alerted_at - item.audible_from).total_seconds(), 0.0)


def _seconds_so_far(item: IncidentFact, now: datetime) -> float:
    """Return how long no message was delivered: until now, or until the incident ended."""
    end = now if item.resolved_at is None else max(item.resolved_at, item.audible_from)
    return max((end - item.audible_from).total_seconds(), 0.0)
