"""Fields about the event feed (S14, X6)."""

from datetime import datetime
from typing import Annotated

import strawberry

from schema.context import Info
from schema.pagination import MAX_BIGINT, After, Before, First, Last, Page, connection
from schema.scalars import JSON
from schema.types.event_fields import cursor_of
from schema.types.events import SHOWN_KINDS, LaunchEventConnection, to_event
from schema.types.launch_states import LaunchState, state_as_json
from schema.types.node import decode_optional_id
from services.phases import launch_states
from services.platform import event_reads

PhaseId = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only events of this phase.")
]
Moment = Annotated[datetime, strawberry.argument(description="The moment.")]
Since = Annotated[datetime | None, strawberry.argument(description="Only later events.")]
NewestFirst = Annotated[
    bool,
    strawberry.argument(description="Newest first; `after` then returns earlier events."),
]


async def launch_state_at(info: Info, at: Moment) -> LaunchState:
    """Phases, flags, health and incidents at a moment, by when things happened.

    A future moment is now. Continue with `replay`, or with `launchEvents` after `cursor`.
    """
    moment = min(at, info.context.now)
    async with info.context.db.read() as session:
        return LaunchState.of(await launch_states.state_at(session, moment), moment)


async def launch_state(info: Info, at: Moment) -> JSON:
    """Phases, flags, health and incidents at a moment, from the event log alone.

    A future moment is now. Continue with `replay`, or with `launchEvents` after `cursor`.
    """
    moment = min(at, info.context.now)
    async with info.context.db.read() as session:
        return state_as_json(await launch_states.state_at(session, moment), moment)


async def launch_events(
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    phase_id: PhaseId = None,
    since: Since = None,
    newest_first: NewestFirst = False,
) -> LaunchEventConnection:
    """Events, oldest first unless `newestFirst` is true."""
    page = Page.of(first, after, last, before)
    phase = decode_optional_id(phase_id, "LaunchPhase", "phaseId")
    async with info.context.db.read() as session:
        part = page.numbers(at_most=MAX_BIGINT)
        events = await event_reads.page(
            session, SHOWN_KINDS, part, phase, since, newest_first=newest_first
        )
    return connection(LaunchEventConnection, events, page, cursor=cursor_of, wrap=to_event)
