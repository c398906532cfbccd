"""Keeps the flags of a process current, and notifies its streams of changes (S59)."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from weakref import ref

from domain.events import FlagChanged, RecordedEvent
from services.flags.flag_sets import FlagSet
from services.flags.flag_store import FlagStore
from services.flags.flag_views import FlagView, FlagViews
from services.platform import background
from subscriptions.fanout import Fanout, Latest
from subscriptions.hub import StateHub
from subscriptions.tail import EventTail

logger = logging.getLogger(__name__)

_CLIENTS_AT_ONCE = 5  # whose buckets are computed: a millisecond with 200 flags
_PAUSE_SECONDS = 0.01


class FlagFeed:
    """Follows the tail, refreshes the flag store, and publishes new sets; one per process."""

    def __init__(self, store: FlagStore, tail: EventTail) -> None:
        """Each change of the store is published in `sets`."""
        self._store = store
        self._tail = tail
        self._tasks: list[asyncio.Task[None]] = []
        self._cold: deque[ref[FlagView]] = deque()
        self._is_cold = asyncio.Event()
        self.sets: Fanout[FlagSet] = Fanout()
        self.hub = StateHub(self.sets, lambda: store.current)
        self.views = FlagViews()
        store.on_change(self.sets.publish)

    @property
    def current(self) -> FlagSet:
        """The flags that this process has."""
        return self._store.current

    async def start(self) -> None:
        """Start to follow the tail."""
        self._tasks = [
            asyncio.create_task(self._follow(), name="flag-feed"),
            asyncio.create_task(self._warm_up(), name="flag-buckets"),
        ]
        await self.hub.start()

    async def stop(self) -> None:
        """Stop following and end the streams."""
        await background.end(*self._tasks)
        await self.hub.stop()
        self.sets.close()

    def warm_up_later(self, view: FlagView) -> None:
        """Compute all buckets of a client soon, before an activation needs them (PERF3)."""
        self._cold.append(ref(view))
        self._is_cold.set()

    async def after_commit(self, events: Sequence[RecordedEvent]) -> None:
        """Apply a change of this process before its author gets the reply (S93)."""
        if any(_is_flag(item) for item in events):
            await self._store.refresh()

    async def _follow(self) -> None:
        newest: Latest[RecordedEvent] = Latest()
        async with self._tail.subscribe(newest, _is_flag) as changes:
            async for item in changes:
                await self._refresh(item)

    async def _refresh(self, item: RecordedEvent) -> None:
        current, version = self._store.current, getattr(item.event, "set_version", None)
        if version is not None and version <= current.version and not current.stale:
            return  # the store has this change already; the poll repairs everything else
        try:
            await self._store.refresh()
        except Exception:
            logger.exception("Cannot refresh the flags, the next poll retries")

    async def _warm_up(self) -> None:
        """Warm up a few clients at a time: everything else in this process goes first."""
        while True:
            await self._is_cold.wait()
            self._is_cold.clear()
            while self._cold:
                self._warm_up_some()
                await asyncio.sleep(_PAUSE_SECONDS)

    def _warm_up_some(self) -> None:
        remaining = _CLIENTS_AT_ONCE
        while self._cold and remaining:
            view = self._cold.popleft()()
            if view is not None:  # otherwise the client has left
                view.warm_up()
                remaining -= 1


def _is_flag(item: RecordedEvent) -> bool:
    return isinstance(item.event, FlagChanged)
