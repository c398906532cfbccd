"""Counts what this process does, and hands it to the database now and then (SPEC S63, S69)."""

import asyncio
import logging
from collections import deque
from contextlib import suppress
from datetime import datetime
from uuid import uuid4

from db.queries import metrics as queries
from db.session import Database
from domain.metrics import REQUEST_ERRORS, REQUESTS, RESPONSE_TIME, Folded, bucket_of
from services.background import end

logger = logging.getLogger(__name__)

_BACKLOG = 720  # hand-overs kept while the database is away: two hours
_MOST_AT_ONCE = 60


class Meter:
    """One a process. Counting is a few additions; nothing here waits."""

    def __init__(self, db: Database, interval_seconds: float) -> None:
        """`interval_seconds` between two hand-overs."""
        self._db = db
        self._interval = interval_seconds
        self._source = uuid4().hex
        self._requests = self._errors = 0
        self._times = Folded()
        self._histogram: dict[int, int] = {}
        self._total = 0.0
        self._least, self._most, self._last = 0.0, 0.0, 0.0
        self.requests_seen = self.errors_seen = 0
        self.times_seen = Folded()
        self._waiting: deque[tuple[datetime, dict[str, Folded]]] = deque(maxlen=_BACKLOG)
        self._task: asyncio.Task[None] | None = None

    def count(self, seconds: float, *, failed: bool) -> None:
        """One request that was answered; failed is our fault, not the caller's."""
        milliseconds = seconds * 1000
        if not self._requests:
            self._least = self._most = milliseconds
        self._requests += 1
        self._errors += failed
        self._total += milliseconds
        self._least, self._most = min(self._least, milliseconds), max(self._most, milliseconds)
        self._last = milliseconds
        bucket = bucket_of(milliseconds)
        self._histogram[bucket] = self._histogram.get(bucket, 0) + 1

    def take(self) -> dict[str, Folded]:
        """What was counted since the last time; counting begins anew."""
        requests, errors = self._requests, self._errors
        if not requests:
            return {}
        times = Folded(requests, self._total, self._least, self._most, self._last, self._histogram)
        self._requests = self._errors = 0
        self._total, self._histogram = 0.0, {}
        self.requests_seen += requests
        self.errors_seen += errors
        self.times_seen = self.times_seen.plus(times)
        return {
            REQUESTS: _counted(requests),
            REQUEST_ERRORS: _counted(errors),
            RESPONSE_TIME: times,
        }

    def keep(self) -> None:
        """Count what was taken so far into `..._seen`, without handing it over yet."""
        counted = self.take()
        if counted:
            self._waiting.append((self._db.clock(), counted))

    async def start(self) -> None:
        """Hand over regularly from now on."""
        self._task = asyncio.create_task(self._run(), name="metering")

    async def stop(self) -> None:
        """Hand over the rest; a database that is away does not hold up the end."""
        if self._task is not None:
            await end(self._task)
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await self.flush()

    async def flush(self) -> None:
        """Hand over now. What cannot be stored keeps its time and is stored later."""
        self.keep()
        if not self._waiting:
            return
        batch = list(self._waiting)[:_MOST_AT_ONCE]
        try:
            async with self._db.write() as uow:
                for at, folds in batch:
                    await queries.add_folds(uow.session, self._source, at, folds)
        except Exception as error:
            logger.warning("metrics: %d hand-overs wait: %r", len(self._waiting), error)
            return
        for _ in batch:
            self._waiting.popleft()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._interval)
            await self.flush()


def _counted(count: int) -> Folded:
    return Folded(1, float(count), float(count), float(count), float(count))
