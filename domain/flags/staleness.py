"""Flags that nobody needs any more, so that code does not keep them for ever (A23)."""

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
    """What speaks for removing a flag.

    Off for everybody is no sign: it may wait for its phase, or be there for an emergency. A flag
    that is asked for by nobody and on for everybody is UNUSED: its code is gone already.
    """
    quiet_since = max(last_evaluated_at or flag.created_at, flag.created_at)
    if now - quiet_since > AFTER:
        return Staleness.UNUSED
    everybody = flag.enabled and flag.rollout_percentage == EVERYBODY
    settled = everybody and not flag.target_groups
    return Staleness.SETTLED if settled and now - flag.updated_at > AFTER else Staleness.IN_USE
