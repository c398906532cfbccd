"""What the owner and a run each want of a flag, and what is in force (D1, L1, L8, ADR 27).

The owner writes a switch and a percentage. A run holds, beside them, a switch, a target, a step
and a ceiling. Each of the six values has one writer; what is in force is computed, never stored
in a column of the owner.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from domain.errors import InvalidTransition, Locked, Required
from domain.platform.percent import NOBODY, Percent


@dataclass(frozen=True, slots=True)
class FlagValues:
    """A switch and a percentage: what the owner wants, or what is in force."""

    enabled: bool
    percentage: Percent


@dataclass(frozen=True, slots=True)
class RunHold:
    """What a run holds of a flag. None: the run has no say in that value.

    `ceiling_by` names the person who limited the flag during the run.
    """

    run_id: UUID
    switch: bool | None = None
    target: Percent | None = None
    step: Percent | None = None
    ceiling: Percent | None = None
    ceiling_by: str | None = None

    @property
    def ramp(self) -> Percent | None:
        """As far as the run itself lets the flag go now; None where it was released from it."""
        return _least(self.target, self.step)

    @property
    def percentage(self) -> Percent | None:
        """min(target, step, ceiling); None where the owner's percentage is in force."""
        return _least(self.target, self.step, self.ceiling)

    @property
    def is_limited(self) -> bool:
        """True where the ceiling keeps the flag below what the ramp allows."""
        return self.percentage != self.ramp


@dataclass(frozen=True, slots=True)
class FlagParts:
    """The owner's values of a flag, and what a run holds beside them.

    `zero_chosen`: the owner's 0 % is a choice, not the default of a new flag (L10).
    """

    owner: FlagValues
    hold: RunHold | None = None
    zero_chosen: bool = False

    @property
    def in_force(self) -> FlagValues:
        """The one rule for what counts; two generated columns say the same in SQL."""
        if self.hold is None:
            return self.owner
        switch, percentage = self.hold.switch, self.hold.percentage
        return FlagValues(
            self.owner.enabled if switch is None else switch,
            self.owner.percentage if percentage is None else percentage,
        )


def take_hold(
    parts: FlagParts, run_id: UUID, *, target: Percent, step: Percent | None
) -> FlagParts:
    """A run switches the flag on; what an earlier run held is replaced."""
    return replace(parts, hold=RunHold(run_id, switch=True, target=target, step=step))


def enter_step(parts: FlagParts, step: Percent) -> FlagParts:
    """The ramp moves; a flag that was released from it stays where it is."""
    if parts.hold is None or parts.hold.target is None:
        return parts
    return replace(parts, hold=replace(parts.hold, step=step))


def complete(parts: FlagParts) -> FlagParts:
    """The ramp is over: switch, target and ceiling stay."""
    return parts if parts.hold is None else replace(parts, hold=replace(parts.hold, step=None))


def switch_off(parts: FlagParts, run_id: UUID) -> FlagParts:
    """An emergency: off, whatever the owner wants, until a person says otherwise."""
    hold = parts.hold
    if hold is None or hold.run_id != run_id:
        hold = RunHold(run_id)
    return replace(parts, hold=replace(hold, switch=False))


def restore(parts: FlagParts, run_id: UUID, previous: FlagValues) -> FlagParts:
    """Back to what was in force before the run, which then holds nothing.

    What a person switched off since stays off. Only where the owner's values are no longer
    those of before does the run go on holding the difference: the owner's are not touched.
    """
    enabled = previous.enabled and parts.in_force.enabled
    switch = None if parts.owner.enabled == enabled else enabled
    same = not enabled or parts.owner.percentage == previous.percentage
    target = None if same else previous.percentage
    return _let_go(replace(parts, hold=RunHold(run_id, switch=switch, target=target)))


def set_switch(parts: FlagParts, enabled: bool, *, is_live: bool) -> FlagParts:
    """A person switches the flag; the run has no switch of its own from here on."""
    return (
        parts if parts.in_force.enabled == enabled else own_switch(parts, enabled, is_live=is_live)
    )


def own_switch(parts: FlagParts, enabled: bool, *, is_live: bool = False) -> FlagParts:
    """The owner's switch counts from here on."""
    hold = replace(parts.hold, switch=None) if parts.hold else None
    owner = replace(parts.owner, enabled=enabled)
    return _let_go(replace(parts, owner=owner, hold=hold), is_live=is_live)


def set_percentage(parts: FlagParts, percentage: Percent, *, is_live: bool, by: str) -> FlagParts:
    """A person sets a percentage: below the ramp of a live run it is the ceiling of the run.

    Raises Locked above the ramp. What is in force already changes nothing.
    """
    if parts.in_force.percentage == percentage:
        is_own_zero = percentage <= NOBODY and parts.owner.percentage <= NOBODY
        return replace(parts, zero_chosen=True) if is_own_zero else parts
    ramp = parts.hold.ramp if parts.hold and is_live else None
    if parts.hold is None or ramp is None:
        return own_percentage(parts, percentage, is_live=is_live)
    if percentage > ramp:
        raise Locked(
            f"The run that holds this flag is at {ramp:g} %: to go above it, set override to true "
            "and give a reason. The flag is then released from the ramp.",
            path=("input", "rolloutPercentage"),
        )
    return replace(parts, hold=replace(parts.hold, ceiling=percentage, ceiling_by=by))


def own_percentage(parts: FlagParts, percentage: Percent, *, is_live: bool) -> FlagParts:
    """The owner's percentage counts from here on: the flag is released from the ramp."""
    hold = parts.hold
    if hold is not None:
        hold = replace(hold, target=None, step=None, ceiling=None, ceiling_by=None)
    owner = replace(parts.owner, percentage=percentage)
    return _let_go(FlagParts(owner, hold, percentage <= NOBODY), is_live=is_live)


def switch_on_again(parts: FlagParts, percentage: Percent | None) -> FlagParts:
    """A person switches on what a run that is over switched off; raises Required."""
    if percentage is None:
        raise Required(
            "A rollback switched this flag off: to switch it on, give a rolloutPercentage too "
            "(updateFeatureFlag takes both).",
            path=("input", "rolloutPercentage"),
        )
    return FlagParts(FlagValues(enabled=True, percentage=percentage), None, percentage <= NOBODY)


def lift_ceiling(parts: FlagParts) -> FlagParts:
    """The ramp alone decides again; raises InvalidTransition where nothing limits the flag."""
    hold = parts.hold
    if hold is None or hold.ceiling is None:
        raise InvalidTransition("Nothing limits this flag: it has no ceiling.", path=("key",))
    return replace(parts, hold=replace(hold, ceiling=None, ceiling_by=None))


def _let_go(parts: FlagParts, *, is_live: bool = False) -> FlagParts:
    """A run that is over and holds nothing is forgotten; a live one keeps its flags (D2)."""
    hold = parts.hold
    if hold is None or is_live:
        return parts
    is_empty = hold.switch is None and hold.percentage is None
    return replace(parts, hold=None) if is_empty else parts


def _least(*values: Percent | None) -> Percent | None:
    return min((value for value in values if value is not None), default=None)
