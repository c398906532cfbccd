"""The fields that all events of the feed share."""

from datetime import datetime
from typing import TypedDict

from db.models import events as rows
from db.reads import events as reads
from domain.actors import ActorRef
from domain.events import RecordedEvent
from schema.pagination import encode_cursor
from schema.planned import column, computed, one_of, read_rows

# Where plans find the fields of events.
CURSOR = computed(encode_cursor, rows.LaunchEvent.seq)
OCCURRED_AT = column(rows.LaunchEvent.occurred_at)
RECORDED_AT = column(rows.LaunchEvent.recorded_at)
ACTOR = one_of(
    ("User", reads.USER),
    ("ApiToken", reads.TOKEN),
    otherwise=("SystemActor", {"component": rows.LaunchEvent.actor_label}),
)
PHASE, INCIDENT = read_rows(reads.PHASE), read_rows(reads.INCIDENT)


class CommonFields(TypedDict):
    """The arguments that every LaunchEvent takes."""

    cursor: str
    at: datetime
    recorded_at: datetime
    summary: str
    ref: ActorRef


def cursor_of(item: RecordedEvent) -> str:
    """Encode the cursor of an event."""
    return encode_cursor(item.seq)


def common_fields(item: RecordedEvent) -> CommonFields:
    """Return the common fields of a recorded event."""
    return CommonFields(
        cursor=cursor_of(item),
        at=item.occurred_at,
        recorded_at=item.recorded_at,
        summary=item.event.summary,
        ref=item.actor,
    )
