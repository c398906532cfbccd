"""Whether the database answers at all: one that is frozen takes calls and never says a word.

Waiting is what hurts then. Whoever waited in vain says so, and for a moment nobody else does: they
are told at once that the database does not answer. After that one asks again, for all.
"""

import time
from collections.abc import Callable

import asyncpg

from domain.errors import DependencyDown

ANSWER_SECONDS = 2.0  # what a healthy one needs is a thousandth of it
CONNECT_SECONDS = 4.0  # on a busy machine a new connection takes a moment
PAUSE_SECONDS = 1.0
# A connection that was cut says so in all of these ways, by the moment at which it was.
CUT = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
SILENT = "The database does not answer. Nothing was changed."


class Reach:
    """One a process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """The clock counts seconds."""
        self._clock = clock
        self._again_at: float | None = None

    def check(self) -> None:
        """Before asking; raises DependencyDown where it was silent a moment ago."""
        if self._again_at is None:
            return
        now = self._clock()
        if now < self._again_at:
            raise DependencyDown(SILENT)
        # This one asks, and the others hear of it in time.
        self._again_at = now + CONNECT_SECONDS + PAUSE_SECONDS

    def lost(self) -> None:
        """Somebody has waited in vain."""
        self._again_at = self._clock() + PAUSE_SECONDS

    def found(self) -> None:
        """It answers."""
        self._again_at = None
