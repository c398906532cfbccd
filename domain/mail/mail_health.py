"""Derives the health of the mail server from recent attempts to send (F1, S5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from domain.mail.outbox import AttemptOutcome

NOT_CONFIGURED = "no SMTP server configured: mail stays in the outbox"
WINDOW = timedelta(minutes=10)
SLOW_MILLISECONDS = 10_000
_MIN_ATTEMPTS = 3
_MIN_DOMAINS = 3


@dataclass(frozen=True, slots=True)
class RecentAttempts:
    """Attempts with one outcome at one domain; `slow`: those that took 10 s or more."""

    domain: str
    outcome: AttemptOutcome
    count: int
    slow: int


def mail_warning(recent: Sequence[RecentAttempts]) -> str | None:
    """What is wrong with sending, in one sentence; None if nothing points at the mail server.

    A recipient's server may refuse or defer for reasons of its own, and anybody may type any
    address. So refusals and deferrals count only if nothing is accepted, at several domains.
    """
    total = sum(item.count for item in recent)
    if total < _MIN_ATTEMPTS:
        return None
    unreachable = _count(recent, AttemptOutcome.UNREACHABLE)
    if unreachable >= _MIN_ATTEMPTS and 2 * unreachable >= total:
        return f"The mail server gave no reply to {unreachable} of {total} e-mails in 10 minutes."
    slow = sum(item.slow for item in recent)
    if slow >= _MIN_ATTEMPTS and 2 * slow >= total:
        return f"{slow} of {total} e-mails in 10 minutes took longer than 10 s."
    if _count(recent, AttemptOutcome.DELIVERED):
        return None
    for outcome in (AttemptOutcome.REFUSED, AttemptOutcome.DEFERRED):
        if len({item.domain for item in recent if item.outcome is outcome}) >= _MIN_DOMAINS:
            rejected = _count(recent, outcome)
            return f"The mail server {outcome} {rejected} of {total} e-mails in 10 minutes."
    return None


def _count(recent: Sequence[RecentAttempts], outcome: AttemptOutcome) -> int:
    return sum(item.count for item in recent if item.outcome is outcome)
