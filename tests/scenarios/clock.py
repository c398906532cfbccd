"""The clock of a scenario: it stands still until the driver moves it."""

from datetime import UTC, datetime, timedelta

# Later than the clock of any machine that runs this, so that a moment from another clock shows.
START = datetime(2027, 6, 1, tzinfo=UTC)
# Samples come up to an hour late; none may lie before START.
_FIRST = START + timedelta(hours=2)


class VirtualClock:
    """Everything of one sequence reads it."""

    def __init__(self) -> None:
        self._now = _FIRST

    def __call__(self) -> datetime:
        """This moment, aware."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move on."""
        self._now += timedelta(seconds=seconds)

    def monotonic(self) -> float:
        """The same moment in seconds, for parts that measure spans."""
        return self._now.timestamp()
