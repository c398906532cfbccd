"""Whether a change of a flag can be reverted: what it changed must be unchanged since (X8)."""

from collections.abc import Mapping
from dataclasses import replace

from domain.flags.flags import Flag, FlagState
from domain.flags.run_holds import FlagParts, own_percentage, set_switch
from domain.platform.change_actions import RUN_ACTIONS
from domain.platform.percent import Percent

_FIELDS = ("enabled", "rolloutPercentage", "targetGroups")
_TARGET = "runTargetPercentage"

Audited = Mapping[str, object]


def moved_fields(before: Audited | None, after: Audited | None) -> tuple[str, ...]:
    """The fields of a flag's state that a change moved; none for a creation."""
    if before is None or after is None:
        return ()
    return tuple(name for name in _FIELDS if before.get(name) != after.get(name))


def is_out_of_force(after: Audited | None, current: FlagState) -> bool:
    """True if the flag is off since: the change no longer has an effect."""
    return after is not None and after.get("enabled") is True and not current.enabled


def is_revertible(
    before: Audited | None, after: Audited | None, current: Flag, action: str
) -> bool:
    """True if everything that the change moved is still as the change left it.

    What a run did is undone by its rollback, not change by change; a flag that was released from
    its ramp, or switched off by a rollback since, is restored by an explicit edit.
    """
    fields = moved_fields(before, after)
    if not fields or before is None or after is None or action in RUN_ACTIONS:
        return False
    if is_out_of_force(after, current.state):
        return False
    hold = current.wanted.hold
    released = before.get(_TARGET) is not None and after.get(_TARGET) is None
    if (released and after.get("runId") is not None) or (hold and hold.switch is False):
        return False
    now = _audit_values(current.state)
    return all(after.get(name) == now[name] for name in fields)


def reverted(before: Audited, after: Audited, current: Flag, *, is_live: bool) -> FlagParts:
    """The values of owner and run with the moved fields restored.

    `is_live`: the run that holds the flag has no outcome, so its ceiling is restored.
    """
    parts, fields = current.wanted, moved_fields(before, after)
    if "enabled" in fields:
        parts = set_switch(parts, bool(before["enabled"]), is_live=is_live)
    if "rolloutPercentage" not in fields:
        return parts
    hold = parts.hold
    if hold is not None and is_live and hold.target is not None:
        ceiling = _percent(before.get("runCeilingPercentage"))
        by = None if ceiling is None else hold.ceiling_by
        return replace(parts, hold=replace(hold, ceiling=ceiling, ceiling_by=by))
    percentage = _percent(before["rolloutPercentage"])
    assert percentage is not None
    return own_percentage(parts, percentage, is_live=is_live)


def reverted_groups(before: Audited, after: Audited, current: Flag) -> list[str]:
    """The target groups with the moved entries restored."""
    groups = before.get("targetGroups")
    if "targetGroups" not in moved_fields(before, after) or not isinstance(groups, list):
        return list(current.target_groups)
    return [str(group) for group in groups]


def _percent(value: object) -> Percent | None:
    return Percent(float(value)) if isinstance(value, int | float) else None


def _audit_values(state: FlagState) -> dict[str, object]:
    return {
        "enabled": state.enabled,
        "rolloutPercentage": state.rollout_percentage,
        "targetGroups": list(state.target_groups),
    }
