"""Applies kill switches of other processes at once; the poll repairs what it misses (L11)."""

import asyncio

from domain.events import RecordedEvent
from domain.events.kills import KillChanged
from services.flags.kill_sync import KillSync
from services.platform import background
from subscriptions.fanout import Bounded, Overflow
from subscriptions.tail import EventTail


class KillFeed:
    """Follows the tail; one per process."""

    def __init__(self, tail: EventTail, sync: KillSync) -> None:
        """`sync` applies the kills."""
        self._tail = tail
        self._sync = sync
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start to follow the tail."""
        self._task = asyncio.create_task(self._follow(), name="kill-feed")

    async def stop(self) -> None:
        """Stop following."""
        await background.end(self._task)

    async def _follow(self) -> None:
        while True:
            try:
                async with self._tail.subscribe(Bounded(1_000), _is_kill) as events:
                    async for item in events:
                        self._sync.apply_event(item)
                    return
            except Overflow:
                await self._sync.sync()


def _is_kill(item: RecordedEvent) -> bool:
    return isinstance(item.event, KillChanged)
