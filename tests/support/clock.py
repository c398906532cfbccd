"""Time in tests: the patience of waits, and a clock that tests advance."""

from datetime import UTC, datetime, timedelta

# Seconds to wait for an event however busy the machine is; no promised time is that long.
PATIENCE = 180.0


class Clock:
    """A clock that shows the real time plus an offset, so that time never stands still."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        """Return the current time, timezone-aware."""
        return datetime.now(UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        """Advance the clock by some seconds."""
        self._ahead += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Return to the real time."""
        self._ahead = timedelta(0)
