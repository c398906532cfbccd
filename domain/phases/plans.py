"""What activating a phase would change, before it does (X3, decision 1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from domain.actors import UserType, VendorType
from domain.flags.flags import Flag, FlagState, evaluate
from domain.flags.owner_edits import is_choice
from domain.flags.run_holds import RunHold
from domain.flags.samples import Person
from domain.phases.phases import RampStep, stepped_percentage, target_percentage
from domain.phases.plan_drift import drift, fingerprint
from domain.platform.percent import EVERYBODY, NOBODY, Percent


def aimed_at(
    link_target: Percent | None, owner: Percent, zero_chosen: bool, groups: Sequence[str]
) -> Percent:
    """What a new run of a phase would aim at for a flag that it links."""
    is_zero = owner <= NOBODY and is_choice(zero_chosen, groups)
    return target_percentage(link_target, owner, zero_chosen=is_zero)


@dataclass(frozen=True, slots=True)
class LinkedFlag:
    """A flag of a phase with the target that the phase has for it."""

    flag: Flag
    link_target: Percent | None
    position: int

    @property
    def target(self) -> Percent:
        """What a new run would aim at: the phase's target, else the owner's (decision 1, L1).

        Never what is in force, which an earlier run may have left behind.
        """
        owner_edit = self.flag.wanted
        owner, chosen = owner_edit.owner.percentage, owner_edit.zero_chosen
        return aimed_at(self.link_target, owner, chosen, self.flag.target_groups)

    @property
    def run_id(self) -> UUID | None:
        """The run that holds the flag, or the last one that did."""
        return self.hold.run_id if self.hold else None

    @property
    def hold(self) -> RunHold | None:
        """What a run holds of the flag."""
        return self.flag.wanted.hold


@dataclass(frozen=True, slots=True)
class FlagDiff:
    """One flag before and after."""

    key: str
    before: FlagState
    after: FlagState


@dataclass(frozen=True, slots=True)
class Exposure:
    """How many people of one kind see at least one flag of the phase, before and after.

    `all_after`: how many of them see every flag of the phase.
    """

    user_type: UserType
    vendor_type: VendorType | None
    before: int
    after: int
    all_after: int = 0


def activated(state: FlagState, percentage: Percent) -> FlagState:
    """A flag after activation: on, at this percentage, one version further."""
    return replace(state, enabled=True, rollout_percentage=percentage, version=state.version + 1)


def ordered(links: Iterable[LinkedFlag]) -> list[LinkedFlag]:
    """In the order of the phase."""
    return sorted(links, key=lambda item: (item.position, item.flag.key))


def diffs(
    links: Sequence[LinkedFlag], steps: Sequence[RampStep], step_index: int | None
) -> list[FlagDiff]:
    """What each flag becomes at a step of the ramp, in the order of the phase."""
    flag_diffs = []
    for link in ordered(links):
        percentage = stepped_percentage(link.target, steps, step_index)
        before = link.flag.state
        flag_diffs.append(FlagDiff(link.flag.key, before, activated(before, percentage)))
    return flag_diffs


def plan_hash(phase_version: int, changes: Sequence[FlagDiff]) -> str:
    """A fingerprint of the plan: any flag or phase that moves gives another one."""
    return fingerprint(_parts(phase_version, changes))


def plan_drift(seen: str, phase_version: int, changes: Sequence[FlagDiff]) -> list[str] | None:
    """What is no longer as in the plan with this hash; None where the hash does not tell."""
    return drift(seen, _parts(phase_version, changes))


def _parts(phase_version: int, changes: Sequence[FlagDiff]) -> dict[str, object]:
    return {"phase": phase_version, **{change.key: change for change in changes}}


def takes_cohort(flag: Flag) -> bool:
    """Another salt moves people of a flag that is partly on: only others take the cohort (L21)."""
    share = flag.rollout_percentage
    return not flag.enabled or share <= NOBODY or share >= EVERYBODY


def salt_after(flag: Flag, cohort: str | None) -> str:
    """What decides who is inside once a phase with this cohort has switched the flag on."""
    return cohort if cohort is not None and takes_cohort(flag) else flag.salt


def conflicts(
    links: Sequence[LinkedFlag], held_by: Iterable[tuple[str, str]], cohort: str | None = None
) -> list[str]:
    """What an operator should know first: flags already on, or held by another live phase."""
    notes = [f"{key} is held by {name}: it cannot be activated here too" for key, name in held_by]
    for link in links:
        flag = link.flag
        if flag.enabled:
            notes.append(f"{flag.key} is already on at {flag.rollout_percentage:g} %")
        if cohort is not None and salt_after(flag, cohort) != cohort:
            notes.append(f"{flag.key} keeps its own cohort: another one would move people")
    return notes


def exposure(
    links: Sequence[LinkedFlag],
    changes: Sequence[FlagDiff],
    people: Iterable[Person],
    cohort: str | None = None,
) -> list[Exposure]:
    """Count people by evaluating every flag for each."""
    flags = {link.flag.key: link.flag for link in links}
    old = list(flags.values())
    new = [after_change(flags[change.key], change, cohort) for change in changes]
    counts: dict[tuple[UserType, VendorType | None], list[int]] = {}
    for person in people:
        cell = counts.setdefault((person.user_type, person.vendor_type), [0, 0, 0])
        values = [evaluate(flag, person.context).value for flag in new]
        cell[0] += any(evaluate(flag, person.context).value for flag in old)
        cell[1] += any(values)
        cell[2] += bool(values) and all(values)
    ordered = sorted(counts.items(), key=lambda item: (item[0][0], item[0][1] or ""))
    return [Exposure(kind, vendor, *cell) for (kind, vendor), cell in ordered]


def after_change(flag: Flag, change: FlagDiff, cohort: str | None = None) -> Flag:
    """The flag as a plan would leave it. `cohort`: that of the phase."""
    after = change.after
    return replace(
        flag,
        enabled=after.enabled,
        rollout_percentage=after.rollout_percentage,
        salt=salt_after(flag, cohort),
        parts=None,
    )
