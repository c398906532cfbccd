"""The event feed, live: catches up from a cursor, then goes on without a hole (SPEC X6)."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import strawberry

from domain.events import RecordedEvent
from schema.context import Info
from schema.pagination import MAX_BIGINT, Page, encode_cursor
from schema.types.events import SHOWN_KINDS, LaunchEvent, is_shown, stream_gap, to_event
from schema.types.node import decode_id
from services import event_reads
from subscriptions.fanout import Bounded, Overflow

BUFFER = 2_000
PAGE = 500

After = Annotated[
    str | None,
    strawberry.argument(
        description="Resume after this cursor; left out: only what happens from now on."
    ),
]
PhaseId = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only what belongs to one phase.")
]


async def launch_events(
    info: Info, after: After = None, phase_id: PhaseId = None
) -> AsyncIterator[LaunchEvent]:
    """What happens, in order. A reader that is too slow gets a StreamGap, then the end."""
    phase = decode_id(phase_id, "LaunchPhase", "phaseId") if phase_id is not None else None
    position = Page.of(None, after).after_number(at_most=MAX_BIGINT)
    runtime = info.context.runtime

    def concerns(item: RecordedEvent) -> bool:
        return is_shown(item) and (phase is None or item.event.phase_id == phase)

    async with runtime.tail.subscribe(Bounded(BUFFER), concerns) as live:
        with runtime.lifetimes.guard(info.context.actor, live):
            last = runtime.tail.position if position is None else position
            if position is not None:
                async for item in _missed(info, position, phase):
                    last = item.seq
                    yield to_event(item)
            try:
                async for item in live:
                    if item.seq > last:
                        last = item.seq
                        yield to_event(item)
            except Overflow as overflow:
                yield stream_gap(encode_cursor(last), info.context.now, overflow.missed)


async def _missed(info: Info, position: int, phase: UUID | None) -> AsyncIterator[RecordedEvent]:
    """What is in the log after a position, page by page; no session is held while sending."""
    while True:
        async with info.context.db.read() as session:
            found = await event_reads.page(session, SHOWN_KINDS, PAGE, position, phase)
        for item in found:
            yield item
        if len(found) < PAGE:
            return
        position = found[-1].seq
