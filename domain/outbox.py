"""Where a letter of the outbox stands (SPEC S14). Only what a mail server took counts as sent."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.errors import InvalidTransition

MOST_ATTEMPTS = 8
MOST_REASON = 500
_MESSAGE_ID = re.compile(r"<?([0-9a-f-]{36})@[^@<>\s]+>?", re.ASCII)


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
    bounced_at: datetime | None = None

    @property
    def status(self) -> MailStatus:
        """Without a mail server nobody tries, and that is not the same as trying again.

        What was sent and came back has failed.
        """
        if self.sent_at is not None:
            return MailStatus.SENT if self.bounced_at is None else MailStatus.FAILED
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
    if standing.sent_at is not None and standing.bounced_at is not None:
        raise InvalidTransition("This letter came back, and its words are gone: write another.")
    if standing.status in (MailStatus.SENT, MailStatus.CANCELLED):
        raise InvalidTransition(f"This letter is {standing.status}: there is nothing to send.")
    if not standing.has_server:
        raise InvalidTransition("No mail server is set (SMTP_URL): the letter waits for one.")


def mail_of(message_id: str) -> UUID | None:
    """The letter whose Message-ID a bounce names; None where it is none of ours."""
    found = _MESSAGE_ID.fullmatch(message_id.strip())
    try:
        return UUID(found[1]) if found else None
    except ValueError:
        return None


def check_bounce(standing: Standing) -> None:
    """Only what is out comes back; raises InvalidTransition."""
    if standing.sent_at is None:
        raise InvalidTransition(f"This letter is {standing.status}: it cannot have come back.")


def check_cancel(standing: Standing) -> None:
    """Raises InvalidTransition for a letter that is out."""
    if standing.sent_at is not None:
        raise InvalidTransition("This letter is sent: it cannot be taken back.")
