"""Events as read from the log."""

from datetime import UTC, datetime
from uuid import uuid4

from domain.actors import ANONYMOUS, ActorRef, UserType
from domain.events import Event, RecordedEvent, UserSignedUp
from domain.ids import EventId, EventSeq, UserId

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def recorded_event(
    event: Event,
    seq: int = 1,
    at: datetime = NOON,
    *,
    occurred_at: datetime | None = None,
    actor: ActorRef = ANONYMOUS.ref,
) -> RecordedEvent:
    """Build an event at a position; it occurred when it was recorded unless stated."""
    return RecordedEvent(
        id=EventId(seq),
        seq=EventSeq(seq),
        occurred_at=occurred_at or at,
        recorded_at=at,
        actor=actor,
        event=event,
    )


def some_event() -> Event:
    """Build an event that has no consequences."""
    return UserSignedUp(user_id=UserId(uuid4()), user_type=UserType.COUPLE)
