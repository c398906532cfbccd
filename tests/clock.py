"""A clock that tests move by hand."""

from datetime import UTC, datetime, timedelta


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
