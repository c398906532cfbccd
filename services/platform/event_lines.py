"""Logs a line for each commit with events: kinds, ids and actor."""

import logging
from collections.abc import Sequence

from domain.events import RecordedEvent

logger = logging.getLogger("launch.events")


async def log_events(events: Sequence[RecordedEvent]) -> None:
    """Log the events of a commit: only kinds and ids, as the rest may be personal data."""
    kinds = ", ".join(dict.fromkeys(item.event.TYPE for item in events))
    actor = events[0].actor
    logger.info(
        "recorded %s",
        kinds,
        extra={
            "event_seq": [int(item.seq) for item in events],
            "event_id": [int(item.id) for item in events],
            "actor_kind": actor.kind.value,
            "actor_id": str(actor.id) if actor.id else None,
        },
    )
