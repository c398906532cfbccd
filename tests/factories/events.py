"""Events as the log would give them."""

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
    """An event at a position; it happened when it was recorded unless something else is said."""
    return RecordedEvent(
        id=EventId(seq),
        seq=EventSeq(seq),
        occurred_at=occurred_at or at,
        recorded_at=at,
        actor=actor,
        event=event,
    )


def some_event() -> Event:
    """One that nothing follows from."""
    return UserSignedUp(user_id=UserId(uuid4()), user_type=UserType.COUPLE)
