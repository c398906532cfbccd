"""The event feed (SPEC S14, X6)."""

from datetime import datetime
from typing import Annotated

import strawberry

from schema.context import Info
from schema.pagination import MAX_BIGINT, After, Connection, First, Page, connection
from schema.types.events import SHOWN_KINDS, LaunchEvent, cursor_of, to_event
from schema.types.node import decode_id
from services import event_reads

PhaseId = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only what belongs to one phase.")
]
Since = Annotated[datetime | None, strawberry.argument(description="Only what came after.")]


async def launch_events(
    info: Info,
    first: First = None,
    after: After = None,
    phase_id: PhaseId = None,
    since: Since = None,
) -> Connection[LaunchEvent]:
    """What happened, oldest first."""
    page = Page.of(first, after)
    phase = decode_id(phase_id, "LaunchPhase", "phaseId") if phase_id is not None else None
    async with info.context.db.read() as session:
        found = await event_reads.page(
            session,
            SHOWN_KINDS,
            page.first + 1,
            page.after_number(at_most=MAX_BIGINT),
            phase,
            since,
        )
    return connection(Connection[LaunchEvent], found, page, cursor=cursor_of, wrap=to_event)
