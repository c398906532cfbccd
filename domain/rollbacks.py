"""What a rollback does to each flag, and whom it meets in the middle (SPEC S53, X10)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from domain.flags import Flag, FlagState
from domain.onboarding import OnboardingSide, find_step
from domain.phases import RollbackMode
from domain.plans import FlagDiff


@dataclass(frozen=True, slots=True)
class Before:
    """What a run found of a flag, and the version that it wrote."""

    state: FlagState
    version_written: int


@dataclass(frozen=True, slots=True)
class Undoing:
    """One flag before and after; `conflict` where a person has changed it since."""

    diff: FlagDiff
    conflict: str | None = None

    @property
    def goes_off(self) -> bool:
        """On now, off then."""
        return self.diff.before.enabled and not self.diff.after.enabled


@dataclass(frozen=True, slots=True)
class MidStep:
    """How many people are at a step of their setup just now; `affected`: its flag goes off."""

    side: OnboardingSide
    step: str
    people: int
    affected: bool


def undo(flag: Flag, before: Before | None, mode: RollbackMode) -> Undoing:
    """The state to put a flag into; an emergency never switches on what a human switched off."""
    changed = before is not None and flag.version != before.version_written
    conflict = f"{flag.key} was changed by hand after the phase set it" if changed else None
    return Undoing(FlagDiff(flag.key, flag.state, _undone(flag, before, mode)), conflict)


def impact(flags: Iterable[Flag], people: int) -> str:
    """About how many people saw a flag of the phase, from its widest one: no scan of users."""
    widest = max((flag.rollout_percentage for flag in flags if flag.enabled), default=0.0)
    return f"About {round(people * widest / 100)} of {people} people saw at least one feature."


def mid_step(
    counted: Iterable[tuple[OnboardingSide, str, int]], off: Collection[str]
) -> Sequence[MidStep]:
    """Steps with people at them, those whose flag goes off first."""
    found = [
        MidStep(side, key, people, _flag_of(side, key) in off) for side, key, people in counted
    ]
    return sorted(found, key=lambda item: (not item.affected, item.side, item.step))


def _undone(flag: Flag, before: Before | None, mode: RollbackMode) -> FlagState:
    if mode is RollbackMode.DISABLE_ALL or before is None:
        return replace(flag.state, enabled=False)
    enabled = before.state.enabled and flag.enabled
    return replace(before.state, enabled=enabled, version=flag.version)


def _flag_of(side: OnboardingSide, key: str) -> str | None:
    step = find_step(side, key)
    return step.flag_key if step else None
