"""Settings that have a new name: the old one works for one release, with a warning in the log."""

from collections.abc import Mapping

# Old name -> new name. Remove after 2027-06-30, with the note in README.md.
NEW_NAMES: Mapping[str, str] = {
    "operation_seconds": "operation_timeout_seconds",
    "health_silence_seconds": "health_stale_after_seconds",
    "sockets_per_caller": "max_sockets_per_caller",
    "cost_points": "cost_bucket_size",
    "backup_marker": "backup_marker_file",
    "flags_kill": "flags_killed",
    "watcher_pauses": "watchdog_pauses_phases",
}


class BadSettings(Exception):
    """The environment holds values that the system cannot start with."""


def old_names_in(variables: Mapping[str, str | None]) -> tuple[str, ...]:
    """The old names that are set; raises BadSettings where the new one is set and differs."""
    in_use = tuple(old for old in NEW_NAMES if old in variables)
    conflicts = [
        f"  {old.upper()} and {new.upper()} are two names of one setting and differ: "
        f"unset {old.upper()}, the old name"
        for old, new in NEW_NAMES.items()
        if {old, new} <= variables.keys() and variables[old] != variables[new]
    ]
    if conflicts:
        raise BadSettings("These settings are not usable:\n" + "\n".join(conflicts))
    return in_use


def with_new_names(variables: Mapping[str, str | None]) -> dict[str, str | None]:
    """The same variables under their new names."""
    return {NEW_NAMES.get(name, name): value for name, value in variables.items()}


def deprecations(old_names: tuple[str, ...]) -> list[str]:
    """A line for the log for each old name that is set."""
    return [
        f"The setting {name.upper()} is deprecated and will be ignored after 2027-06-30: "
        f"set {NEW_NAMES[name].upper()} instead"
        for name in old_names
    ]
