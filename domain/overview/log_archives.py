"""Which part of the event log may be archived (ADR 43)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import Invalid

# Longer than anything that reads the log by itself: limits of invitations count 30 days, a replay
# covers 31 days, the log of jobs 7.
MIN_AGE = timedelta(days=90)
REPORT_IN_USE = timedelta(days=90)  # after the end of a run or an incident
_MAX_NAMED = 5


@dataclass(frozen=True, slots=True)
class Need:
    """Something that needs all events from a moment on; `subject` names it in messages."""

    since: datetime
    subject: str


def is_in_use(ended_at: datetime | None, now: datetime) -> bool:
    """Whether a run or an incident still needs its events: it is open, or ended lately."""
    return ended_at is None or now - ended_at < REPORT_IN_USE


def check_moment(before: datetime, now: datetime, needs: Sequence[Need]) -> None:
    """Raise Invalid, with the latest possible moment, if events before a moment must stay."""
    if now - before < MIN_AGE:
        limit = now - MIN_AGE
        raise Invalid(
            f"Events of the last {MIN_AGE.days} days stay: at the latest {_moment(limit)}."
        )
    blocking = sorted((need for need in needs if need.since < before), key=lambda need: need.since)
    if blocking:
        names = ", ".join(need.subject for need in blocking[:_MAX_NAMED])
        more = len(blocking) - _MAX_NAMED
        others = f" and {more} more" if more > 0 else ""
        raise Invalid(
            f"Events before {_moment(before)} are still needed by {names}{others}: at the latest "
            f"{_moment(blocking[0].since)}."
        )


def check_webhooks(last_seq: int, positions: Sequence[tuple[str, int]]) -> None:
    """Raise Invalid if a webhook, named by its URL, has not processed all archived events."""
    behind = [name for name, position in positions if position < last_seq]
    if behind:
        raise Invalid(
            f"The webhook to {', '.join(behind[:_MAX_NAMED])} has not sent all events before that "
            "moment: wait, or `launch webhooks skip` or `delete` it."
        )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
