"""The live event feed: catches up from a cursor, then follows the log without a gap (X6)."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import strawberry

from domain.events import RecordedEvent
from domain.metrics.metrics import EVENT_DELAY
from schema.context import Info
from schema.pagination import decode_number_cursor, encode_cursor
from schema.types.event_fields import LaunchEvent
from schema.types.events import SHOWN_KINDS, is_shown, stream_gap, to_event
from schema.types.node import decode_id
from services.platform import event_reads
from subscriptions.delivery_times import note_delivery
from subscriptions.event_streams import open_events
from subscriptions.fanout import Bounded, Overflow, Subscription

BUFFER = 2_000
PAGE = 500

After = Annotated[
    str | None,
    strawberry.argument(description="Resume after this cursor; by default only new events."),
]
PhaseId = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only events of this phase.")
]


async def launch_events(
    info: Info, after: After = None, phase_id: PhaseId = None
) -> AsyncIterator[LaunchEvent]:
    """Events in order. A reader that is too slow gets a StreamGap, then the end.

    A cursor beyond the log, as after a restored backup, gets a StreamGap, then new events. One
    whose events were archived gets a StreamGap, then everything that is kept.
    """
    phase = decode_id(phase_id, "LaunchPhase", "phaseId") if phase_id is not None else None
    position = decode_number_cursor(after)
    runtime = info.context.runtime

    def is_selected(item: RecordedEvent) -> bool:
        return is_shown(item) and (phase is None or item.event.phase_id == phase)

    async with open_events(info, Bounded(BUFFER), is_selected) as live:
        stream_position = _StreamPosition(runtime.tail.position, runtime.tail.rewinds)
        if position is not None:
            async with aclosing(_catch_up(info, position, phase, stream_position)) as missed:
                async for event in missed:
                    yield event
        async with aclosing(_follow(info, live, stream_position)) as news:
            async for event in news:
                yield event


@dataclass(slots=True)
class _StreamPosition:
    """The sequence of the last event that was sent, and how often the log had gone back then."""

    last: int
    rewinds: int

    def gap(self, info: Info, missed: int) -> LaunchEvent:
        return stream_gap(encode_cursor(self.last), info.context.now, missed)


async def _catch_up(
    info: Info, position: int, phase: UUID | None, stream_position: _StreamPosition
) -> AsyncGenerator[LaunchEvent, None]:
    """Yield all events after a position.

    A StreamGap if the log ends before it (SEC14), or begins after it because of an archive.
    """
    if position > stream_position.last:
        stream_position.last = await event_reads.read_head(info.context.db)
    if position > stream_position.last:
        yield stream_position.gap(info, position - stream_position.last)
        return
    stream_position.last = max(position, await event_reads.read_edge(info.context.db))
    if position < stream_position.last:
        yield stream_position.gap(info, stream_position.last - position)
    log = event_reads.read_log(
        info.context.db,
        lambda session, part: event_reads.page(session, SHOWN_KINDS, part, phase),
        stream_position.last,
        PAGE,
    )
    async with aclosing(log) as missed:
        async for item in missed:
            stream_position.last = item.seq
            yield to_event(item)


async def _follow(
    info: Info, live: Subscription[RecordedEvent], stream_position: _StreamPosition
) -> AsyncGenerator[LaunchEvent, None]:
    """Yield new events; a StreamGap first if the log went back behind the last one (SEC14)."""
    runtime, tail = info.context.runtime, info.context.runtime.tail
    try:
        async for item in live:
            if tail.rewinds != stream_position.rewinds:
                lost = max(stream_position.last - item.seq + 1, 1)
                stream_position.last, stream_position.rewinds = item.seq - 1, tail.rewinds
                yield stream_position.gap(info, lost)
            if item.seq > stream_position.last:
                stream_position.last = item.seq
                yield to_event(item)
                note_delivery(runtime.meter, EVENT_DELAY, item.recorded_at, runtime.clock())
    except Overflow as overflow:
        yield stream_position.gap(info, overflow.missed)
