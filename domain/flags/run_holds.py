"""The values of a flag that owner and run set, and the values in force (D1, L1, L8, ADR 27).

The owner sets a switch and a percentage. A run holds, beside them, a switch, a target, a step and
a ceiling. Each of the six values has one writer; the values in force are computed and never stored
in a column of the owner.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from domain.errors import InvalidTransition, Locked, Required
from domain.platform.percent import NOBODY, Percent


@dataclass(frozen=True, slots=True)
class FlagValues:
    """A switch and a percentage: the owner's, or those in force."""

    enabled: bool
    percentage: Percent


@dataclass(frozen=True, slots=True)
class RunHold:
    """The values that a run holds of a flag. None: the run does not set that value.

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
        """How far the run itself lets the flag go now; None if the flag was released from it."""
        return _minimum(self.target, self.step)

    @property
    def percentage(self) -> Percent | None:
        """min(target, step, ceiling); None if the owner's percentage is in force."""
        return _minimum(self.target, self.step, self.ceiling)

    @property
    def is_limited(self) -> bool:
        """True if the ceiling keeps the flag below the ramp."""
        return self.percentage != self.ramp


@dataclass(frozen=True, slots=True)
class FlagParts:
    """The owner's values of a flag, and those that a run holds.

    `zero_chosen`: the owner's 0 % is a choice, not the default of a new flag (L10).
    """

    owner: FlagValues
    hold: RunHold | None = None
    zero_chosen: bool = False

    @property
    def in_force(self) -> FlagValues:
        """The values in force; two generated columns compute the same in SQL."""
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
    """A run switches the flag on and replaces the hold of an earlier run."""
    return replace(parts, hold=RunHold(run_id, switch=True, target=target, step=step))


def enter_step(parts: FlagParts, step: Percent) -> FlagParts:
    """Move the ramp; a flag that was released from it is unchanged."""
    if parts.hold is None or parts.hold.target is None:
        return parts
    return replace(parts, hold=replace(parts.hold, step=step))


def complete(parts: FlagParts) -> FlagParts:
    """End the ramp; switch, target and ceiling stay."""
    return parts if parts.hold is None else replace(parts, hold=replace(parts.hold, step=None))


def switch_off(parts: FlagParts, run_id: UUID) -> FlagParts:
    """Emergency: off, whatever the owner set, until a person changes it."""
    hold = parts.hold
    if hold is None or hold.run_id != run_id:
        hold = RunHold(run_id)
    return replace(parts, hold=replace(hold, switch=False))


def restore(parts: FlagParts, run_id: UUID, previous: FlagValues) -> FlagParts:
    """Restore what was in force before the run, which then holds nothing.

    A flag that a person switched off since stays off. If the owner's values have changed since, the
    run goes on holding the difference, because it never writes the owner's values.
    """
    enabled = previous.enabled and parts.in_force.enabled
    switch = None if parts.owner.enabled == enabled else enabled
    same = not enabled or parts.owner.percentage == previous.percentage
    target = None if same else previous.percentage
    return _drop_empty_hold(replace(parts, hold=RunHold(run_id, switch=switch, target=target)))


def set_switch(parts: FlagParts, enabled: bool, *, is_live: bool) -> FlagParts:
    """A person switches the flag; from then on the run has no switch of its own."""
    return (
        parts if parts.in_force.enabled == enabled else own_switch(parts, enabled, is_live=is_live)
    )


def own_switch(parts: FlagParts, enabled: bool, *, is_live: bool = False) -> FlagParts:
    """From here on the owner's switch is in force."""
    hold = replace(parts.hold, switch=None) if parts.hold else None
    owner = replace(parts.owner, enabled=enabled)
    return _drop_empty_hold(replace(parts, owner=owner, hold=hold), is_live=is_live)


def set_percentage(parts: FlagParts, percentage: Percent, *, is_live: bool, by: str) -> FlagParts:
    """A person sets a percentage: below the ramp of a live run it becomes its ceiling.

    Raises Locked above the ramp. The value in force changes nothing.
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
    """From here on the owner's percentage is in force: the flag is released from the ramp."""
    hold = parts.hold
    if hold is not None:
        hold = replace(hold, target=None, step=None, ceiling=None, ceiling_by=None)
    owner = replace(parts.owner, percentage=percentage)
    return _drop_empty_hold(FlagParts(owner, hold, percentage <= NOBODY), is_live=is_live)


def switch_on_again(parts: FlagParts, percentage: Percent | None) -> FlagParts:
    """A person switches on what a finished run switched off; raises Required."""
    if percentage is None:
        raise Required(
            "A rollback switched this flag off: to switch it on, give a rolloutPercentage too "
            "(updateFeatureFlag takes both).",
            path=("input", "rolloutPercentage"),
        )
    return FlagParts(FlagValues(enabled=True, percentage=percentage), None, percentage <= NOBODY)


def lift_ceiling(parts: FlagParts) -> FlagParts:
    """Remove the ceiling; raises InvalidTransition if nothing limits the flag."""
    hold = parts.hold
    if hold is None or hold.ceiling is None:
        raise InvalidTransition("Nothing limits this flag: it has no ceiling.", path=("key",))
    return replace(parts, hold=replace(hold, ceiling=None, ceiling_by=None))


def _drop_empty_hold(parts: FlagParts, *, is_live: bool = False) -> FlagParts:
    """Forget a finished run that holds nothing; a live run keeps its flags (D2)."""
    hold = parts.hold
    if hold is None or is_live:
        return parts
    is_empty = hold.switch is None and hold.percentage is None
    return replace(parts, hold=None) if is_empty else parts


def _minimum(*values: Percent | None) -> Percent | None:
    return min((value for value in values if value is not None), default=None)
