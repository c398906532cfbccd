"""Where a letter of the outbox stands (SPEC S14). Only what a mail server took counts as sent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.errors import InvalidTransition

MOST_ATTEMPTS = 8


class MailStatus(StrEnum):
    """Where a letter stands."""

    WAITING = "waiting"
    QUEUED = "queued"
    RETRYING = "retrying"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = frozenset({MailStatus.WAITING, MailStatus.QUEUED, MailStatus.RETRYING})


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a letter; `has_server`: whether a mail server is set."""

    has_server: bool
    attempts: int = 0
    sent_at: datetime | None = None
    failed_at: datetime | None = None
    cancelled_at: datetime | None = None

    @property
    def status(self) -> MailStatus:
        """Without a mail server nobody tries, and that is not the same as trying again."""
        if self.sent_at is not None:
            return MailStatus.SENT
        if self.cancelled_at is not None:
            return MailStatus.CANCELLED
        if self.failed_at is not None:
            return MailStatus.FAILED
        if not self.has_server:
            return MailStatus.WAITING
        return MailStatus.RETRYING if self.attempts else MailStatus.QUEUED


def gives_up(attempts: int) -> bool:
    """After every eighth attempt: who tries a letter again by hand grants it eight more."""
    return attempts % MOST_ATTEMPTS == 0


def check_retry(standing: Standing) -> None:
    """Raises InvalidTransition for what is out or taken back, or where nobody could send it."""
    if standing.status in (MailStatus.SENT, MailStatus.CANCELLED):
        raise InvalidTransition(f"This letter is {standing.status}: there is nothing to send.")
    if not standing.has_server:
        raise InvalidTransition("No mail server is set (SMTP_URL): the letter waits for one.")


def check_cancel(standing: Standing) -> None:
    """Raises InvalidTransition for a letter that is out."""
    if standing.status is MailStatus.SENT:
        raise InvalidTransition("This letter is sent: it cannot be taken back.")
