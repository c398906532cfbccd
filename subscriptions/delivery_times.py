"""How long a change takes from its commit to the transport of a stream (S108, S110)."""

from datetime import datetime

from domain.events import RecordedEvent
from services.metrics.metering import Meter


def note_delivery(meter: Meter, metric: str, committed_at: datetime, taken_at: datetime) -> None:
    """A message has been taken by the transport of its stream."""
    meter.observe(metric, (taken_at - committed_at).total_seconds() * 1000)


class OldestMove:
    """The first change that a stream of latest states has not shown yet."""

    def __init__(self) -> None:
        """Nothing has happened."""
        self._waiting: datetime | None = None
        self._looked_at: datetime | None = None

    def note(self, item: RecordedEvent) -> None:
        """One more change."""
        self._waiting = self._waiting or item.recorded_at

    def begin_look(self) -> None:
        """A state is read that shows whatever was noted until now."""
        self._looked_at, self._waiting = self._looked_at or self._waiting, None

    def shown(self) -> datetime | None:
        """That state goes out: when the first change that it shows was committed."""
        found, self._looked_at = self._looked_at, None
        return found
