"""Publishes events to all processes after a commit; the tail repairs lost messages."""

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
        """`tail` of this process gets the events directly, without Redis."""
        self._bus = bus
        self._tail = tail

    async def publish(self, events: Sequence[RecordedEvent]) -> None:
        """Send the events in one message. A failure is logged: the change is committed anyway."""
        if self._tail is not None:
            self._tail.offer(events)
        try:
            await self._bus.publish(EVENTS, encode_events(events))
        except BusUnavailable:
            logger.warning("Events up to %s were not published", events[-1].seq)
