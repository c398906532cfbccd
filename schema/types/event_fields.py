"""The fields that all events of the feed share."""

from datetime import datetime
from typing import TypedDict

import strawberry

from db.models import events as rows
from db.reads import events as reads
from domain.actors import ActorRef
from domain.events import RecordedEvent
from schema.context import Info
from schema.pagination import encode_cursor
from schema.planned import column, computed, one_of, read_rows
from schema.types.actors import Actor, load_actor

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


@strawberry.interface(description="An event of a launch.")
class LaunchEvent:
    """The fields of every event."""

    cursor: str = strawberry.field(
        description="Its position in the log: pass it as `after` to resume.",
        metadata=CURSOR,
    )
    at: datetime = strawberry.field(
        description="When it happened; the same as `occurredAt`.", metadata=OCCURRED_AT
    )
    recorded_at: datetime = strawberry.field(
        description="When it was recorded; later than `occurredAt` for an outage, which begins with"
        " its first bad sample.",
        metadata=RECORDED_AT,
    )
    summary: str = strawberry.field(description="A summary in one line.")
    ref: strawberry.Private[ActorRef | None]

    @strawberry.field(
        description="When it happened; `launchState(at:)` and `replay` use this moment. The order "
        "of the log, and `after`, follow the cursor.",
        metadata=OCCURRED_AT,
    )
    def occurred_at(self) -> datetime:
        """Return the time under the name that it has in the log."""
        return self.at

    @strawberry.field(description="Who did it.", metadata=ACTOR)
    async def actor(self, info: Info) -> Actor | None:
        """Load it only if it is selected."""
        return await load_actor(info, self.ref) if self.ref else None


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
