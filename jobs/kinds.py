"""The concurrency limit and the retry schedule of each kind of job (D10, R5).

Limits apply to all workers together. A kind that waits for external systems has room for jobs that
hang, so that they delay neither each other nor other kinds; no job holds a connection while it
waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from jobs.routing import (
    ALERT_SUPPORT,
    CHECK_STALLED,
    COUNT_IMPACT,
    DELIVER,
    EMAIL_UNREAD_MESSAGE,
    FOLLOW_INCIDENT,
    MAIL_NOTIFICATIONS,
    NOTIFY_RECOVERY,
    RAMP,
    REDELIVER,
    REHEARSE,
    SEND_BULK,
    SEND_MAIL,
    SEND_NEW_LINK,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """Retries begin `retry_seconds` after a failure and double up to `max_retry_seconds`."""

    concurrency: int = 20
    retry_seconds: float = 2.0
    max_retry_seconds: float = 300.0
    max_retries: int = 12
    limit_seconds: float = 120.0  # of one attempt

    @property
    def tried_for_seconds(self) -> float:
        """The time from the first failure to the last retry, if each attempt fails at once."""
        delays = (self.retry_seconds * 2.0**turn for turn in range(self.max_retries))
        return sum(min(delay, self.max_retry_seconds) for delay in delays)


KINDS: Mapping[str, JobKind] = {
    # A launch waits for these: retried soon, for hours. The sweep of the guards finds the rest.
    RAMP: JobKind(retry_seconds=1, max_retry_seconds=15, max_retries=1000, limit_seconds=60),
    # A number for an open incident: it may be late, but must not be lost.
    COUNT_IMPACT: JobKind(concurrency=5, retry_seconds=2, max_retry_seconds=60, max_retries=200),
    REHEARSE: JobKind(concurrency=5, retry_seconds=1, max_retry_seconds=10, max_retries=60),
    # The dispatcher has its own retry schedule for each channel.
    FOLLOW_INCIDENT: JobKind(retry_seconds=0.5, max_retry_seconds=15, max_retries=500),
    ALERT_SUPPORT: JobKind(retry_seconds=1, max_retry_seconds=60, max_retries=200),
    # E-mails and webhooks have their own schedules over days: a job is one attempt.
    SEND_MAIL: JobKind(concurrency=100, retry_seconds=2.5, max_retry_seconds=60),
    DELIVER: JobKind(concurrency=50, retry_seconds=1, max_retry_seconds=60),
    # Each invitation has its own transaction, and the sweep continues with the rest.
    SEND_BULK: JobKind(concurrency=5, retry_seconds=5, max_retry_seconds=300, limit_seconds=300),
    # A person requested it and sees the result: they repeat it after a failure.
    REDELIVER: JobKind(concurrency=10, retry_seconds=1, max_retry_seconds=10, max_retries=5),
    # Reminders: a late one is as good.
    CHECK_STALLED: JobKind(
        concurrency=10, retry_seconds=15, max_retry_seconds=3_600, max_retries=24
    ),
    EMAIL_UNREAD_MESSAGE: JobKind(
        concurrency=10, retry_seconds=5, max_retry_seconds=600, max_retries=24
    ),
    SEND_NEW_LINK: JobKind(concurrency=5, retry_seconds=5, max_retry_seconds=600, max_retries=24),
    MAIL_NOTIFICATIONS: JobKind(
        concurrency=10, retry_seconds=5, max_retry_seconds=600, max_retries=24
    ),
    NOTIFY_RECOVERY: JobKind(concurrency=5, retry_seconds=5, max_retry_seconds=600, max_retries=24),
}
