"""Finds the first bad sample of a metric in the finest samples that are stored (L4)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import metrics as queries
from domain.metrics.criteria import Aggregation
from domain.metrics.metric_folds import EMPTY
from domain.metrics.metrics import PERCENTILES, measured, shortest_window
from domain.metrics.onsets import Step, first_bad, first_sample
from domain.platform.time_ranges import FINE, Tier, floor
from services.metrics.metric_reads import info_for

_STEP = timedelta(seconds=FINE)
_MICROSECOND = timedelta(microseconds=1)
# Aggregations that can judge a single sample.
_OF_ONE_SAMPLE = frozenset({Aggregation.LAST, Aggregation.AVG, *PERCENTILES})


@dataclass(frozen=True, slots=True)
class OnsetQuery:
    """A value that was judged bad at a moment, over the window before it."""

    metric: str
    aggregation: Aggregation
    window_seconds: int
    at: datetime
    not_before: datetime | None = None


async def first_bad_sample(
    session: AsyncSession, query: OnsetQuery, is_bad: Callable[[float], bool]
) -> datetime:
    """Return the time of the first bad sample, or of the judgement where none is stored.

    Metrics that processes fold themselves have a resolution of 10 s: the result is the start of
    those 10 s, see `domain.metrics.onsets.latest`.
    """
    seconds = max(query.window_seconds, shortest_window(query.metric))
    start = query.at - timedelta(seconds=seconds)
    if query.not_before is not None:
        start = min(max(start, query.not_before), query.at)
    at = first_bad(await _steps(session, query, start), is_bad)
    if at is None:
        return query.at
    within = await _samples(session, query, max(at, start), at + _STEP)
    return min(first_sample(at, within, query.aggregation in _OF_ONE_SAMPLE, is_bad), query.at)


async def _samples(
    session: AsyncSession, query: OnsetQuery, start: datetime, end: datetime
) -> list[Step]:
    info = await info_for(session, query.metric)
    samples = await queries.samples_between(
        session, info.parts or (query.metric,), start, min(end, query.at + _MICROSECOND)
    )
    return [Step(at, value) for at, value in samples]


async def _steps(session: AsyncSession, query: OnsetQuery, start: datetime) -> list[Step]:
    info = await info_for(session, query.metric)
    parts = info.parts or (query.metric,)
    spread = [query.metric] if query.aggregation in PERCENTILES else []
    tier = Tier(FINE, start, query.at + _MICROSECOND)
    by_bucket = await queries.folded(session, parts, [tier], step=_STEP, spread=spread)
    steps, at = [], floor(start, FINE)
    while at <= query.at:
        folds = {part: by_bucket.get((at, part), EMPTY) for part in parts}
        number = measured(query.metric, query.aggregation, folds, FINE, info)
        steps.append(Step(at, number.value))
        at += _STEP
    return steps
