"""Nudges for people who stopped in the guided setup: when and how often (S72, S73, A38)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.journeys.onboarding import STALLED_AFTER, Step

# Since the last activity. The first is shown in the app only; there are never more than these.
LADDER = (STALLED_AFTER, timedelta(hours=1), timedelta(hours=24))
LEFT_AFTER = LADDER[-1]
FIRST_BY_MAIL = 1

# Actions of OnboardingChanged besides completed steps.
STALLED, NUDGED, DISMISSED = "stalled", "nudged", "dismissed a nudge"
NEEDS_HELP, WAS_HELPED = "needs help", "was helped"
WORKS_AGAIN, ADVANCED, COMPLETED = "works again", "advanced", "completed"
ACTIVITIES = frozenset({ADVANCED, NEEDS_HELP, WORKS_AGAIN})  # the clock starts anew
ABOUT_HELP = frozenset({NEEDS_HELP, WAS_HELPED, COMPLETED})


class NudgeKind(StrEnum):
    """The reason of a nudge."""

    STUCK = "stuck"
    WORKS_AGAIN = "works_again"


@dataclass(frozen=True, slots=True)
class StallState:
    """A person with an unfinished onboarding. `sent`: nudges so far; `marked`: is stuck."""

    last_activity_at: datetime
    sent: int = 0
    opted_out: bool = False
    marked: bool = False
    left: bool = False


def is_stuck(standing: StallState, now: datetime) -> bool:
    """True after five minutes without activity (S73)."""
    return now - standing.last_activity_at >= STALLED_AFTER


def nudge_due(standing: StallState, now: datetime) -> bool:
    """True if the next nudge is due; there are three in all, however often people return."""
    due = _next_nudge(standing)
    return due is not None and due <= now


def is_abandoned(standing: StallState, now: datetime) -> bool:
    """True after a day without activity that has not been recorded yet."""
    return not standing.left and now - standing.last_activity_at >= LEFT_AFTER


def next_look(standing: StallState, now: datetime, *, silenced: bool = False) -> datetime | None:
    """When to check again; None if nothing is left to do.

    `silenced`: no nudge before an incident is over, and its end triggers a check of its own.
    """
    nudge = None if silenced else _next_nudge(standing)
    moments = [
        None if standing.marked else standing.last_activity_at + STALLED_AFTER,
        None if standing.left else standing.last_activity_at + LEFT_AFTER,
        # A late check never sends two nudges at once.
        max(nudge, now + STALLED_AFTER) if nudge is not None and nudge <= now else nudge,
    ]
    return min((at for at in moments if at is not None and at > now), default=None)


def by_mail(sent: int) -> bool:
    """True if the nudge is sent by e-mail too."""
    return sent >= FIRST_BY_MAIL


def message(kind: NudgeKind, step: Step) -> str:
    """The text of a nudge in the app."""
    if kind is NudgeKind.WORKS_AGAIN:
        return f"It works again. Continue here: {step.title}."
    return f"Shall we go on? Your next step: {step.title}. {step.description}."


def banner(step: Step) -> str:
    """The text in the app while an incident affects the step (X12)."""
    return (
        f"We are having trouble with “{step.title}” and are working on it. "
        "It is not your fault: we tell you when it works again."
    )


def _next_nudge(standing: StallState) -> datetime | None:
    if standing.opted_out or standing.sent >= len(LADDER):
        return None
    return standing.last_activity_at + LADDER[standing.sent]
