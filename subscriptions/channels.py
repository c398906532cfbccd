"""The names of all bus channels, and the encoding of their messages."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import orjson

from db import event_rows
from domain.actors import ActorKind, ActorRef
from domain.events import RecordedEvent
from domain.ids import EventId, EventSeq

EVENTS = "launch:events"
HEALTH = "launch:health"
KILL = "launch:kill"
METRICS = "launch:metrics"


def encode_events(events: Sequence[RecordedEvent]) -> str:
    """Encode the events of one transaction as one message."""
    return orjson.dumps(
        [
            {
                "seq": item.seq,
                "id": item.id,
                "at": item.occurred_at.isoformat(),
                "recorded_at": item.recorded_at.isoformat(),
                "kind": item.event.TYPE,
                "actor": _dump_actor(item.actor),
                "payload": event_rows.encode(item.event),
            }
            for item in events
        ]
    ).decode()


def decode_events(message: str, after: int = 0) -> list[RecordedEvent]:
    """Decode the events of a message after a position. Raises ValueError for a foreign message.

    A process receives its own messages too, and skips the events that it has.
    """
    try:
        items = orjson.loads(message)
        return [_load_event(item) for item in items if int(str(item["seq"])) > after]
    except (KeyError, TypeError) as error:
        raise ValueError("not a message of events") from error


def _dump_actor(ref: ActorRef) -> list[str | None]:
    return [ref.kind.value, str(ref.id) if ref.id else None, ref.label]


def _load_actor(value: object) -> ActorRef:
    match value:
        case [str(kind), (str() | None) as key, str(label)]:
            return ActorRef(ActorKind(kind), UUID(key) if key else None, label)
    raise TypeError("actor")


def _load_event(item: dict[str, object]) -> RecordedEvent:
    payload = item["payload"]
    if not isinstance(payload, dict):
        raise TypeError("payload")
    # The previous version sends neither `id` nor `recorded_at`.
    return RecordedEvent(
        seq=EventSeq(int(str(item["seq"]))),
        id=EventId(int(str(item.get("id", item["seq"])))),
        occurred_at=datetime.fromisoformat(str(item["at"])),
        recorded_at=datetime.fromisoformat(str(item.get("recorded_at", item["at"]))),
        actor=_load_actor(item["actor"]),
        event=event_rows.decode(str(item["kind"]), payload),
    )
