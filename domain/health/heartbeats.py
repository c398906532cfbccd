"""Heartbeats of external jobs and of our own processes: CRITICAL when one is overdue (A29)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.health.health import HealthStatus

WORKER, MAIL = "worker", "mail"
MAIL_WITHIN = timedelta(minutes=5)  # an e-mail that waits longer means that its queue is stuck
_NAME = re.compile(r"[a-z][a-z0-9_]{1,62}")
_WITHIN = re.compile(r"(\d{1,5})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A source of heartbeats. `since`: when it was first expected, if it has never beaten."""

    name: str
    within: timedelta
    beat_at: datetime | None
    since: datetime

    def status(self, now: datetime) -> HealthStatus:
        """CRITICAL if it is overdue; UNKNOWN before its first beat is due."""
        if now - (self.beat_at or self.since) > self.within:
            return HealthStatus.CRITICAL
        return HealthStatus.UNKNOWN if self.beat_at is None else HealthStatus.HEALTHY

    @property
    def title(self) -> str:
        """The title of its alert."""
        return f"No heartbeat of {self.name}"

    def text(self, now: datetime) -> str:
        """How long it has been silent, and its limit."""
        limit = f"{self.within.total_seconds():g} s"
        if self.beat_at is None:
            return f"{self.name} has never been heard of. It must be within {limit}."
        silent = (now - self.beat_at).total_seconds()
        return f"{self.name} was last heard of {silent:.0f} s ago. It must be within {limit}."


def alert_key(name: str) -> str:
    """The key of the alert of a source."""
    return f"heartbeat:{name}"


def parse(text: str) -> Mapping[str, timedelta]:
    """Parse `nightly_backup=26h exports=10m`; raises ValueError naming what it cannot parse."""
    intervals: dict[str, timedelta] = {}
    for word in text.split():
        name, _, length = word.partition("=")
        within = _WITHIN.fullmatch(length)
        if _NAME.fullmatch(name) is None or within is None:
            raise ValueError(f"{word!r} is not such as nightly_backup=26h")
        intervals[name] = timedelta(**{_UNITS[within.group(2)]: int(within.group(1))})
    return intervals
