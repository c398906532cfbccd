"""Whether the database answers at all: one that is frozen takes calls and never says a word.

Waiting is what hurts then. Whoever waited in vain says so, and for a moment nobody else does: they
are told at once that the database does not answer. After that one asks again, for all.
"""

import logging
import time
from collections.abc import Callable

import asyncpg

from domain.errors import DependencyDown
from domain.platform.outages import Outage

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 2.0  # what a healthy one needs is a thousandth of it
CONNECT_SECONDS = 3.0  # on a busy machine a new connection takes a moment
PAUSE_SECONDS = 1.0
LOG_SECONDS = 30.0  # one cause is logged so often at most
# A connection that was cut says so in all of these ways, by the moment at which it was.
CUT = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
SILENT = "The database does not answer. Nothing was changed."
NO_WRITES = "The database accepts no changes now. Nothing was changed."


class DatabaseBreaker:
    """One a process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """The clock counts seconds."""
        self._clock = clock
        self._again_at: float | None = None
        self._logged: dict[str, float] = {}
        self.outage: Outage | None = None  # what failed last and has not worked since
        self._failed_at = 0.0
        self.generation = 0  # connections opened under a lower number are not used again

    def check(self) -> None:
        """Before asking; raises DependencyDown where it was silent a moment ago."""
        if self._again_at is None:
            return
        now = self._clock()
        if now < self._again_at:
            raise DependencyDown(SILENT, cause=self.outage.cause if self.outage else None)
        # This one asks, and the others hear of it in time.
        self._again_at = now + CONNECT_SECONDS + PAUSE_SECONDS

    def trip(self) -> None:
        """Somebody has waited in vain."""
        self._again_at = self._clock() + PAUSE_SECONDS

    def reset(self) -> None:
        """It answers. That says nothing of writes."""
        self._again_at = None
        if self.outage is not None and not self.outage.reads:
            self.outage = None

    def wrote(self) -> None:
        """It has taken a write."""
        if self.outage is not None:
            logger.info("database: it accepts changes again")
        self.outage = None

    def holds(self) -> bool:
        """Whether the outage is too young for a small write to end it: pages have some room."""
        if self.outage is None:
            return False
        return self._clock() - self._failed_at < self.outage.hold_seconds

    def failed(self, outage: Outage) -> DependencyDown:
        """Note why something failed; returns what to raise instead."""
        now = self._clock()
        self.outage, self._failed_at = outage, now
        self.generation += outage.reconnect
        if now - self._logged.get(outage.cause, -LOG_SECONDS) >= LOG_SECONDS:
            self._logged[outage.cause] = now
            logger.warning("database: %s", outage.cause, extra={"cause": outage.cause})
        return DependencyDown(NO_WRITES if outage.reads else SILENT, cause=outage.cause)
