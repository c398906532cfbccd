"""What a rollback does to each flag, and whom it meets in the middle (S53, X10)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from domain.flags.flags import Flag, FlagState, evaluate
from domain.flags.kills import is_killed
from domain.flags.run_holds import FlagParts, FlagValues, restore, switch_off
from domain.flags.samples import Sample
from domain.journeys.onboarding import OnboardingSide, find_step
from domain.phases.phases import RollbackMode
from domain.phases.plans import FlagDiff

_MAX_NAMED = 5


@dataclass(frozen=True, slots=True)
class Before:
    """What a run found of a flag, and the version that it wrote."""

    state: FlagState
    version_written: int


@dataclass(frozen=True, slots=True)
class Undoing:
    """One flag before and after; `conflict` where a person has changed it since."""

    diff: FlagDiff
    parts: FlagParts
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


def undo(flag: Flag, before: Before | None, mode: RollbackMode, run_id: UUID) -> Undoing:
    """What a rollback leaves; an emergency never switches on what a human switched off."""
    changed = before is not None and flag.version != before.version_written
    conflict = f"{flag.key} was changed by hand after the phase set it" if changed else None
    parts = _undo_parts(flag.wanted, before, mode, run_id)
    values = parts.in_force
    after = replace(flag.state, enabled=values.enabled, rollout_percentage=values.percentage)
    return Undoing(FlagDiff(flag.key, flag.state, after), parts, conflict)


def left_alone(flag: Flag, holder: str) -> Undoing:
    """A flag that the live run of another phase holds is that run's business (D2, L9)."""
    conflict = f"{flag.key} is held by {holder} and was left as it is"
    return Undoing(FlagDiff(flag.key, flag.state, flag.state), flag.wanted, conflict)


def not_killed(flags: Iterable[Flag], killed: Collection[str]) -> list[Flag]:
    """A flag that a kill switch forces off is visible to no user, regardless of its row (L11)."""
    return [flag for flag in flags if not is_killed(flag.key, killed)]


def impact(flags: Sequence[Flag], sample: Sample) -> str:
    """How many people see a flag of the phase: counted by evaluating, as an activation plan does.

    Takes a while for many people: off the event loop, and never within a rollback.
    """
    return f"{_count_people(flags, sample)} see at least one feature."


def impact_then(flags: Sequence[Flag], sample: Sample) -> str:
    """The same for the flags as they were until a rollback."""
    return f"{_count_people(flags, sample)} saw at least one of them."


def _count_people(flags: Sequence[Flag], sample: Sample) -> str:
    people = sample.people
    seen = sum(any(evaluate(flag, person.context).value for flag in flags) for person in people)
    about = "" if sample.is_complete else "About "
    return f"{about}{sample.scaled(seen)} of {sample.total} people"


def visibility(flags: Sequence[Flag]) -> str:
    """For whom the flags of a phase were on: a rollback does not wait for a count of users (L19).

    How many people that was is counted by a job once the rollback is done.
    """
    on = [f"{flag.key} for {_audience(flag)}" for flag in flags if flag.enabled]
    if not on:
        return "No flag of the phase was on."
    more = f" and {len(on) - _MAX_NAMED} more" if len(on) > _MAX_NAMED else ""
    return f"Until the rollback on: {', '.join(on[:_MAX_NAMED])}{more}."


def _audience(flag: Flag) -> str:
    groups = ", ".join(flag.target_groups) or "everybody"
    return f"{flag.rollout_percentage:g} % of {groups}"


def mid_step(
    counted: Iterable[tuple[OnboardingSide, str, int]], off: Collection[str]
) -> Sequence[MidStep]:
    """Steps with people at them, those whose flag goes off first."""
    off_keys = frozenset(off)
    affected = [
        MidStep(side, key, people, not off_keys.isdisjoint(_flags_of(side, key)))
        for side, key, people in counted
    ]
    return sorted(affected, key=lambda item: (not item.affected, item.side, item.step))


def _undo_parts(
    parts: FlagParts, before: Before | None, mode: RollbackMode, run_id: UUID
) -> FlagParts:
    if mode is RollbackMode.DISABLE_ALL or before is None:
        return switch_off(parts, run_id)
    state = before.state
    return restore(parts, run_id, FlagValues(state.enabled, state.rollout_percentage))


def _flags_of(side: OnboardingSide, key: str) -> tuple[str, ...]:
    step = find_step(side, key)
    return step.flag_keys if step else ()
