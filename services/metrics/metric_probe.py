"""Reads metrics for criteria and limits: a value, or the reason why there is none (A10)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.session import Database
from domain.errors import DependencyDown, LaunchError
from domain.metrics.criteria import Aggregation
from domain.metrics.metrics import SHORTEST_SECONDS, Measurement
from domain.metrics.readings import MetricReading
from services.metrics import metric_reads

logger = logging.getLogger(__name__)

Measure = Callable[
    [AsyncSession, str, Aggregation, int, datetime, datetime | None], Awaitable[Measurement]
]
LIMIT_SECONDS = 5.0
_MAX_SESSIONS = 4  # at once, which leaves sessions for everything else


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """A request for one value over a window; samples before `not_before` do not count."""

    metric: str
    aggregation: Aggregation
    window_seconds: int
    not_before: datetime | None = None

    def at(self, now: datetime) -> "MetricQuery":
        """Return an equal query for all runs that are older than the window."""
        start = now - timedelta(seconds=max(self.window_seconds, SHORTEST_SECONDS))
        is_past = self.not_before is not None and self.not_before <= start
        return replace(self, not_before=None) if is_past else self


class MetricReader:
    """Reads metrics for one tick; each value is measured once, however often it is requested."""

    def __init__(
        self,
        db: Database,
        measure: Measure = metric_reads.measure,
        limit_seconds: float = LIMIT_SECONDS,
    ) -> None:
        """`measure` may take `limit_seconds` for one value."""
        self._db = db
        self._measure = measure
        self._limit = limit_seconds
        self._readings: dict[MetricQuery, MetricReading] = {}

    async def read_all(self, metric_queries: Sequence[MetricQuery]) -> list[MetricReading]:
        """Return all readings in order, reading a few at a time."""
        now = self._db.clock()
        requested = [query.at(now) for query in metric_queries]
        new = [item for item in dict.fromkeys(requested) if item not in self._readings]
        self._readings |= zip(new, await self._read_each(new), strict=True)
        return [self._readings[item] for item in requested]

    async def _read_each(self, metric_queries: Sequence[MetricQuery]) -> list[MetricReading]:
        gate = asyncio.Semaphore(_MAX_SESSIONS)

        async def read(query: MetricQuery) -> MetricReading:
            async with gate:
                return await self.read(query)

        return list(await asyncio.gather(*map(read, metric_queries)))

    async def read(self, query: MetricQuery) -> MetricReading:
        """Return one reading. An error becomes its `problem` and is never raised."""
        try:
            async with asyncio.timeout(self._limit), self._db.read() as session:
                measurement = await self._measure(
                    session,
                    query.metric,
                    query.aggregation,
                    query.window_seconds,
                    self._db.clock(),
                    query.not_before,
                )
        except TimeoutError:
            return MetricReading(None, 0, f"no answer within {self._limit:g} s")
        except DependencyDown:
            return MetricReading(None, 0, "the database does not answer")
        except LaunchError as error:
            return MetricReading(None, 0, error.message)
        except Exception as error:
            logger.exception("metrics: %s could not be measured", query.metric)
            return MetricReading(None, 0, f"{type(error).__name__} in the provider")
        return MetricReading(measurement.value, measurement.samples, unit=measurement.unit)
