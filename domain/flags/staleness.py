"""Finds flags that can be removed from the code (A23)."""

from datetime import datetime, timedelta
from enum import StrEnum

from domain.flags.flags import Flag
from domain.platform.percent import EVERYBODY

AFTER = timedelta(days=30)


class Staleness(StrEnum):
    """Whether a flag still decides something."""

    IN_USE = "in_use"
    UNUSED = "unused"
    SETTLED = "settled"


def staleness(flag: Flag, last_evaluated_at: datetime | None, now: datetime) -> Staleness:
    """Classify a flag.

    Off for everybody is no sign: the flag may wait for its phase or be an emergency switch. A flag
    that is on for everybody and never evaluated is UNUSED: its code has been removed already.
    """
    quiet_since = max(last_evaluated_at or flag.created_at, flag.created_at)
    if now - quiet_since > AFTER:
        return Staleness.UNUSED
    everybody = flag.enabled and flag.rollout_percentage == EVERYBODY
    settled = everybody and not flag.target_groups
    return Staleness.SETTLED if settled and now - flag.updated_at > AFTER else Staleness.IN_USE
