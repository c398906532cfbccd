"""Follows the event log in one process: every event once and in order, whatever the bus loses.

Sequences are dense and in commit order, so `position + 1` is the only event that may come next.
Processes publish concurrently, so an event that arrives early waits a moment for the ones before
it. If they do not arrive, a message was lost, and the missing events are read from the log.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from domain.events import RecordedEvent
from services.platform import background
from subscriptions.bus import Broadcast, BusMessage, Resync
from subscriptions.fanout import Bounded, Buffer, Fanout, Overflow, Subscription

logger = logging.getLogger(__name__)

T = TypeVar("T")

PAGE = 500
_RETRY_SECONDS = 1.0  # after a failed read
_YIELD_EVERY = 50  # events, before the readers get a turn
_GRACE_SECONDS = 0.05  # to wait for an earlier event that another process publishes
_MAX_EARLY = 1_000  # events that wait for one before them


class EventTail:
    """The tail of the log; one per process.

    `decode` returns the events of a bus message that come after a position.
    """

    def __init__(
        self,
        bus: Broadcast,
        channel: str,
        decode: Callable[[str, int], Sequence[RecordedEvent]],
        read_after: Callable[[int, int], Awaitable[Sequence[RecordedEvent]]],
        read_head: Callable[[], Awaitable[int]],
        *,
        interval: float = 1.0,
        read_timeout: float = 10.0,
    ) -> None:
        self.malformed = 0  # bus messages that could not be decoded
        self.repaired = 0  # events that had to be read from the log
        self.rewinds = 0  # how often the log went back because a backup was restored
        self._bus = bus
        self._channel = channel
        self._decode = decode
        self._read_after = read_after
        self._read_head = read_head
        self._interval = interval
        self._read_timeout = read_timeout
        self._fanout: Fanout[RecordedEvent] = Fanout()
        self._position: int | None = None
        self._early: dict[int, RecordedEvent] = {}  # events that arrived before their predecessors
        self._grace_timer: asyncio.TimerHandle | None = None
        self._healthy = True
        self._behind = asyncio.Event()
        self._moved = asyncio.Event()
        self._subscribed = asyncio.Event()
        self._catching_up = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def position(self) -> int:
        """The newest sequence that was delivered; 0 until the log has been read once."""
        return self._position or 0

    @property
    def ready(self) -> bool:
        """True once the log has been read and events are delivered."""
        return self._position is not None

    @property
    def live(self) -> int:
        """The number of subscriptions (S74)."""
        return self._fanout.live

    async def start(self) -> None:
        """Start at the newest event. Without the database or Redis, retry in the background."""
        self._tasks = [asyncio.create_task(self._listen())]
        # Subscribe before reading, or an event in between would be lost.
        await self._subscribed.wait()
        await self._repair(self.catch_up)
        self._tasks.append(asyncio.create_task(self._watch()))

    async def stop(self) -> None:
        """Stop, and end all subscriptions."""
        tasks, self._tasks = self._tasks, []
        if self._grace_timer is not None:
            self._grace_timer.cancel()
        await background.end(*tasks)
        self._fanout.close()

    def subscribe(
        self,
        buffer: Buffer[RecordedEvent],
        matches: Callable[[RecordedEvent], bool] | None = None,
    ) -> Subscription[RecordedEvent]:
        """Subscribe to events after `position`. A later snapshot may already include the first."""
        return self._fanout.subscribe(buffer, matches)

    async def wait_for(self, seq: int, timeout: float) -> None:  # noqa: ASYNC109
        """Wait until the event is delivered; 0 waits only for `ready`. Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            while self._position is None or self._position < seq:
                self._moved.clear()
                await self._moved.wait()

    async def catch_up(self) -> None:
        """Deliver all events of the log after `position`. Raises what the reads raise."""
        async with self._catching_up:
            if self._position is None:
                self._set_position(await self._with_timeout(self._read_head()))
                return
            while await self._read_page(self._position):
                pass

    async def compare(self) -> None:
        """Compare `position` with the log and follow it, also back. Raises what the reads raise."""
        before = self._position
        head = await self._with_timeout(self._read_head())
        if before is not None and head < before:
            # Only a restored backup has fewer events than were delivered. Waiting for the old
            # position would hide all new events until then.
            logger.error("The event log went back from %d to %d", before, head)
            self.rewinds += 1
            self._early.clear()
            self._set_position(head)
        elif before is None or head > self.position:
            await self.catch_up()

    def offer(self, events: Sequence[RecordedEvent]) -> None:
        """Accept committed events from any source, in any order, any number of times."""
        if self._position is None:
            self._behind.set()
            return
        self._early.update({event.seq: event for event in events if event.seq > self._position})
        self._deliver_early()
        if len(self._early) > _MAX_EARLY:
            self._read_missing()
        elif self._early and self._grace_timer is None:
            self._grace_timer = asyncio.get_running_loop().call_later(
                _GRACE_SECONDS, self._end_grace
            )

    def _deliver_early(self) -> None:
        while (event := self._early.pop(self.position + 1, None)) is not None:
            self._deliver(event)

    def _end_grace(self) -> None:
        """Read from the log unless the missing events have arrived meanwhile."""
        self._grace_timer = None
        self._early = {seq: item for seq, item in self._early.items() if seq > self.position}
        if self._early:
            self._read_missing()

    def _read_missing(self) -> None:
        """Drop the early events and read the log: it has them and the missing ones."""
        self._early.clear()
        self._behind.set()

    async def _read_page(self, after: int) -> bool:
        events = await self._with_timeout(self._read_after(after, PAGE))
        for start in range(0, len(events), _YIELD_EVERY):
            for event in events[start : start + _YIELD_EVERY]:
                self._take_from_log(event)
            # A whole page at once would overflow the buffers of readers that are not slow.
            await asyncio.sleep(0)
        return len(events) >= PAGE

    def _take_from_log(self, event: RecordedEvent) -> None:
        # Not `== position + 1`: old rows may have been removed from the log.
        if event.seq > self.position:
            self.repaired += 1
            self._deliver(event)

    def _deliver(self, event: RecordedEvent) -> None:
        self._set_position(event.seq)
        self._fanout.publish(event)

    def _set_position(self, position: int) -> None:
        self._position = position
        self._moved.set()

    async def _listen(self) -> None:
        while True:
            async with self._bus.subscribe(self._channel, Bounded(1000)) as messages:
                self._subscribed.set()
                try:
                    async for message in messages:
                        self._receive(message)
                    return  # the bus was disconnected; `_watch` still reads the log
                except Overflow:
                    self._behind.set()

    def _receive(self, message: BusMessage) -> None:
        if isinstance(message, Resync):
            self._behind.set()
            return
        try:
            events = self._decode(message.message, self.position)
        except Exception:
            self.malformed += 1
            logger.warning("Cannot decode a bus message", exc_info=True)
        else:
            self.offer(events)

    async def _watch(self) -> None:
        while True:
            pause = self._interval if self._healthy else min(self._interval, _RETRY_SECONDS)
            is_behind = await self._is_behind_within(pause)
            await self._repair(self.catch_up if is_behind else self.compare)

    async def _is_behind_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self._behind.wait()
        except TimeoutError:
            return False

    async def _repair(self, repair: Callable[[], Awaitable[None]]) -> None:
        self._behind.clear()
        try:
            await repair()
        except Exception:
            self._healthy = False
            logger.warning("Cannot read the event log, retrying", exc_info=True)
        else:
            self._healthy = True

    async def _with_timeout(self, read: Awaitable[T]) -> T:
        async with asyncio.timeout(self._read_timeout):
            return await read
