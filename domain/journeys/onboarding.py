"""The guided setup: its steps, their proofs, and the progress (S4, S83 to S86).

The only place that computes a percentage (decision 14).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.flags.guarded_operations import step_flags

STALLED_AFTER = timedelta(minutes=5)  # S73
MAX_MESSAGE = 2_000

BUSINESS_INFO = "business_info"
FIRST_CLIENT = "first_client"
SEND_INVITATION = "send_invitation"
BASIC_DETAILS = "basic_details"
FIRST_CONNECTION = "first_connection"
INVITE_PARTNER = "invite_partner"


class OnboardingSide(StrEnum):
    """The user type whose steps apply."""

    SUPPLIER = "supplier"
    COUPLE = "couple"


@dataclass(frozen=True, slots=True)
class Step:
    """A step. Its flags, if they exist, decide who sees it (S83)."""

    key: str
    title: str
    description: str
    unproven: str = ""  # why it is not done yet; empty: its owner completes it
    required: bool = True

    @property
    def flag_keys(self) -> tuple[str, ...]:
        """The flags of the step: `mvp_step_<key>` and its former name."""
        return step_flags(self.key)


STEPS: Mapping[OnboardingSide, tuple[Step, ...]] = {
    OnboardingSide.SUPPLIER: (
        Step(
            BUSINESS_INFO,
            "Business Information",
            "Tell us about your wedding business",
            "Save the name of your business and what you offer first.",
        ),
        Step(
            FIRST_CLIENT,
            "Add Your First Client",
            "Add a couple you're working with",
            "Add a client first.",
        ),
        Step(
            SEND_INVITATION,
            "Connect with Your Couple",
            "Send them an invitation to WedMe",
            "Invite a client first.",
        ),
    ),
    OnboardingSide.COUPLE: (
        Step(
            BASIC_DETAILS,
            "Basic Details",
            "Tell us who is getting married",
            "Save both of your names first.",
        ),
        Step(
            FIRST_CONNECTION,
            "Your First Connection",
            "Accept the invitation of one of your suppliers",
            "Accept the invitation of a supplier first.",
        ),
        Step(
            INVITE_PARTNER,
            "Bring Your Partner",
            "Plan together: each of you with an account of your own",
            "Invite your partner first.",
            required=False,
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class OnboardingFacts:
    """The facts of a person in the database, which prove completed steps (S43)."""

    has_profile: bool = False
    has_client: bool = False
    has_invited: bool = False
    has_connection: bool = False
    has_invited_partner: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """The completed steps of a person with their moments, in order of completion."""

    side: OnboardingSide
    started_at: datetime
    done: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def percentage(self) -> int:
        """0, 33, 67, 100 for three required steps."""
        return percent_complete(self.side, self.done)

    @property
    def is_complete(self) -> bool:
        """True if every required step is completed."""
        return next_step(self.side, self.done) is None


def steps_of(side: OnboardingSide) -> tuple[Step, ...]:
    """All steps, in the order in which they are offered."""
    return STEPS[side]


def find_step(side: OnboardingSide, key: str) -> Step | None:
    """The step with a key."""
    return next((step for step in STEPS[side] if step.key == key), None)


def percent_complete(side: OnboardingSide, done: Collection[str]) -> int:
    """The share of completed required steps, rounded to the nearest percent."""
    required = [step.key for step in STEPS[side] if step.required]
    done_count = sum(key in done for key in required)
    return (200 * done_count + len(required)) // (2 * len(required))


def next_step(
    side: OnboardingSide,
    done: Collection[str],
    is_enabled: Callable[[Step], bool] = lambda _step: True,
) -> str | None:
    """The first open required step; None if there is none or its flag is off."""
    step = _first_undone(side, done)
    return step.key if step is not None and is_enabled(step) else None


def open_steps(
    side: OnboardingSide, done: Collection[str], is_enabled: Callable[[Step], bool]
) -> frozenset[str]:
    """The steps that are offered: their flags are on and the steps before them are done (S83).

    Steps that facts prove out of order stay open; an optional step blocks nothing.
    """
    steps, stop = STEPS[side], _first_undone(side, done)
    reached = steps if stop is None else steps[: steps.index(stop) + 1]
    return frozenset(
        step.key for step in steps if is_enabled(step) and (step in reached or step.key in done)
    )


def steps_before(side: OnboardingSide, key: str, done: Collection[str]) -> Sequence[Step]:
    """The required steps that must be completed before a step."""
    keys = [step.key for step in STEPS[side]]
    before = STEPS[side][: keys.index(key)]
    return [step for step in before if step.required and step.key not in done]


def _first_undone(side: OnboardingSide, done: Collection[str]) -> Step | None:
    return next((step for step in STEPS[side] if step.required and step.key not in done), None)


def proven(side: OnboardingSide, facts: OnboardingFacts) -> frozenset[str]:
    """The steps that the facts prove, in any order."""
    holds_by_step = (
        {
            BASIC_DETAILS: facts.has_profile,
            FIRST_CONNECTION: facts.has_connection,
            INVITE_PARTNER: facts.has_invited_partner,
        }
        if side is OnboardingSide.COUPLE
        else {
            BUSINESS_INFO: facts.has_profile,
            FIRST_CLIENT: facts.has_client,
            SEND_INVITATION: facts.has_invited,
        }
    )
    return frozenset(key for key, holds in holds_by_step.items() if holds)


def check_off(progress: Progress, keys: Iterable[str], now: datetime) -> Progress:
    """Complete these steps; a completed step keeps its moment."""
    requested = set(keys)
    fresh = [
        step.key
        for step in STEPS[progress.side]
        if step.key in requested and step.key not in progress.done
    ]
    return replace(progress, done={**progress.done, **dict.fromkeys(fresh, now)})


def seconds_spent(progress: Progress) -> dict[str, int]:
    """The duration of each step since the previous one, the first since the sign-up."""
    spent, before = {}, progress.started_at
    for key, at in sorted(progress.done.items(), key=lambda item: item[1]):
        spent[key] = max(0, round((at - before).total_seconds()))
        before = at
    return spent


def stuck_at(
    progress: Progress,
    last_activity: datetime,
    now: datetime,
    is_enabled: Callable[[Step], bool] = lambda _step: True,
) -> str | None:
    """The step at which a person has been inactive for five minutes (S73)."""
    if now - last_activity < STALLED_AFTER:
        return None
    return next_step(progress.side, progress.done, is_enabled)
