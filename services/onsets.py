"""Finds the first bad sample of a metric, read from the finest samples that are stored (L4)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import metrics as queries
from domain.criteria import Aggregation
from domain.metric_folds import EMPTY
from domain.metrics import PERCENTILES, measured, shortest_window
from domain.onsets import Step, first_bad
from domain.windows import FINE, Tier, floor
from services.metric_reads import info_for

_STEP = timedelta(seconds=FINE)


@dataclass(frozen=True, slots=True)
class Judged:
    """A number that was judged bad at a moment, over the seconds before it."""

    metric: str
    aggregation: Aggregation
    window_seconds: int
    at: datetime
    not_before: datetime | None = None


async def first_bad_sample(
    session: AsyncSession, judged: Judged, is_bad: Callable[[float], bool]
) -> datetime:
    """The beginning of the first 10 s that were bad; where none is stored, when it was judged."""
    seconds = max(judged.window_seconds, shortest_window(judged.metric))
    start = judged.at - timedelta(seconds=seconds)
    if judged.not_before is not None:
        start = min(max(start, judged.not_before), judged.at)
    at = first_bad(await _steps(session, judged, start), is_bad)
    return judged.at if at is None else min(max(at, start), judged.at)


async def _steps(session: AsyncSession, judged: Judged, start: datetime) -> list[Step]:
    info = await info_for(session, judged.metric)
    parts = info.parts or (judged.metric,)
    spread = [judged.metric] if judged.aggregation in PERCENTILES else []
    tier = Tier(FINE, start, judged.at + timedelta(microseconds=1))
    found = await queries.folded(session, parts, [tier], step=_STEP, spread=spread)
    steps, at = [], floor(start, FINE)
    while at <= judged.at:
        folds = {part: found.get((at, part), EMPTY) for part in parts}
        number = measured(judged.metric, judged.aggregation, folds, FINE, info)
        steps.append(Step(at, number.value))
        at += _STEP
    return steps
