"""Bulk invitations, which are sent within the limits of the account (M10)."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.marketplace.invitation_limits import DAY, NEW_ACCOUNT, account_limit

MAX_CLIENTS = 2_000
DEFER_FOR = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=14)


class BulkInvitationStatus(StrEnum):
    """The status of a bulk invitation."""

    RUNNING = "running"
    STOPPED = "stopped"
    FINISHED = "finished"


class BulkItemStatus(StrEnum):
    """The status of one invitation of a bulk invitation."""

    WAITING = "waiting"
    SENT = "sent"
    NOT_SENT = "not_sent"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class SendingPace:
    """What limits how fast an account sends; `sent`: its e-mails of the last 24 hours."""

    account_created_at: datetime
    declines: int = 0
    sent: Sequence[datetime] = ()


@dataclass(frozen=True, slots=True)
class Forecast:
    """How many are sent within 24 hours, and when the last is; None if none is waiting."""

    within_a_day: int
    last_at: datetime | None


def status_of(stopped_at: datetime | None, finished_at: datetime | None) -> BulkInvitationStatus:
    """The status of a bulk invitation."""
    if stopped_at is not None:
        return BulkInvitationStatus.STOPPED
    return BulkInvitationStatus.RUNNING if finished_at is None else BulkInvitationStatus.FINISHED


def forecast(waiting: int, pace: SendingPace, now: datetime) -> Forecast:
    """Forecast invitations that only the limit of the account delays."""
    within, last_at = 0, None
    for at, count in _departures(waiting, pace, now):
        within += count if at < now + DAY else 0
        last_at = at
    return Forecast(within, last_at)


def next_departure(pace: SendingPace, now: datetime) -> datetime:
    """When the account may send the next e-mail."""
    at, _ = next(_departures(1, pace, now))
    return at


def is_given_up(since: datetime, now: datetime) -> bool:
    """True if an invitation has waited too long for the limits of its recipient."""
    return now >= since + GIVE_UP_AFTER


def _departures(waiting: int, pace: SendingPace, now: datetime) -> Iterator[tuple[datetime, int]]:
    window, at = deque(sorted(pace.sent)), now
    while waiting > 0:
        while window and window[0] <= at - DAY:
            window.popleft()
        free = account_limit(at - pace.account_created_at, pace.declines) - len(window)
        count = min(max(free, 0), waiting)
        if count:
            yield at, count
            window.extend([at] * count)
            waiting -= count
        else:
            at = min(_capacity_frees_at(window[0] + DAY, pace.account_created_at, at))


def _capacity_frees_at(frees: datetime, created_at: datetime, at: datetime) -> list[datetime]:
    """When capacity frees: an e-mail becomes a day old, or the account older."""
    ages = (created_at + DAY, created_at + NEW_ACCOUNT)
    return [frees, *(moment for moment in ages if moment > at)]
