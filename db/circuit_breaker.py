"""Circuit breaker for a database that accepts calls but does not respond.

A frozen database makes every caller wait for its timeout. After the first timeout, calls fail at
once for a second with DEPENDENCY_DOWN; then one call tries again on behalf of all.
"""

import logging
import time
from collections.abc import Callable

import asyncpg

from domain.errors import DependencyDown
from domain.platform.outages import Outage

logger = logging.getLogger(__name__)

RESPONSE_TIMEOUT_SECONDS = 2.0  # a healthy database responds in a thousandth of this
CONNECT_TIMEOUT_SECONDS = 3.0  # a new connection can take a moment on a busy machine
RETRY_AFTER_SECONDS = 1.0
LOG_INTERVAL_SECONDS = 30.0  # minimum time between two log lines about the same cause
# A lost connection raises any of these, depending on when it was lost.
CONNECTION_ERRORS = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
NOT_RESPONDING = "The database does not answer. Nothing was changed."
UNSUITABLE = "The connection to the database is unsuitable. Nothing was changed."
NO_WRITES = "The database accepts no changes at the moment. Nothing was changed."


class DatabaseBreaker:
    """State of the breaker; one instance per process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Create a closed breaker; `clock` returns seconds."""
        self._clock = clock
        self._retry_at: float | None = None
        self._logged_at: dict[str, float] = {}
        # The last failure, until the failed operation works again.
        self.outage: Outage | None = None
        self._failed_at = 0.0
        # Why this process must not use the database at all; None if it may.
        self.refusal: str | None = None
        self.generation = 0  # connections opened in an older generation are not reused

    def check(self) -> None:
        """Raise DependencyDown if the breaker is open. Call it before using the database."""
        if self.refusal is not None:
            raise DependencyDown(UNSUITABLE, cause=self.refusal)
        if self._retry_at is None:
            return
        now = self._clock()
        if now < self._retry_at:
            raise DependencyDown(NOT_RESPONDING, cause=self.outage.cause if self.outage else None)
        # This call tries again; until its result is known, the others fail at once.
        self._retry_at = now + CONNECT_TIMEOUT_SECONDS + RETRY_AFTER_SECONDS

    def trip(self) -> None:
        """Open the breaker after a call that timed out."""
        self._retry_at = self._clock() + RETRY_AFTER_SECONDS

    def reset(self) -> None:
        """Close the breaker after a response. It says nothing about writes."""
        self._retry_at = None
        if self.outage is not None and not self.outage.reads:
            self.outage = None

    def record_write(self) -> None:
        """End the outage after a successful write."""
        if self.outage is not None:
            logger.info("database: accepts changes again")
        self.outage = None

    def is_outage_recent(self) -> bool:
        """Whether the outage is too young for a small write to end it: pages have some room."""
        if self.outage is None:
            return False
        return self._clock() - self._failed_at < self.outage.hold_seconds

    def record_outage(self, outage: Outage) -> DependencyDown:
        """Record an outage and return the error to raise in place of the original one."""
        now = self._clock()
        self.outage, self._failed_at = outage, now
        self.generation += outage.reconnect
        if now - self._logged_at.get(outage.cause, -LOG_INTERVAL_SECONDS) >= LOG_INTERVAL_SECONDS:
            self._logged_at[outage.cause] = now
            logger.warning("database: %s", outage.cause, extra={"cause": outage.cause})
        return DependencyDown(NO_WRITES if outage.reads else NOT_RESPONDING, cause=outage.cause)
