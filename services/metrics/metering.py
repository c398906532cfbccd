"""Counts what this process does, and stores the counts at intervals (S63, S69)."""

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

BACKLOG = 720  # batches kept while the database is down: two hours
_MAX_BATCHES = 60
_GAUGE_SECONDS = 1.0  # between two readings of the gauges
_TICK = timedelta(microseconds=1)


@dataclass(slots=True)
class Tally:
    """Counts of requests. Counting one takes a few additions."""

    requests: int = 0
    errors: int = 0
    timed: int = 0
    total: float = 0.0
    least: float = inf
    most: float = -inf
    last: float = 0.0
    histogram: dict[int, int] = field(default_factory=dict)

    def count(self, seconds: float | None, *, failed: bool) -> None:
        """Count one response; `seconds` is None where no client was waiting for it."""
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
        """Return the counts by metric; empty where nothing was counted."""
        folds_by_metric: dict[str, Folded] = {}
        if self.requests:
            folds_by_metric = {REQUESTS: single(self.requests), REQUEST_ERRORS: single(self.errors)}
        if self.timed:
            folds_by_metric[RESPONSE_TIME] = Folded(
                self.timed, self.total, self.least, self.most, self.last, dict(self.histogram)
            )
        return folds_by_metric


class Meter:
    """Counts in one process. Counting never waits; counts that cannot be stored stay in memory."""

    def __init__(self, db: Database, interval_seconds: float) -> None:
        """`interval_seconds` is the time between two writes to the database."""
        self.sockets = 0  # open at this moment
        self._db = db
        self._interval = interval_seconds
        self._source = uuid4().hex
        self._tally = Tally()
        self._gauges: dict[str, Callable[[], float]] = {}
        self._levels: dict[str, Folded] = {}
        self._totals: dict[str, Folded] = {}
        # Batches that are not stored yet, oldest first.
        self.waiting: deque[tuple[datetime, Mapping[str, Folded]]] = deque(maxlen=BACKLOG)
        self._last_batch_at: datetime | None = None
        self._flushing = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    def count(self, seconds: float | None, *, failed: bool) -> None:
        """Count one response; `failed` only where the server is at fault, not the caller."""
        self._tally.count(seconds, failed=failed)

    def observe(self, metric: str, milliseconds: float) -> None:
        """Record one duration of something other than a request."""
        value = max(milliseconds, 0.0)
        self._add(metric, Folded(1, value, value, value, value, {bucket_of(value): 1}))

    def watch(self, metric: str, read: Callable[[], float]) -> None:
        """Read a gauge every second."""
        self._gauges[metric] = read

    def read_gauges(self) -> None:
        """Read all gauges now; an error in one does not affect the others (S63)."""
        for metric, read in self._gauges.items():
            try:
                self._record_level(metric, float(read()))
            except Exception:
                logger.exception("metrics: %s cannot be read", metric)

    def so_far(self) -> Mapping[str, Folded]:
        """Return all counts since the process started, stored or not."""
        return _merge(self._totals, self._tally.folds() | self._levels)

    async def start(self) -> None:
        """Start reading gauges and storing counts."""
        runs = {"metering": self._run(), "metering-levels": self._watch()}
        self._tasks = [asyncio.create_task(run, name=name) for name, run in runs.items()]

    async def stop(self) -> None:
        """Store the rest. A database that does not answer delays the end by a second at most."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            await end(task)
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await self.flush()

    async def flush(self) -> None:
        """Store the counts now. Those that cannot be stored keep their time for a later write."""
        async with self._flushing:
            self.take()
            batch = list(self.waiting)[:_MAX_BATCHES]
            if batch and await self._store(batch):
                for _ in batch:
                    self.waiting.popleft()

    def take(self) -> None:
        """Move the current counts to the batches that wait to be stored."""
        counts = self._tally.folds() | self._levels
        self._tally, self._levels = Tally(), {}
        if not counts:
            return
        self._totals = _merge(self._totals, counts)
        now = self._db.clock()
        # Two batches with one time would count as a repeat of the same one.
        if self._last_batch_at is not None and now <= self._last_batch_at:
            now = self._last_batch_at + _TICK
        self._last_batch_at = now
        self.waiting.append((now, counts))

    async def _store(self, batch: list[tuple[datetime, Mapping[str, Folded]]]) -> bool:
        try:
            async with self._db.write() as uow:
                await hand_over(uow, self._source, batch)
        except Exception as error:
            logger.warning("metrics: %d batches are not stored yet: %r", len(self.waiting), error)
            return False
        return True

    def _record_level(self, metric: str, value: float) -> None:
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
            due = clock() + _GAUGE_SECONDS
            await asyncio.sleep(_GAUGE_SECONDS)
            # The delay of this wake-up is the delay of everything in this process (S69).
            self._record_level(LOOP_LAG, max(clock() - due, 0.0) * 1000)
            self.read_gauges()


def _merge(one: Mapping[str, Folded], two: Mapping[str, Folded]) -> dict[str, Folded]:
    merged = dict(one)
    for metric, folded in two.items():
        merged[metric] = merged[metric].plus(folded) if metric in merged else folded
    return merged
