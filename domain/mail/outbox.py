"""The status of an e-mail in the outbox (S14). Only what a mail server accepted is sent."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.errors import InvalidTransition

RETRY_FOR = timedelta(days=5)  # as RFC 5321, 4.5.4.1 recommends
MAX_REASON = 500
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)
_MAX_DOUBLINGS = 10
_MESSAGE_ID = re.compile(r"<?([0-9a-f-]{36})@[^@<>\s]+>?", re.ASCII)


class MailStatus(StrEnum):
    """The status of an e-mail."""

    WAITING = "waiting"
    QUEUED = "queued"
    RETRYING = "retrying"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class AttemptOutcome(StrEnum):
    """How an attempt to hand over an e-mail ended.

    `deferred` and `refused` are replies of the mail server (4xx, 5xx); `unreachable`: it did not
    reply in time or at all. `malformed`: the row cannot become a message.
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
    """The state of an e-mail; `has_server`: a mail server is configured."""

    has_server: bool
    attempts: int = 0
    sent_at: datetime | None = None
    failed_at: datetime | None = None
    cancelled_at: datetime | None = None
    bounced_at: datetime | None = None

    @property
    def status(self) -> MailStatus:
        """Its status. Without a mail server it is queued, not retrying.

        An e-mail that was sent and bounced has failed.
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
    """Until when an e-mail is retried: five days, and never beyond the expiry of its link."""
    end = queued_at + RETRY_FOR
    return end if link_expires_at is None else min(end, link_expires_at)


def next_attempt(attempts: int, now: datetime, until: datetime) -> datetime | None:
    """When a deferred e-mail is retried; None if that would be too late.

    After 30 s, then twice as long each time, at most an hour, so that a server that defers for five
    minutes (greylisting) or is down for a day still receives it.
    """
    doublings = min(max(attempts - 1, 0), _MAX_DOUBLINGS)
    at = now + min(_FIRST_PAUSE * 2**doublings, _LONGEST_PAUSE)
    return at if at < until else None


def check_retry(standing: Standing) -> None:
    """Raise InvalidTransition if it was sent or cancelled, or without a mail server."""
    if standing.sent_at is not None and standing.bounced_at is not None:
        raise InvalidTransition("This e-mail bounced, and its text was deleted: send another one.")
    if standing.status in (MailStatus.SENT, MailStatus.CANCELLED):
        raise InvalidTransition(f"This e-mail is {standing.status}: there is nothing to send.")
    if not standing.has_server:
        raise InvalidTransition(
            "No mail server is configured (SMTP_URL): the e-mail waits for one."
        )


def check_link(link_expires_at: datetime | None, now: datetime) -> None:
    """Raise InvalidTransition if the link in the e-mail has expired."""
    if link_expires_at is not None and link_expires_at <= now:
        raise InvalidTransition("The link in this e-mail has expired: send a new one.")


def mail_of(message_id: str) -> UUID | None:
    """The id of the e-mail that a bounce names by its Message-ID; None if it is not ours."""
    match = _MESSAGE_ID.fullmatch(message_id.strip())
    try:
        return UUID(match[1]) if match else None
    except ValueError:
        return None


def check_bounce(standing: Standing) -> None:
    """Raise InvalidTransition unless the e-mail was sent."""
    if standing.sent_at is None:
        raise InvalidTransition(f"This e-mail is {standing.status}: it cannot have bounced.")


def check_cancel(standing: Standing) -> None:
    """Raise InvalidTransition if the e-mail was sent."""
    if standing.sent_at is not None:
        raise InvalidTransition("This e-mail is sent: it cannot be cancelled.")
