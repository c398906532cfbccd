"""Measures how long a change takes from its commit to the transport of a stream (S108, S110)."""

from datetime import datetime

from domain.events import RecordedEvent
from services.metrics.metering import Meter


def note_delivery(meter: Meter, metric: str, committed_at: datetime, taken_at: datetime) -> None:
    """Record the delay of a message when the transport has accepted it."""
    meter.observe(metric, (taken_at - committed_at).total_seconds() * 1000)


class OldestUnsentChange:
    """The commit time of the oldest change that a stream of snapshots has not sent yet."""

    def __init__(self) -> None:
        """Start without a change."""
        self._unread: datetime | None = None
        self._being_read: datetime | None = None

    def note(self, item: RecordedEvent) -> None:
        """Note one more change."""
        self._unread = self._unread or item.recorded_at

    def begin_read(self) -> None:
        """Note that a snapshot is read now, which includes all changes so far."""
        self._being_read, self._unread = self._being_read or self._unread, None

    def take_oldest(self) -> datetime | None:
        """Return the commit time of the oldest change in the snapshot, which is sent now."""
        oldest, self._being_read = self._being_read, None
        return oldest
