"""Launch phases: states, ramp steps and the moves between states (S1, S45, S54, A7)."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.errors import Collector, Invalid, InvalidTransition
from domain.platform.percent import EVERYBODY, NOBODY, Percent

MAX_POSITION = 1_000_000


class PhaseStatus(StrEnum):
    """Where a phase stands."""

    PLANNED = "planned"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    ROLLED_BACK = "rolled_back"


class PhaseAction(StrEnum):
    """What an operator can do to a phase."""

    ACTIVATE = "activate"
    PAUSE = "pause"
    RESUME = "resume"
    ADVANCE = "advance"
    COMPLETE = "complete"
    ROLLBACK = "rollback"


class RollbackMode(StrEnum):
    """What a rollback does to the flags of the phase (decision 6)."""

    RESTORE_PREVIOUS = "restore_previous"
    DISABLE_ALL = "disable_all"


class RunKind(StrEnum):
    """Whether real users were reached."""

    LIVE = "live"
    REHEARSAL = "rehearsal"


@dataclass(frozen=True, slots=True)
class RampStep:
    """One step of a ramp: the most of the users that a flag may reach while it lasts.

    `hold_seconds` None: the step lasts until a person advances the phase.
    """

    percentage: Percent
    hold_seconds: int | None = None
    requires_approval: bool = False


@dataclass(frozen=True, slots=True)
class RollbackPlan:
    """How a rollback of the phase is done unless the call says otherwise (S56)."""

    mode: RollbackMode = RollbackMode.DISABLE_ALL
    drain_seconds: int = 0
    notify: tuple[str, ...] = ()
    manual_steps: tuple[str, ...] = ()


_FROM: dict[PhaseAction, frozenset[PhaseStatus]] = {
    PhaseAction.ACTIVATE: frozenset({PhaseStatus.PLANNED, PhaseStatus.ROLLED_BACK}),
    PhaseAction.PAUSE: frozenset({PhaseStatus.ACTIVE}),
    PhaseAction.RESUME: frozenset({PhaseStatus.PAUSED}),
    PhaseAction.ADVANCE: frozenset({PhaseStatus.ACTIVE}),
    PhaseAction.COMPLETE: frozenset({PhaseStatus.ACTIVE}),
    PhaseAction.ROLLBACK: frozenset({PhaseStatus.ACTIVE, PhaseStatus.PAUSED}),
}

_TO: dict[PhaseAction, PhaseStatus] = {
    PhaseAction.ACTIVATE: PhaseStatus.ACTIVE,
    PhaseAction.PAUSE: PhaseStatus.PAUSED,
    PhaseAction.RESUME: PhaseStatus.ACTIVE,
    PhaseAction.ADVANCE: PhaseStatus.ACTIVE,
    PhaseAction.COMPLETE: PhaseStatus.COMPLETED,
    PhaseAction.ROLLBACK: PhaseStatus.ROLLED_BACK,
}


def available_actions(
    status: PhaseStatus, steps: Sequence[RampStep], step_index: int | None
) -> list[PhaseAction]:
    """What can be done now, for the buttons of a dashboard (S76).

    A COMPLETED phase can still be rolled back, to what was there before.
    """
    actions = _possible_actions(status)
    if status is PhaseStatus.COMPLETED:
        return actions
    if is_last_step(steps, step_index):
        actions = [action for action in actions if action is not PhaseAction.ADVANCE]
    return actions


def _possible_actions(status: PhaseStatus) -> list[PhaseAction]:
    if status is PhaseStatus.COMPLETED:
        return [PhaseAction.ROLLBACK]
    return [action for action in PhaseAction if status in _FROM[action]]


def next_status(
    status: PhaseStatus, action: PhaseAction, *, mode: RollbackMode | None = None
) -> PhaseStatus:
    """The status after an action; raises InvalidTransition where it is not allowed.

    A COMPLETED phase can be rolled back only with RESTORE_PREVIOUS (S54).
    """
    if action is PhaseAction.ROLLBACK and status is PhaseStatus.COMPLETED:
        if mode is RollbackMode.RESTORE_PREVIOUS:
            return PhaseStatus.ROLLED_BACK
        raise InvalidTransition(
            "A completed phase can only be rolled back with mode RESTORE_PREVIOUS.",
            path=("input", "mode"),
            possible=[PhaseAction.ROLLBACK.name],
        )
    if status not in _FROM[action]:
        raise InvalidTransition(
            f"A phase that is {status} cannot be given the action {action}.",
            possible=[item.name for item in _possible_actions(status)],
        )
    return _TO[action]


def is_last_step(steps: Sequence[RampStep], step_index: int | None) -> bool:
    """True where no step is left to advance to."""
    return step_index is None or step_index >= len(steps) - 1


def next_step_index(steps: Sequence[RampStep], step_index: int | None) -> int:
    """The index after this one; raises InvalidTransition on the last step."""
    if step_index is None or is_last_step(steps, step_index):
        alternatives = [
            item
            for item in _possible_actions(PhaseStatus.ACTIVE)
            if item is not PhaseAction.ADVANCE
        ]
        raise InvalidTransition(
            "The phase is on its last step: complete it instead.",
            possible=[item.name for item in alternatives],
        )
    return step_index + 1


def next_step_at(
    steps: Sequence[RampStep], step_index: int | None, step_started_at: datetime | None
) -> datetime | None:
    """When the ramp moves on by itself; None where it waits for a human or is at its end."""
    if step_index is None or step_started_at is None or is_last_step(steps, step_index):
        return None
    hold = steps[step_index].hold_seconds
    if hold is None or steps[step_index + 1].requires_approval:
        return None
    return step_started_at + timedelta(seconds=hold)


def target_percentage(
    link_target: Percent | None, owner_percentage: Percent, *, zero_chosen: bool = False
) -> Percent:
    """What a phase wants for a flag: its own target, else the owner's if set, else everybody.

    decision 1: an explicit percentage is never overwritten; 0 is explicit only where
    somebody chose it (L10).
    """
    if link_target is not None:
        return link_target
    return owner_percentage if owner_percentage > NOBODY or zero_chosen else EVERYBODY


def stepped_percentage(
    target: Percent, steps: Sequence[RampStep], step_index: int | None
) -> Percent:
    """The target, held down to the current step; past the last step the target itself (A7)."""
    if step_index is None or step_index >= len(steps):
        return target
    return min(target, steps[max(step_index, 0)].percentage)


def first_percentage(steps: Sequence[RampStep]) -> Percent | None:
    """How far the first step of a ramp lets a flag go; None where there is no ramp."""
    return steps[0].percentage if steps else None


def check_position(position: int, path: tuple[str, ...] = ("input", "position")) -> None:
    """Raise Invalid for a place in a list that leaves no room for one after it."""
    if not -MAX_POSITION <= position <= MAX_POSITION:
        message = f"A position lies between -{MAX_POSITION} and {MAX_POSITION}."
        raise Invalid(message, path=path)


def check_steps(steps: Sequence[RampStep]) -> None:
    """Steps only ever widen; raises Invalid naming each step and its field."""
    previous, problems = NOBODY, Collector()
    for index, step in enumerate(steps):
        path = ("input", "steps", str(index))
        with problems:
            if step.percentage <= previous:
                message = "Each step reaches more users than the one before."
                raise Invalid(message, path=(*path, "percentage"))
        with problems:
            if step.hold_seconds is not None and not 0 <= step.hold_seconds <= 30 * 86_400:
                message = "A step is held for 0 seconds to 30 days."
                raise Invalid(message, path=(*path, "holdSeconds"))
        previous = step.percentage
    problems.raise_all()


def check_plan(
    plan: RollbackPlan | None,
    channels: Collection[str] = (),
    is_address: Callable[[str], bool] = lambda _: False,
) -> None:
    """Raises Invalid naming the field of a rollback plan that cannot be kept (S56).

    `notify` may hold names of alert channels and e-mail addresses.
    """
    if plan is None:
        return
    path, problems = ("input", "rollbackPlan"), Collector()
    with problems:
        if plan.drain_seconds:
            message = "A rollback is immediate: drainSeconds must be 0."
            raise Invalid(message, path=(*path, "drainSeconds"))
    with problems:
        if len(plan.manual_steps) > 50 or any(len(step) > 500 for step in plan.manual_steps):
            message = "At most 50 manual steps of at most 500 characters."
            raise Invalid(message, path=(*path, "manualSteps"))
    with problems:
        _check_places(plan.notify, channels, is_address, (*path, "notify"))
    problems.raise_all()


def _check_places(
    places: Sequence[str],
    channels: Collection[str],
    is_address: Callable[[str], bool],
    path: Sequence[str],
) -> None:
    problems = Collector()
    if len(places) > 50:
        raise Invalid("At most 50 places to notify.", path=path)
    for index, name in enumerate(places):
        with problems:
            if name not in channels and not is_address(name):
                channel_names = ", ".join(channels) or "none is configured (ALERT_URLS)"
                raise Invalid(
                    f"{name[:100]!r} is neither an e-mail address nor an alert channel: "
                    f"{channel_names}.",
                    path=(*path, str(index)),
                )
    problems.raise_all()
