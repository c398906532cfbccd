"""After a commit: tell every process. A lost message is repaired by the tail's catch-up."""

import logging
from collections.abc import Sequence

from domain.events import RecordedEvent
from subscriptions.bus import Broadcast, BusUnavailable
from subscriptions.channels import EVENTS, encode_events
from subscriptions.tail import EventTail

logger = logging.getLogger(__name__)


class Publisher:
    """Sends the events of each commit of this process over the bus."""

    def __init__(self, bus: Broadcast, tail: EventTail | None = None) -> None:
        """`tail`: that of this process, which need not wait for Redis."""
        self._bus = bus
        self._tail = tail

    async def publish(self, events: Sequence[RecordedEvent]) -> None:
        """Send them in one message; the change stands even where nobody could be told."""
        if self._tail is not None:
            self._tail.offer(events)
        try:
            await self._bus.publish(EVENTS, encode_events(events))
        except BusUnavailable:
            logger.warning("events up to %s were not published", events[-1].seq)
