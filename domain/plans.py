"""What activating a phase would change, before it does (SPEC X3, decision 1)."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from domain.actors import UserType, VendorType
from domain.flags import EvaluationContext, Flag, FlagState, evaluate
from domain.percent import Percent
from domain.phases import RampStep, stepped_percentage, target_percentage


@dataclass(frozen=True, slots=True)
class LinkedFlag:
    """A flag of a phase with the target that the phase has for it."""

    flag: Flag
    link_target: Percent | None
    position: int

    @property
    def target(self) -> Percent:
        """The percentage that the whole phase aims at (decision 1)."""
        return target_percentage(self.link_target, self.flag.rollout_percentage)


@dataclass(frozen=True, slots=True)
class FlagDiff:
    """One flag before and after."""

    key: str
    before: FlagState
    after: FlagState


@dataclass(frozen=True, slots=True)
class Exposure:
    """How many people of one kind see at least one flag of the phase, before and after."""

    user_type: UserType
    vendor_type: VendorType | None
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose exposure is counted."""

    id: str
    user_type: UserType
    vendor_type: VendorType | None
    context: EvaluationContext


def activated(state: FlagState, percentage: Percent) -> FlagState:
    """A flag after activation: on, at this percentage, one version further."""
    return replace(state, enabled=True, rollout_percentage=percentage, version=state.version + 1)


def diffs(
    links: Sequence[LinkedFlag], steps: Sequence[RampStep], step_index: int | None
) -> list[FlagDiff]:
    """What each flag becomes at a step of the ramp, in the order of the phase."""
    found = []
    for link in sorted(links, key=lambda item: (item.position, item.flag.key)):
        percentage = stepped_percentage(link.target, steps, step_index)
        before = link.flag.state
        found.append(FlagDiff(link.flag.key, before, activated(before, percentage)))
    return found


def stepped(
    link: LinkedFlag, percentage_before: float, steps: Sequence[RampStep], step_index: int
) -> FlagState:
    """A live flag at a later step; its target is what it was when the run began."""
    target = target_percentage(link.link_target, Percent(percentage_before))
    percentage = stepped_percentage(target, steps, step_index)
    return replace(link.flag.state, rollout_percentage=percentage)


def plan_hash(phase_version: int, changes: Sequence[FlagDiff]) -> str:
    """A fingerprint of the plan: any flag or phase that moves gives another one."""
    lines = [str(phase_version), *map(repr, changes)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]


def conflicts(links: Sequence[LinkedFlag], held_by: Iterable[tuple[str, str]]) -> list[str]:
    """What an operator should know first: flags already on, or held by another live phase."""
    notes = [f"{key} is also a flag of the live phase {name}" for key, name in held_by]
    for link in links:
        flag = link.flag
        if flag.enabled:
            notes.append(f"{flag.key} is already on at {flag.rollout_percentage:g} %")
    return notes


def exposure(
    links: Sequence[LinkedFlag], changes: Sequence[FlagDiff], people: Iterable[Person]
) -> list[Exposure]:
    """Count people by evaluating every flag for each; stops at a person's first flag."""
    flags = {link.flag.key: link.flag for link in links}
    old = list(flags.values())
    new = [_with_state(flags[change.key], change.after) for change in changes]
    counts: dict[tuple[UserType, VendorType | None], list[int]] = {}
    for person in people:
        cell = counts.setdefault((person.user_type, person.vendor_type), [0, 0])
        cell[0] += any(evaluate(flag, person.context).value for flag in old)
        cell[1] += any(evaluate(flag, person.context).value for flag in new)
    ordered = sorted(counts.items(), key=lambda item: (item[0][0], item[0][1] or ""))
    return [Exposure(kind, vendor, before, after) for (kind, vendor), (before, after) in ordered]


def _with_state(flag: Flag, state: FlagState) -> Flag:
    return replace(flag, enabled=state.enabled, rollout_percentage=state.rollout_percentage)
