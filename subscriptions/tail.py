"""The event log as this process sees it: every event once, in order, whatever the bus loses.

Sequences are dense and in commit order, so `position + 1` is the only event that may come next.
Processes number and publish beside each other, so what comes early waits a moment. After that it is
a sign that something was missed, which is read from the log instead.
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
_RETRY = 1.0  # seconds after a failed read
_TURN = 50  # events of a page handed out before the readers get their turn
_GRACE = 0.05  # seconds in which the message of another process may come that was sent before
_EARLY = 1_000  # events that wait for one before them


class EventTail:
    """One a process. `decode` makes the events after a position of a bus message."""

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
        self.rewinds = 0  # how often the log went back: a backup was restored
        self._bus = bus
        self._channel = channel
        self._decode = decode
        self._read_after = read_after
        self._read_head = read_head
        self._interval = interval
        self._read_timeout = read_timeout
        self._fanout: Fanout[RecordedEvent] = Fanout()
        self._position: int | None = None
        self._early: dict[int, RecordedEvent] = {}  # that came before their turn
        self._grace: asyncio.TimerHandle | None = None
        self._healthy = True
        self._behind = asyncio.Event()
        self._moved = asyncio.Event()
        self._subscribed = asyncio.Event()
        self._catching_up = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def position(self) -> int:
        """The newest sequence that was delivered; 0 until the log was first reached."""
        return self._position or 0

    @property
    def ready(self) -> bool:
        """True once the log was reached and events are delivered."""
        return self._position is not None

    @property
    def live(self) -> int:
        """How many streams read from it (S74)."""
        return self._fanout.live

    async def start(self) -> None:
        """Begin at the newest event. Without database or Redis it goes on trying by itself."""
        self._tasks = [asyncio.create_task(self._listen())]
        # The bus comes first, or an event between the two would be lost.
        await self._subscribed.wait()
        await self._try(self.catch_up)
        self._tasks.append(asyncio.create_task(self._watch()))

    async def stop(self) -> None:
        """Stop and end every stream."""
        tasks, self._tasks = self._tasks, []
        if self._grace is not None:
            self._grace.cancel()
        await background.end(*tasks)
        self._fanout.close()

    def subscribe(
        self,
        buffer: Buffer[RecordedEvent],
        matches: Callable[[RecordedEvent], bool] | None = None,
    ) -> Subscription[RecordedEvent]:
        """Events after `position`. A snapshot taken later may already hold the first of them."""
        return self._fanout.subscribe(buffer, matches)

    async def wait_for(self, seq: int, timeout: float) -> None:  # noqa: ASYNC109
        """Wait until the event is delivered; 0 waits only for `ready`. Raises `TimeoutError`."""
        async with asyncio.timeout(timeout):
            while self._position is None or self._position < seq:
                self._moved.clear()
                await self._moved.wait()

    async def catch_up(self) -> None:
        """Deliver all that the log has after `position`. Raises what the reads raise."""
        async with self._catching_up:
            if self._position is None:
                self._move(await self._limited(self._read_head()))
                return
            while await self._read_page(self._position):
                pass

    async def compare(self) -> None:
        """Look where the log is, and follow it: also back. Raises what the reads raise."""
        before = self._position
        head = await self._limited(self._read_head())
        if before is not None and head < before:
            # Only a restored backup has fewer events than we have seen. To wait for the old
            # position would hide all the new ones.
            logger.error("The event log went back from %d to %d", before, head)
            self.rewinds += 1
            self._early.clear()
            self._move(head)
        elif before is None or head > self.position:
            await self.catch_up()

    def offer(self, events: Sequence[RecordedEvent]) -> None:
        """Take committed events from any source, in any order, any number of times."""
        if self._position is None:
            self._behind.set()
            return
        self._early.update({event.seq: event for event in events if event.seq > self._position})
        self._deliver_early()
        if len(self._early) > _EARLY:
            self._miss()
        elif self._early and self._grace is None:
            self._grace = asyncio.get_running_loop().call_later(_GRACE, self._end_grace)

    def _deliver_early(self) -> None:
        while (event := self._early.pop(self.position + 1, None)) is not None:
            self._deliver(event)

    def _end_grace(self) -> None:
        """What the log has given meanwhile is waited for by nobody."""
        self._grace = None
        self._early = {seq: item for seq, item in self._early.items() if seq > self.position}
        if self._early:
            self._miss()

    def _miss(self) -> None:
        """What is missing is in the log, and so is all that waits for it."""
        self._early.clear()
        self._behind.set()

    async def _read_page(self, after: int) -> bool:
        events = await self._limited(self._read_after(after, PAGE))
        for start in range(0, len(events), _TURN):
            for event in events[start : start + _TURN]:
                self._take_from_log(event)
            # A page at once would overflow readers that are not slow at all.
            await asyncio.sleep(0)
        return len(events) >= PAGE

    def _take_from_log(self, event: RecordedEvent) -> None:
        # Only `>`: what the log no longer has, because old rows were removed, never comes.
        if event.seq > self.position:
            self.repaired += 1
            self._deliver(event)

    def _deliver(self, event: RecordedEvent) -> None:
        self._move(event.seq)
        self._fanout.publish(event)

    def _move(self, position: int) -> None:
        self._position = position
        self._moved.set()

    async def _listen(self) -> None:
        while True:
            async with self._bus.subscribe(self._channel, Bounded(1000)) as messages:
                self._subscribed.set()
                try:
                    async for message in messages:
                        self._receive(message)
                    return  # the bus was disconnected; the log is still watched
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
            logger.warning("A bus message could not be decoded", exc_info=True)
        else:
            self.offer(events)

    async def _watch(self) -> None:
        while True:
            pause = self._interval if self._healthy else min(self._interval, _RETRY)
            hurried = await self._is_behind_within(pause)
            await self._try(self.catch_up if hurried else self.compare)

    async def _is_behind_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self._behind.wait()
        except TimeoutError:
            return False

    async def _try(self, repair: Callable[[], Awaitable[None]]) -> None:
        self._behind.clear()
        try:
            await repair()
        except Exception:
            self._healthy = False
            logger.warning("The event log cannot be read, trying again", exc_info=True)
        else:
            self._healthy = True

    async def _limited(self, read: Awaitable[T]) -> T:
        async with asyncio.timeout(self._read_timeout):
            return await read
