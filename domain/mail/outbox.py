"""Where a letter of the outbox stands (S14). Only what a mail server took counts as sent."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.errors import InvalidTransition

RETRY_FOR = timedelta(days=5)  # as RFC 5321, 4.5.4.1 asks of who hands mail over
MAX_REASON = 500
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)
_MAX_DOUBLINGS = 10
_MESSAGE_ID = re.compile(r"<?([0-9a-f-]{36})@[^@<>\s]+>?", re.ASCII)


class MailStatus(StrEnum):
    """Where a letter stands."""

    WAITING = "waiting"
    QUEUED = "queued"
    RETRYING = "retrying"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class AttemptOutcome(StrEnum):
    """How one attempt to hand an e-mail over ended.

    `deferred` and `refused` are replies of the mail server (4xx, 5xx); `unreachable` means that
    it gave none: no connection, or none in time. `malformed`: the row cannot be a message.
    """

    DELIVERED = "delivered"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"


FINAL = frozenset({AttemptOutcome.REFUSED, AttemptOutcome.MALFORMED})
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


def retry_until(queued_at: datetime, link_expires_at: datetime | None) -> datetime:
    """How long an e-mail is tried: five days, and never beyond the validity of its link."""
    end = queued_at + RETRY_FOR
    return end if link_expires_at is None else min(end, link_expires_at)


def next_attempt(attempts: int, now: datetime, until: datetime) -> datetime | None:
    """When a deferred e-mail is tried again; None where that would be too late.

    30 s after the first attempt, then twice as long each time, at most an hour: a server that
    defers for five minutes (greylisting), or is away for a day, still gets it.
    """
    doublings = min(max(attempts - 1, 0), _MAX_DOUBLINGS)
    at = now + min(_FIRST_PAUSE * 2**doublings, _LONGEST_PAUSE)
    return at if at < until else None


def check_retry(standing: Standing) -> None:
    """Raises InvalidTransition for what is out or taken back, or where nobody could send it."""
    if standing.sent_at is not None and standing.bounced_at is not None:
        raise InvalidTransition("This e-mail bounced, and its text was deleted: send another one.")
    if standing.status in (MailStatus.SENT, MailStatus.CANCELLED):
        raise InvalidTransition(f"This e-mail is {standing.status}: there is nothing to send.")
    if not standing.has_server:
        raise InvalidTransition(
            "No mail server is configured (SMTP_URL): the e-mail waits for one."
        )


def check_link(link_expires_at: datetime | None, now: datetime) -> None:
    """Raises InvalidTransition where the link inside has expired: nobody could use the e-mail."""
    if link_expires_at is not None and link_expires_at <= now:
        raise InvalidTransition("The link in this e-mail has expired: send a new one.")


def mail_of(message_id: str) -> UUID | None:
    """The letter whose Message-ID a bounce names; None where it is none of ours."""
    match = _MESSAGE_ID.fullmatch(message_id.strip())
    try:
        return UUID(match[1]) if match else None
    except ValueError:
        return None


def check_bounce(standing: Standing) -> None:
    """Only what is out comes back; raises InvalidTransition."""
    if standing.sent_at is None:
        raise InvalidTransition(f"This e-mail is {standing.status}: it cannot have bounced.")


def check_cancel(standing: Standing) -> None:
    """Raises InvalidTransition for a letter that is out."""
    if standing.sent_at is not None:
        raise InvalidTransition("This e-mail is sent: it cannot be cancelled.")
