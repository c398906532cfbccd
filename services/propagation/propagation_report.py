"""Reports the flags of this process: at once, every 200 ms while they spread, else every 2 s."""

import asyncio
import logging
from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.platform import background
from services.platform.shared_clock import SharedClock
from services.propagation import propagation_state as board
from services.propagation.delivery_acks import DeliveryAcks, Step, monotonic_ms
from services.propagation.propagation_roster import RosterMemory

logger = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
BUSY_SECONDS = 0.2


class Reporter:
    """Reports for one server process."""

    def __init__(self, redis: Redis, receipts: DeliveryAcks) -> None:
        """Report with every version that `receipts` note."""
        self._redis = redis
        self._receipts = receipts
        self._clock = SharedClock()
        self._wake = asyncio.Event()
        self._roster = RosterMemory(redis, receipts.name)
        self._sent: set[int] = set()
        self._looked_ms = 0
        self._task: asyncio.Task[None] | None = None
        receipts.on_step(lambda _version: self._wake.set())

    async def start(self) -> None:
        """Start reporting."""
        self._task = asyncio.create_task(self._run(), name="propagation")

    async def stop(self) -> None:
        """Stop, and report that, so that no version waits for this process."""
        await background.end(self._task)
        offset = self._clock.offset
        if offset is not None:
            with suppress(RedisError, OSError):
                name = self._receipts.name
                now = monotonic_ms() + offset
                await board.say_goodbye(self._redis, name, now, self._receipts.live)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._report()
                await self._look_after_roster()
            except (RedisError, OSError):
                logger.debug("propagation: Redis does not answer")
            except Exception:
                logger.exception("propagation: the report failed; it is repeated")
            await self._pause()

    async def _pause(self) -> None:
        # The first streams to have a version need a moment, and a thousand of them one report.
        await asyncio.sleep(BUSY_SECONDS)
        if any(step.dirty for step in self._receipts.steps):
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(BEAT_SECONDS - BUSY_SECONDS):
                await self._wake.wait()

    async def _look_after_roster(self) -> None:
        offset, now = self._clock.offset, monotonic_ms()
        if offset is not None and now - self._looked_ms >= BEAT_SECONDS * 1000:
            self._looked_ms = now
            await self._roster.look(now + offset)

    async def _report(self) -> None:
        offset = self._clock.offset
        before = monotonic_ms()
        if offset is None:
            self._clock.note(before, await board.redis_time(self._redis), monotonic_ms())
            offset = self._clock.offset
            assert offset is not None
            before = monotonic_ms()
        steps = self._receipts.steps
        # The newest each time: an emptied Redis has it again.
        sent = [step for step in steps if step.dirty or step is steps[-1]]
        await self._send(sent, before, offset)

    async def _send(self, steps: list[Step], before: int, offset: int) -> None:
        for step in steps:
            step.dirty = False
        dropped = sorted(self._sent - {step.version for step in self._receipts.steps})
        try:
            time = await board.report(
                self._redis,
                self._receipts.name,
                self._receipts.live,
                steps,
                dropped,
                now_ms=before,
                offset=offset,
                place=self._roster.place,
            )
        except BaseException:
            for step in steps:
                step.dirty = True
            raise
        self._clock.note(before, time, monotonic_ms())
        self._sent = {step.version for step in self._receipts.steps}
