"""Counts what this process does, and hands it to the database now and then (S63, S69)."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from uuid import uuid4

from db.session import Database
from domain.metrics.metric_folds import Folded, bucket_of, single
from domain.metrics.metrics import LOOP_LAG, REQUEST_ERRORS, REQUESTS, RESPONSE_TIME
from services.metrics.metric_samples import hand_over
from services.platform.background import end

logger = logging.getLogger(__name__)

BACKLOG = 720  # hand-overs kept while the database is away: two hours
_MAX_AT_ONCE = 60
_LOOK_SECONDS = 1.0  # between two looks at what goes up and down
_TICK = timedelta(microseconds=1)


@dataclass(slots=True)
class Tally:
    """Requests since some moment. Counting one is a few additions."""

    requests: int = 0
    errors: int = 0
    timed: int = 0
    total: float = 0.0
    least: float = inf
    most: float = -inf
    last: float = 0.0
    histogram: dict[int, int] = field(default_factory=dict)

    def count(self, seconds: float | None, *, failed: bool) -> None:
        """One answer; without seconds nobody was waiting for it."""
        self.requests += 1
        self.errors += failed
        if seconds is None:
            return
        self.last = milliseconds = seconds * 1000
        self.timed += 1
        self.total += milliseconds
        self.least, self.most = min(self.least, milliseconds), max(self.most, milliseconds)
        bucket = bucket_of(milliseconds)
        self.histogram[bucket] = self.histogram.get(bucket, 0) + 1

    def folds(self) -> dict[str, Folded]:
        """By metric; nothing where nothing was counted."""
        found: dict[str, Folded] = {}
        if self.requests:
            found = {REQUESTS: single(self.requests), REQUEST_ERRORS: single(self.errors)}
        if self.timed:
            found[RESPONSE_TIME] = Folded(
                self.timed, self.total, self.least, self.most, self.last, dict(self.histogram)
            )
        return found


class Meter:
    """One a process. Nothing that counts waits; what cannot be stored waits in memory."""

    def __init__(self, db: Database, interval_seconds: float) -> None:
        """`interval_seconds` between two hand-overs."""
        self.sockets = 0  # open at this moment
        self._db = db
        self._interval = interval_seconds
        self._source = uuid4().hex
        self._tally = Tally()
        self._gauges: dict[str, Callable[[], float]] = {}
        self._levels: dict[str, Folded] = {}
        self._handed: dict[str, Folded] = {}
        # What is not stored yet, the oldest first.
        self.waiting: deque[tuple[datetime, Mapping[str, Folded]]] = deque(maxlen=BACKLOG)
        self._newest: datetime | None = None
        self._flushing = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    def count(self, seconds: float | None, *, failed: bool) -> None:
        """One request that was answered; failed is our fault, not the caller's."""
        self._tally.count(seconds, failed=failed)

    def observe(self, metric: str, milliseconds: float) -> None:
        """One duration of something else than a request."""
        value = max(milliseconds, 0.0)
        self._add(metric, Folded(1, value, value, value, value, {bucket_of(value): 1}))

    def watch(self, metric: str, read: Callable[[], float]) -> None:
        """Look every second at something that goes up and down."""
        self._gauges[metric] = read

    def look(self) -> None:
        """Look at everything now; what fails takes nothing from the others (S63)."""
        for metric, read in self._gauges.items():
            try:
                self._see(metric, float(read()))
            except Exception:
                logger.exception("metrics: %s cannot be read", metric)

    def so_far(self) -> Mapping[str, Folded]:
        """Everything since the process began, handed over or not."""
        return _together(self._handed, self._tally.folds() | self._levels)

    async def start(self) -> None:
        """Look and hand over regularly from now on."""
        runs = {"metering": self._run(), "metering-levels": self._watch()}
        self._tasks = [asyncio.create_task(run, name=name) for name, run in runs.items()]

    async def stop(self) -> None:
        """Hand over the rest; a database that is away does not hold up the end."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            await end(task)
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await self.flush()

    async def flush(self) -> None:
        """Hand over now. What cannot be stored keeps its time and is stored later."""
        async with self._flushing:
            self.take()
            batch = list(self.waiting)[:_MAX_AT_ONCE]
            if batch and await self._stored(batch):
                for _ in batch:
                    self.waiting.popleft()

    def take(self) -> None:
        """Begin to count anew; what was counted waits to be handed over."""
        found = self._tally.folds() | self._levels
        self._tally, self._levels = Tally(), {}
        if not found:
            return
        self._handed = _together(self._handed, found)
        now = self._db.clock()
        # A moment twice would count as the same hand-over sent again.
        if self._newest is not None and now <= self._newest:
            now = self._newest + _TICK
        self._newest = now
        self.waiting.append((now, found))

    async def _stored(self, batch: list[tuple[datetime, Mapping[str, Folded]]]) -> bool:
        try:
            async with self._db.write() as uow:
                await hand_over(uow, self._source, batch)
        except Exception as error:
            logger.warning("metrics: %d hand-overs wait: %r", len(self.waiting), error)
            return False
        return True

    def _see(self, metric: str, value: float) -> None:
        self._add(metric, single(value))

    def _add(self, metric: str, now: Folded) -> None:
        before = self._levels.get(metric)
        self._levels[metric] = now if before is None else before.plus(now)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._interval)
            await self.flush()

    async def _watch(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            due = clock() + _LOOK_SECONDS
            await asyncio.sleep(_LOOK_SECONDS)
            # By how much it wakes late, everything in this process was late (S69).
            self._see(LOOP_LAG, max(clock() - due, 0.0) * 1000)
            self.look()


def _together(one: Mapping[str, Folded], two: Mapping[str, Folded]) -> dict[str, Folded]:
    found = dict(one)
    for metric, folded in two.items():
        found[metric] = found[metric].plus(folded) if metric in found else folded
    return found
