"""Whether a change of a flag can be undone: what it changed must still be as it left it (X8)."""

from collections.abc import Mapping

from domain.flags import FlagState
from domain.percent import Percent

_FIELDS = ("enabled", "rolloutPercentage", "targetGroups")

Audited = Mapping[str, object]


def moved_fields(before: Audited | None, after: Audited | None) -> tuple[str, ...]:
    """What of a flag's state a change moved; nothing for a creation."""
    if before is None or after is None:
        return ()
    return tuple(name for name in _FIELDS if before.get(name) != after.get(name))


def is_out_of_force(after: Audited | None, current: FlagState) -> bool:
    """A change of a flag that was on says nothing once the flag is off: it has been undone."""
    return after is not None and after.get("enabled") is True and not current.enabled


def is_revertible(before: Audited | None, after: Audited | None, current: FlagState) -> bool:
    """True where the flag is, in all that the change moved, still as the change left it.

    A flag that was switched off since, as by a rollback, has nothing of it left to undo (L18).
    """
    fields = moved_fields(before, after)
    if not fields or after is None or is_out_of_force(after, current):
        return False
    now = _audited(current)
    return all(after.get(name) == now[name] for name in fields)


def reverted(before: Audited, after: Audited, current: FlagState) -> FlagState:
    """The state with what the change moved put back; the rest stays as it is now."""
    state = {**_audited(current), **{name: before[name] for name in moved_fields(before, after)}}
    groups = state["targetGroups"]
    percentage = state["rolloutPercentage"]
    assert isinstance(groups, list)
    assert isinstance(percentage, int | float)
    return FlagState(
        bool(state["enabled"]),
        Percent(percentage),
        tuple(str(group) for group in groups),
        current.version,
    )


def _audited(state: FlagState) -> dict[str, object]:
    return {
        "enabled": state.enabled,
        "rolloutPercentage": state.rollout_percentage,
        "targetGroups": list(state.target_groups),
    }
