"""The actions of changes of phases and flags, as events and the audit store them (S14, A4)."""

from enum import StrEnum


class ChangeAction(StrEnum):
    """What a change did. The values are stored: they never change."""

    CREATED = "created"
    UPDATED = "updated"
    INTRODUCED = "introduced"  # a flag, by the phase that needs it
    SWITCHED_ON = "switched on"
    SWITCHED_OFF = "switched off"
    ACTIVATED = "activated"
    ADVANCED = "advanced"
    PAUSED = "paused"
    RESUMED = "resumed"
    COMPLETED = "completed"
    ROLLED_BACK = "rolled back"
    REVERTED = "reverted"
    LIMIT_LIFTED = "limit lifted"
    KILLED = "killed"
    KILL_LIFTED = "kill lifted"


RUN_ACTIONS = (
    ChangeAction.ACTIVATED,
    ChangeAction.ADVANCED,
    ChangeAction.COMPLETED,
    ChangeAction.ROLLED_BACK,
)
"""The actions of a run that change the flags of its phase."""
