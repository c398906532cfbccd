"""Replays a part of the event log at another speed (X6)."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from datetime import datetime
from typing import Annotated

import strawberry

from domain.events import RecordedEvent
from domain.platform.replays import MAX_EVENTS, Replay
from schema.context import Info
from schema.types.event_fields import LaunchEvent, cursor_of
from schema.types.events import SHOWN_KINDS, stream_gap, to_event
from services.platform import event_reads
from services.platform.response_time import begins_to_wait
from subscriptions.credential_expiry import AccessEnded

PAGE = 500

From = Annotated[datetime, strawberry.argument(name="from", description="The start; before `to`.")]
To = Annotated[datetime, strawberry.argument(description="The end; at most 31 days after `from`.")]
Speed = Annotated[
    float | None,
    strawberry.argument(
        description="Seconds of the launch per second: 0.1 to 100000; the replay lasts six hours at"
        " most."
    ),
]


async def replay(
    info: Info, from_: From, to: To, speed: Speed = 10.0
) -> AsyncIterator[LaunchEvent]:
    """Events between two moments in the order in which they happened, with their pauses.

    It continues from `launchState(at: from)`. After 10,000 events it ends with a StreamGap:
    continue from the moment of the last one.
    """
    schedule = Replay.of(from_, to, 10.0 if speed is None else speed)
    loop, access_ended, sent = asyncio.get_running_loop(), asyncio.Event(), 0
    begin = loop.time()
    with info.context.runtime.credential_watch.watch(info.context.actor, access_ended.set):
        async with aclosing(_read_events(info, schedule)) as events:
            async for item in events:
                await _wait_until(begin + schedule.due(item.occurred_at), access_ended)
                if sent == MAX_EVENTS:
                    yield stream_gap(cursor_of(item), item.occurred_at, 1)
                    return
                sent += 1
                yield to_event(item)


async def _wait_until(moment: float, access_ended: asyncio.Event) -> None:
    """Wait for a time of the loop's clock. Raises AccessEnded if the access ends before."""
    if moment > asyncio.get_running_loop().time():
        begins_to_wait()
    with suppress(TimeoutError):
        async with asyncio.timeout_at(moment):
            await access_ended.wait()
    if access_ended.is_set():
        raise AccessEnded()


async def _read_events(info: Info, schedule: Replay) -> AsyncGenerator[RecordedEvent, None]:
    """Yield the events page by page; no session is open while the replay waits."""
    last = None
    while True:
        async with info.context.db.read() as session:
            page = await event_reads.span(
                session, SHOWN_KINDS, PAGE, schedule.begin, schedule.end, last
            )
        for item in page:
            yield item
        if len(page) < PAGE:
            return
        last = page[-1]
