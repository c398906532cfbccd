"""Live marketplace events: from a cursor on, then as they happen, none left out (M14)."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated

import strawberry

from domain.events import RecordedEvent
from domain.platform.row_scope import readable
from schema.context import Info
from schema.marketplace_event_enums import MarketplaceEventKind
from schema.pagination import decode_number_cursor
from schema.types.marketplace_events import MarketplaceEvent, is_selected
from services.overview import marketplace_events as events
from services.platform import event_reads
from subscriptions.event_streams import open_events
from subscriptions.fanout import Bounded, Overflow, Subscription

BUFFER = 1_000
PAGE = 200

Kinds = Annotated[
    list[MarketplaceEventKind] | None,
    strawberry.argument(description="Only these; all by default."),
]
After = Annotated[
    str | None,
    strawberry.argument(description="Resume after this cursor; by default only new events."),
]


async def marketplace_events(
    info: Info, kinds: Kinds = None, after: After = None
) -> AsyncIterator[MarketplaceEvent]:
    """Events between suppliers and couples, in order, each once.

    The staff gets all with `directory:read`; suppliers and couples get their own. A reader that is
    too slow reads on from the log.
    """
    stream = _EventStream(info, kinds, decode_number_cursor(after))
    is_live = True
    while is_live:
        async with aclosing(stream.run()) as items:
            async for item in items:
                yield MarketplaceEvent.of(item)
        is_live = stream.is_behind


@dataclass(slots=True)
class _EventStream:
    """The position up to which a subscriber has the events; None: new ones only.

    `is_behind`: the subscriber was too slow for its buffer and continues with the log.
    """

    info: Info
    kinds: Collection[MarketplaceEventKind] | None
    position: int | None
    is_behind: bool = False

    async def run(self) -> AsyncGenerator[RecordedEvent, None]:
        """Yield what the log has after the position, then what happens."""
        row_scope, tail = readable(self.info.context.actor), self.info.context.runtime.tail
        self.is_behind = False
        async with open_events(
            self.info, Bounded(BUFFER), lambda item: is_selected(item, self.kinds, row_scope)
        ) as live:
            rewinds = tail.rewinds
            self.position = await self._start(tail.position)
            for part in (self._read_log(self.position), self._follow(live, rewinds)):
                async with aclosing(part) as items:
                    async for item in items:
                        yield item

    async def _start(self, newest: int) -> int:
        """Return the position to start after: never ahead of the log, which may be a backup."""
        if self.position is None:
            return newest
        return min(self.position, await event_reads.read_head(self.info.context.db))

    async def _read_log(self, after: int) -> AsyncGenerator[RecordedEvent, None]:
        context = self.info.context
        log = event_reads.read_log(
            context.db,
            lambda session, part: events.page(session, context.actor, self.kinds, part),
            after,
            PAGE,
        )
        async with aclosing(log) as items:
            async for item in items:
                self.position = item.seq
                yield item

    async def _follow(
        self, live: Subscription[RecordedEvent], rewinds: int
    ) -> AsyncGenerator[RecordedEvent, None]:
        """A log that went back, as after a restored backup, is followed from there."""
        tail = self.info.context.runtime.tail
        try:
            async for item in live:
                if tail.rewinds != rewinds or self.position is None or item.seq > self.position:
                    self.position, rewinds = item.seq, tail.rewinds
                    yield item
        except Overflow:
            self.is_behind = True
