"""Encouraging people who stand still: when, how often, in which words (S72, S73, A38)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.journeys.onboarding import STALLED_AFTER, Step

# Since the last activity: the first within the app, then by mail too. Never more than these.
LADDER = (STALLED_AFTER, timedelta(hours=1), timedelta(hours=24))
LEFT_AFTER = LADDER[-1]
FIRST_BY_MAIL = 1

# What may happen to an onboarding beside its steps, as its events say it.
STALLED, NUDGED, DISMISSED = "stalled", "nudged", "dismissed a nudge"
NEEDS_HELP, WAS_HELPED = "needs help", "was helped"
WORKS_AGAIN, ADVANCED, COMPLETED = "works again", "advanced", "completed"
ACTIVITIES = frozenset({ADVANCED, NEEDS_HELP, WORKS_AGAIN})  # the clock starts anew
ABOUT_HELP = frozenset({NEEDS_HELP, WAS_HELPED, COMPLETED})


class NudgeKind(StrEnum):
    """Why somebody is nudged."""

    STUCK = "stuck"
    WORKS_AGAIN = "works_again"


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody who has not finished. `sent`: nudges so far; `marked`: known to stand still."""

    last_activity_at: datetime
    sent: int = 0
    opted_out: bool = False
    marked: bool = False
    left: bool = False


def stands_still(standing: Standing, now: datetime) -> bool:
    """Nothing was done for five minutes (S73)."""
    return now - standing.last_activity_at >= STALLED_AFTER


def nudge_due(standing: Standing, now: datetime) -> bool:
    """The next nudge of the ladder is due; there are three in all, however often they return."""
    due = _next_nudge(standing)
    return due is not None and due <= now


def leaves(standing: Standing, now: datetime) -> bool:
    """Nothing was done for a day, and nobody has noted it yet."""
    return not standing.left and now - standing.last_activity_at >= LEFT_AFTER


def next_look(standing: Standing, now: datetime, *, silenced: bool = False) -> datetime | None:
    """When to look again; None where there is nothing left to be done.

    `silenced`: no nudge before an incident is over, and its end leads to a look of its own.
    """
    nudge = None if silenced else _next_nudge(standing)
    moments = [
        None if standing.marked else standing.last_activity_at + STALLED_AFTER,
        None if standing.left else standing.last_activity_at + LEFT_AFTER,
        # Whoever comes late to the ladder does not send two at once.
        max(nudge, now + STALLED_AFTER) if nudge is not None and nudge <= now else nudge,
    ]
    return min((at for at in moments if at is not None and at > now), default=None)


def by_mail(sent: int) -> bool:
    """Whether the nudge after so many others goes into the mailbox too."""
    return sent >= FIRST_BY_MAIL


def message(kind: NudgeKind, step: Step) -> str:
    """What somebody reads in the app."""
    if kind is NudgeKind.WORKS_AGAIN:
        return f"It works again. Continue here: {step.title}."
    return f"Shall we go on? Your next step: {step.title}. {step.description}."


def banner(step: Step) -> str:
    """What somebody reads while an incident is open on their step (X12)."""
    return (
        f"We are having trouble with “{step.title}” and are working on it. "
        "It is not your fault: we tell you when it works again."
    )


def _next_nudge(standing: Standing) -> datetime | None:
    if standing.opted_out or standing.sent >= len(LADDER):
        return None
    return standing.last_activity_at + LADDER[standing.sent]
