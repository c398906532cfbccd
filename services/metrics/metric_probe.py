"""Looks at metrics for those who judge: an answer, or the reason why there is none (A10)."""

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
_AT_ONCE = 4  # sessions of one judge, so that it leaves some to everybody else


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """One number over a window; nothing from before `not_before` counts."""

    metric: str
    aggregation: Aggregation
    window_seconds: int
    not_before: datetime | None = None

    def at(self, now: datetime) -> "MetricQuery":
        """The same for all runs that are older than the window."""
        start = now - timedelta(seconds=max(self.window_seconds, SHORTEST_SECONDS))
        is_past = self.not_before is not None and self.not_before <= start
        return replace(self, not_before=None) if is_past else self


class MetricReader:
    """How one tick looks at metrics: it measures each number once, whoever asks for it."""

    def __init__(
        self,
        db: Database,
        measure: Measure = metric_reads.measure,
        limit_seconds: float = LIMIT_SECONDS,
    ) -> None:
        """`measure` may take `limit_seconds` for one number."""
        self._db = db
        self._measure = measure
        self._limit = limit_seconds
        self._looks: dict[MetricQuery, MetricReading] = {}

    async def read_all(self, questions: Sequence[MetricQuery]) -> list[MetricReading]:
        """All answers, in order; a few at a time."""
        now = self._db.clock()
        wanted = [question.at(now) for question in questions]
        new = [item for item in dict.fromkeys(wanted) if item not in self._looks]
        self._looks |= zip(new, await self._look_each(new), strict=True)
        return [self._looks[item] for item in wanted]

    async def _look_each(self, questions: Sequence[MetricQuery]) -> list[MetricReading]:
        gate = asyncio.Semaphore(_AT_ONCE)

        async def read(question: MetricQuery) -> MetricReading:
            async with gate:
                return await self.read(question)

        return list(await asyncio.gather(*map(read, questions)))

    async def read(self, question: MetricQuery) -> MetricReading:
        """One answer; whatever goes wrong is one too, and never fails the caller."""
        try:
            async with asyncio.timeout(self._limit), self._db.read() as session:
                found = await self._measure(
                    session,
                    question.metric,
                    question.aggregation,
                    question.window_seconds,
                    self._db.clock(),
                    question.not_before,
                )
        except TimeoutError:
            return MetricReading(None, 0, f"no answer within {self._limit:g} s")
        except DependencyDown:
            return MetricReading(None, 0, "the database does not answer")
        except LaunchError as error:
            return MetricReading(None, 0, error.message)
        except Exception as error:
            logger.exception("metrics: %s could not be measured", question.metric)
            return MetricReading(None, 0, f"{type(error).__name__} in the provider")
        return MetricReading(found.value, found.samples, unit=found.unit)
