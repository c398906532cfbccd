"""The event feed, live: catches up from a cursor, then goes on without a hole (X6)."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import strawberry

from domain.events import RecordedEvent
from domain.metrics.metrics import EVENT_DELAY
from domain.platform.keyset import Keyset
from schema.context import Info
from schema.pagination import encode_cursor, number_after
from schema.types.events import SHOWN_KINDS, LaunchEvent, is_shown, stream_gap, to_event
from schema.types.node import decode_id
from services.platform import event_reads
from subscriptions.delivery_times import note_delivery
from subscriptions.fanout import Bounded, Overflow, Subscription

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
    """What happens, in order. A reader that is too slow gets a StreamGap, then the end.

    A cursor beyond the log, as after a restored backup, gets a StreamGap, then what happens.
    """
    phase = decode_id(phase_id, "LaunchPhase", "phaseId") if phase_id is not None else None
    position = number_after(after)
    runtime = info.context.runtime

    def concerns(item: RecordedEvent) -> bool:
        return is_shown(item) and (phase is None or item.event.phase_id == phase)

    async with runtime.tail.subscribe(Bounded(BUFFER), concerns) as live:
        with runtime.credential_watch.guard(info.context.actor, live):
            place = _Place(runtime.tail.position, runtime.tail.rewinds)
            if position is not None:
                async with aclosing(_catch_up(info, position, phase, place)) as missed:
                    async for event in missed:
                        yield event
            async with aclosing(_follow(info, live, place)) as news:
                async for event in news:
                    yield event


@dataclass(slots=True)
class _Place:
    """The newest event that was sent, in the log as it is since it last went back."""

    last: int
    rewinds: int

    def gap(self, info: Info, missed: int) -> LaunchEvent:
        return stream_gap(encode_cursor(self.last), info.context.now, missed)


async def _catch_up(
    info: Info, position: int, phase: UUID | None, place: _Place
) -> AsyncGenerator[LaunchEvent, None]:
    """All after a position; a StreamGap where the log does not reach it (SEC14)."""
    if position > place.last:
        place.last = await _head(info)
    if position > place.last:
        yield place.gap(info, position - place.last)
        return
    place.last = position
    async with aclosing(_missed(info, position, phase)) as missed:
        async for item in missed:
            place.last = item.seq
            yield to_event(item)


async def _follow(
    info: Info, live: Subscription[RecordedEvent], place: _Place
) -> AsyncGenerator[LaunchEvent, None]:
    """What happens from now on. A log that goes back leaves what was sent ahead of it (SEC14)."""
    runtime, tail = info.context.runtime, info.context.runtime.tail
    try:
        async for item in live:
            if tail.rewinds != place.rewinds:
                lost = max(place.last - item.seq + 1, 1)
                place.last, place.rewinds = item.seq - 1, tail.rewinds
                yield place.gap(info, lost)
            if item.seq > place.last:
                place.last = item.seq
                yield to_event(item)
                note_delivery(runtime.meter, EVENT_DELAY, item.recorded_at, runtime.clock())
    except Overflow as overflow:
        yield place.gap(info, overflow.missed)


async def _head(info: Info) -> int:
    async with info.context.db.read() as session:
        return await event_reads.head(session)


async def _missed(
    info: Info, position: int, phase: UUID | None
) -> AsyncGenerator[RecordedEvent, None]:
    """What is in the log after a position, page by page; no session is held while sending."""
    while True:
        async with info.context.db.read() as session:
            found = await event_reads.page(session, SHOWN_KINDS, Keyset(PAGE, position), phase)
        for item in found:
            yield item
        if len(found) < PAGE:
            return
        position = found[-1].seq
