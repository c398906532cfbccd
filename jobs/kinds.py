"""How many jobs of each kind run at once, and when one that failed is tried again (D10, R5).

Limits hold over all workers. A kind that waits for systems outside has room for those that hang,
so that they delay neither each other nor any other kind; none holds a connection while it waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from jobs.routing import (
    COUNT_IMPACT,
    DELIVER,
    FOLLOW_HELP,
    FOLLOW_INCIDENT,
    LOOK_AFTER,
    MAIL_NOTIFICATIONS,
    RAMP,
    REDELIVER,
    REHEARSE,
    SEND_BULK,
    SEND_MAIL,
    TELL_OF_MESSAGE,
    WORKS_AGAIN,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """Retries begin `retry_seconds` after a failure and double up to `max_retry_seconds`."""

    concurrency: int = 20
    retry_seconds: float = 2.0
    max_retry_seconds: float = 300.0
    attempts: int = 12
    limit_seconds: float = 120.0  # of one attempt

    @property
    def tried_for_seconds(self) -> float:
        """From the first failure to the last attempt, where each attempt fails at once."""
        delays = (self.retry_seconds * 2.0**turn for turn in range(1, self.attempts + 1))
        return sum(min(delay, self.max_retry_seconds) for delay in delays)


KINDS: Mapping[str, JobKind] = {
    # What a launch waits for: soon again, for hours. The guards' sweep finds what is left.
    RAMP: JobKind(retry_seconds=1, max_retry_seconds=15, attempts=1000, limit_seconds=60),
    # A number for an incident that is open already: it may come late, not never.
    COUNT_IMPACT: JobKind(concurrency=5, retry_seconds=2, max_retry_seconds=60, attempts=200),
    REHEARSE: JobKind(concurrency=5, retry_seconds=1, max_retry_seconds=10, attempts=60),
    # They hand a message to the dispatcher, which has a schedule of its own for each channel.
    FOLLOW_INCIDENT: JobKind(retry_seconds=0.5, max_retry_seconds=15, attempts=500),
    FOLLOW_HELP: JobKind(retry_seconds=1, max_retry_seconds=60, attempts=200),
    # The letter and the webhook have their own schedules, over days: a job is one attempt.
    SEND_MAIL: JobKind(concurrency=100, retry_seconds=2.5, max_retry_seconds=60),
    DELIVER: JobKind(concurrency=50, retry_seconds=1, max_retry_seconds=60),
    # Each invitation is a transaction of its own, and the sweep goes on with what is left.
    SEND_BULK: JobKind(concurrency=5, retry_seconds=5, max_retry_seconds=300, limit_seconds=300),
    # Somebody asked for it and looks at the outcome: what fails is for them to ask again.
    REDELIVER: JobKind(concurrency=10, retry_seconds=1, max_retry_seconds=10, attempts=5),
    # Reminders and thanks: a late one is as good.
    LOOK_AFTER: JobKind(concurrency=10, retry_seconds=15, max_retry_seconds=3_600, attempts=24),
    TELL_OF_MESSAGE: JobKind(concurrency=10, retry_seconds=5, max_retry_seconds=600, attempts=24),
    MAIL_NOTIFICATIONS: JobKind(
        concurrency=10, retry_seconds=5, max_retry_seconds=600, attempts=24
    ),
    WORKS_AGAIN: JobKind(concurrency=5, retry_seconds=5, max_retry_seconds=600, attempts=24),
}
