"""One step with the rows before and after it, and who sees what."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.scenarios.observation import Observation, Row
from tests.scenarios.step import Argument, Outcome

PEOPLE = tuple(f"user_{number}" for number in range(40))
TICKS = frozenset({"tick", "tick_twice"})
OWNER_STEPS = frozenset(
    {"create_flag", "set_percentage", "toggle", "set_allow_list", "override", "revert_last_change"}
)


@dataclass(frozen=True)
class Transition:
    """What a step did to the rows, and the events that it left."""

    outcome: Outcome
    before: Observation
    after: Observation

    @property
    def events(self) -> Sequence[Row]:
        """What it left in the log."""
        return self.after.events

    @property
    def kind(self) -> str:
        """Of the step."""
        return self.outcome.step.kind

    @property
    def arguments(self) -> tuple[Argument, ...]:
        """Of the step."""
        return self.outcome.step.arguments

    def phases(self) -> Iterator[tuple[Row, Row]]:
        """Phases that were there before, as they were and as they are."""
        for key, row in self.after.phases.items():
            if key in self.before.phases:
                yield self.before.phases[key], row

    def flags(self) -> Iterator[tuple[Row, Row]]:
        """The same of flags."""
        for key, row in self.after.flags.items():
            if key in self.before.flags:
                yield self.before.flags[key], row

    def moves(self) -> list[str]:
        """What happened to phases, such as `active to rolled_back by tick`."""
        return [
            f"{before['status']} to {after['status']} by {self.kind}"
            for before, after in self.phases()
            if before["status"] != after["status"] or before["step_index"] != after["step_index"]
        ]

    def ended(self, *statuses: str) -> Iterator[Row]:
        """Phases that went into one of these statuses."""
        for before, after in self.phases():
            if after["status"] in statuses and before["status"] != after["status"]:
                yield after

    def is_by_owner(self, key: str) -> bool:
        """Whether a person changed this flag, and was not refused."""
        is_accepted = self.outcome.accepted and self.kind in OWNER_STEPS
        return is_accepted and self.arguments[0] == key


def is_on(flag: Row) -> bool:
    """The switch of the run that holds the flag, else the owner's (D1)."""
    return bool(flag["enabled"] if flag["run_switch"] is None else flag["run_switch"])


def percentage(flag: Row) -> float:
    """min(target, step, ceiling) of the run that holds the flag, else the owner's (D1)."""
    limits = (flag["run_target"], flag["run_step"], flag["run_ceiling"])
    in_force = [float(limit) for limit in limits if limit is not None]
    return min(in_force) if in_force else float(flag["rollout_percentage"])


def sees(flag: Row, person: str) -> bool:
    """Whether somebody has the feature, kill switches apart: switch, allow list, percentage."""
    if not is_on(flag):
        return False
    if f"user:{person}" in flag["target_groups"]:
        return True
    salt = flag["cohort_salt"] or flag["salt"]  # of the phase that switched it on (L21)
    return bucket(salt, person) < round(percentage(flag) * 100)


def bucket(salt: str, person: str) -> int:
    """Decision 3, written down a second time."""
    return int(hashlib.sha256(f"{salt}:{person}".encode()).hexdigest()[:16], 16) % 10_000
