"""How an edit by a person changes a flag, with or without a run that holds it (D1, A13)."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.errors import Invalid, Locked, Required
from domain.flags.run_holds import (
    FlagParts,
    own_percentage,
    own_switch,
    set_percentage,
    set_switch,
    switch_on_again,
)
from domain.platform.percent import EVERYBODY, NOBODY, Percent
from domain.platform.text import has_visible

WIDENED = "The flag was at 0 %, so it is now on for everybody (100 %)."


@dataclass(frozen=True, slots=True)
class OwnerEdit:
    """A switch and a percentage to set; None keeps the value. `by` is the author shown.

    `of_file`: the edit states the owner's values, which are stored even if already in force.
    """

    by: str
    enabled: bool | None = None
    percentage: Percent | None = None
    override: bool = False
    reason: str | None = None
    of_file: bool = False


def edit_parts(
    parts: FlagParts, edit: OwnerEdit, *, is_live: bool, groups: Sequence[str]
) -> tuple[FlagParts, list[str]]:
    """Return the parts after an edit, and warnings; raises Invalid, Required and Locked.

    `groups`: the target groups of the flag, which may name users.
    """
    if not edit.of_file:
        return _apply_edit(parts, edit, is_live=is_live, groups=groups)
    if is_live:
        raise _held_by_run(edit)
    parts, warnings = _apply_edit(parts, edit, is_live=False, groups=groups)
    return _state_owner_values(parts, edit), warnings


def _apply_edit(
    parts: FlagParts, edit: OwnerEdit, *, is_live: bool, groups: Sequence[str]
) -> tuple[FlagParts, list[str]]:
    _check_override(parts, edit, is_live=is_live)
    turned_on = edit.enabled is True and not parts.in_force.enabled
    hold = parts.hold
    if turned_on and hold and hold.switch is False and hold.percentage is not None:
        return switch_on_again(parts, edit.percentage), []
    if turned_on and edit.percentage is None and zero_means_everybody(parts, groups):
        return set_switch(
            own_percentage(parts, EVERYBODY, is_live=is_live), True, is_live=is_live
        ), [WIDENED]
    if edit.enabled is not None:
        parts = set_switch(parts, edit.enabled, is_live=is_live)
    if edit.percentage is None:
        return parts, []
    if edit.override:
        return own_percentage(parts, edit.percentage, is_live=is_live), []
    return set_percentage(parts, edit.percentage, is_live=is_live, by=edit.by), []


def zero_means_everybody(parts: FlagParts, groups: Sequence[str]) -> bool:
    """True if 0 % is only the default of a new flag (decision 1, L10).

    It is a choice if somebody set it, or if the flag names the users who see it.
    """
    return parts.in_force.percentage <= NOBODY and not is_choice(parts.zero_chosen, groups)


def is_choice(zero_chosen: bool, groups: Sequence[str]) -> bool:
    """True if the owner chose 0 %: it was set, or the flag names who sees it."""
    return zero_chosen or any(group.startswith("user:") for group in groups)


def _check_override(parts: FlagParts, edit: OwnerEdit, *, is_live: bool) -> None:
    if not edit.override:
        return
    if edit.percentage is None:
        raise Required(
            "override goes with the percentage that it is for.",
            path=("input", "rolloutPercentage"),
        )
    if not is_live or parts.hold is None:
        raise Invalid(
            "No live run holds this flag: leave override out.", path=("input", "override")
        )
    if not has_visible(edit.reason or ""):
        raise Required("Going above the ramp needs a reason.", path=("input", "reason"))


def _held_by_run(edit: OwnerEdit) -> Locked:
    """A file cannot state the ceiling of a run or the switch of a live flag (D1)."""
    name = "rolloutPercentage" if edit.enabled is None else "enabled"
    return Locked(
        "A live run holds this flag: switch or limit it by itself, or apply this when the run is "
        "over.",
        path=("input", name),
    )


def _state_owner_values(parts: FlagParts, edit: OwnerEdit) -> FlagParts:
    if edit.percentage is not None:
        parts = own_percentage(parts, edit.percentage, is_live=False)
    return parts if edit.enabled is None else own_switch(parts, edit.enabled)
