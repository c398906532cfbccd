"""A line in the log for each commit that recorded events: what, which, and by whom."""

import logging
from collections.abc import Sequence

from domain.events import RecordedEvent

logger = logging.getLogger("launch.events")


async def tell(events: Sequence[RecordedEvent]) -> None:
    """Ids and kinds only: what an event says of people stays in the database."""
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
