"""Time in tests: how long they wait, and a clock that they move by hand."""

from datetime import UTC, datetime, timedelta

# In seconds, for what must come however busy the machine is; no promise of ours is that slow.
PATIENCE = 180.0


class Clock:
    """Shows the real time plus what a test has added, so that time never stands still."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        """This moment, aware."""
        return datetime.now(UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        """Move on."""
        self._ahead += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Back to the real time."""
        self._ahead = timedelta(0)
