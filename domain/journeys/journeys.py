"""The journeys by which a launch is judged: their steps and their runs (S80).

A run belongs to the moment at which it began: a window shows the outcome of the runs that began
in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.journeys import onboarding

OPEN_INVITATION = "open_invitation"
ACCEPT_INVITATION = "accept_invitation"


class JourneyKey(StrEnum):
    """A journey; the names of its metrics contain the key."""

    SUPPLIER_ONBOARDING = "supplier_onboarding"
    INVITATION_ACCEPT = "invitation_accept"
    SIGNUP_TO_CONNECTION = "signup_to_connection"


class Outcome(StrEnum):
    """The outcome of a run. Only COMPLETED is final: an abandoned run may still complete."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"  # they tried and could not
    ABANDONED = "abandoned"  # they left, or declined


@dataclass(frozen=True, slots=True)
class JourneyStep:
    """A step of a journey."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Journey:
    """A journey. `clock_after`: the step whose completion starts the clock; None: the start.

    `in_order`: a completed step proves those before it.
    """

    key: JourneyKey
    title: str
    target: timedelta
    steps: tuple[JourneyStep, ...]
    in_order: bool = True
    clock_after: str | None = None

    def next_step(self, done: Iterable[str]) -> str | None:
        """The first open step; None at the end."""
        done_keys = frozenset(done)
        return next((step.key for step in self.steps if step.key not in done_keys), None)


_OPEN = JourneyStep(OPEN_INVITATION, "Open the Invitation")
_ACCEPT = JourneyStep(ACCEPT_INVITATION, "Accept the Invitation")
_SEND = JourneyStep(onboarding.SEND_INVITATION, "Send an Invitation")

JOURNEYS: Mapping[JourneyKey, Journey] = {
    item.key: item
    for item in (
        Journey(
            JourneyKey.SUPPLIER_ONBOARDING,
            "Supplier onboarding",
            timedelta(minutes=5),  # S100
            tuple(
                JourneyStep(step.key, step.title)
                for step in onboarding.steps_of(onboarding.OnboardingSide.SUPPLIER)
                if step.required
            ),
            in_order=False,
        ),
        # The clock starts when the link is opened, not when the e-mail is sent.
        Journey(
            JourneyKey.INVITATION_ACCEPT,
            "Invitation acceptance",
            timedelta(minutes=3),  # S101
            (_OPEN, _ACCEPT),
            clock_after=OPEN_INVITATION,
        ),
        Journey(
            JourneyKey.SIGNUP_TO_CONNECTION,
            "Sign-up to first connection",
            timedelta(minutes=10),  # S102
            (_SEND, _OPEN, _ACCEPT),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Run:
    """The run of one person or invitation. A step with None in `done` is proven by a later one."""

    key: JourneyKey
    started_at: datetime
    moved_at: datetime
    vendor_type: str | None = None
    done: Mapping[str, datetime | None] = field(default_factory=dict)
    outcome: Outcome = Outcome.RUNNING

    @property
    def journey(self) -> Journey:
        """The journey of this run."""
        return JOURNEYS[self.key]

    @property
    def step(self) -> str | None:
        """The current step; None at the end."""
        return self.journey.next_step(self.done)


def begin(key: JourneyKey, at: datetime) -> Run:
    """A new run at its first step."""
    return Run(key, started_at=at, moved_at=at)


def move(run: Run, steps: Iterable[str], at: datetime) -> Run:
    """Complete these steps; repeating changes nothing. An abandoned run is resumed."""
    fresh = _steps_to_add(run, frozenset(steps))
    if not fresh:
        return run
    done = {**run.done, **{key: at if fresh[key] else None for key in fresh}}
    arrived = run.journey.next_step(done) is None
    outcome = Outcome.COMPLETED if arrived else Outcome.RUNNING
    return replace(run, done=done, moved_at=at, outcome=outcome)


def turn(run: Run, outcome: Outcome) -> Run:
    """Set the outcome; None resumes the run. A completed run stays completed."""
    return run if run.outcome is Outcome.COMPLETED else replace(run, outcome=outcome)


def seconds(run: Run) -> float | None:
    """From the start of the clock to the completion; None if one of them is not known."""
    start, end = _clock_start(run), max((at for at in run.done.values() if at), default=None)
    if run.outcome is not Outcome.COMPLETED or start is None or end is None:
        return None
    return max((end - start).total_seconds(), 0.0)


def seconds_of_steps(run: Run) -> Mapping[str, float]:
    """The duration of each step since the previous completed one; without proven steps."""
    seconds_by_step: dict[str, float] = {}
    before: datetime | None = run.started_at
    for key, at in run.done.items():
        if at is not None and before is not None:
            seconds_by_step[key] = max((at - before).total_seconds(), 0.0)
        before = at
    return seconds_by_step


def _steps_to_add(run: Run, steps: frozenset[str]) -> dict[str, bool]:
    """The steps to add in order, each with whether it was completed itself."""
    step_keys = [step.key for step in run.journey.steps]
    if run.journey.in_order:
        last = max((place for place, key in enumerate(step_keys) if key in steps), default=-1)
        step_keys = step_keys[: last + 1]
    else:
        step_keys = [key for key in step_keys if key in steps]
    return {key: key in steps for key in step_keys if key not in run.done}


def _clock_start(run: Run) -> datetime | None:
    after = run.journey.clock_after
    return run.started_at if after is None else run.done.get(after)
