"""Finds the first bad sample of a metric, read from the finest samples that are stored (L4)."""

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
# What one sample alone can be judged by.
_OF_ONE_SAMPLE = frozenset({Aggregation.LAST, Aggregation.AVG, *PERCENTILES})


@dataclass(frozen=True, slots=True)
class OnsetQuery:
    """A number that was judged bad at a moment, over the seconds before it."""

    metric: str
    aggregation: Aggregation
    window_seconds: int
    at: datetime
    not_before: datetime | None = None


async def first_bad_sample(
    session: AsyncSession, judged: OnsetQuery, is_bad: Callable[[float], bool]
) -> datetime:
    """The first bad sample; where none is stored, when it was judged.

    What processes fold themselves has no finer time than 10 s: then it is the beginning of those,
    see `domain.metrics.onsets.latest`.
    """
    seconds = max(judged.window_seconds, shortest_window(judged.metric))
    start = judged.at - timedelta(seconds=seconds)
    if judged.not_before is not None:
        start = min(max(start, judged.not_before), judged.at)
    at = first_bad(await _steps(session, judged, start), is_bad)
    if at is None:
        return judged.at
    within = await _samples(session, judged, max(at, start), at + _STEP)
    return min(first_sample(at, within, judged.aggregation in _OF_ONE_SAMPLE, is_bad), judged.at)


async def _samples(
    session: AsyncSession, judged: OnsetQuery, start: datetime, end: datetime
) -> list[Step]:
    info = await info_for(session, judged.metric)
    found = await queries.samples_between(
        session, info.parts or (judged.metric,), start, min(end, judged.at + _MICROSECOND)
    )
    return [Step(at, value) for at, value in found]


async def _steps(session: AsyncSession, judged: OnsetQuery, start: datetime) -> list[Step]:
    info = await info_for(session, judged.metric)
    parts = info.parts or (judged.metric,)
    spread = [judged.metric] if judged.aggregation in PERCENTILES else []
    tier = Tier(FINE, start, judged.at + _MICROSECOND)
    found = await queries.folded(session, parts, [tier], step=_STEP, spread=spread)
    steps, at = [], floor(start, FINE)
    while at <= judged.at:
        folds = {part: found.get((at, part), EMPTY) for part in parts}
        number = measured(judged.metric, judged.aggregation, folds, FINE, info)
        steps.append(Step(at, number.value))
        at += _STEP
    return steps
