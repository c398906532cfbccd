"""Numbers over windows: measurements, cards and series (S26, S79, S81)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import custom_metrics
from db.queries import metrics as queries
from domain.metrics import metrics as rules
from domain.metrics.criteria import Aggregation
from domain.metrics.metric_cards import Card
from domain.metrics.metric_folds import EMPTY, Folded
from domain.metrics.metrics import (
    MAX_METRICS,
    OWN,
    Measurement,
    MetricInfo,
    check_fitting,
    info_of,
    is_custom,
    measured,
    names_in,
    settled_info,
    unknown_metric,
)
from domain.platform.time_ranges import TimeRange, floor
from services.metrics import metric_spans as spans
from services.metrics.metric_spans import Span


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a chart; no value is a gap."""

    at: datetime
    value: float | None
    samples: int


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a chart."""

    name: str
    unit: str
    aggregation: Aggregation
    step: timedelta
    points: Sequence[Point]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Snapshot:
    """What the metrics page shows at one moment."""

    at: datetime
    range: TimeRange
    signups: Card
    connections: Card
    average_response_time: Card
    error_rate: Card
    performance: Sequence[Series]


async def measure(
    session: AsyncSession,
    metric: str,
    aggregation: Aggregation,
    window_seconds: int,
    now: datetime,
    not_before: datetime | None = None,
) -> Measurement:
    """One number over the seconds before now, of what happened after `not_before` (A9).

    What processes count themselves is looked at over 20 s at least.
    """
    info = await info_for(session, metric)
    check_fitting(metric, aggregation, info)
    start = now - timedelta(seconds=max(window_seconds, rules.shortest_window(metric)))
    if not_before is not None:
        start = min(max(start, not_before), now)
    span = await spans.known(session, Span(start, now))
    found = await _folded(session, _parts(metric), span, _spread([(metric, aggregation)]))
    number = measured(metric, aggregation, found, (now - start).total_seconds(), info)
    return replace(number, unit=info.unit)


async def info_for(session: AsyncSession, metric: str) -> MetricInfo:
    """Of our own as the code says, of others as they sent it (L13); raises Invalid."""
    if metric in OWN:
        return OWN[metric]
    names = names_in(metric)
    if not all(map(is_custom, names)):
        raise unknown_metric(metric, await custom_metrics.matching(session, "", MAX_METRICS))
    return settled_info(metric, await custom_metrics.infos_of(session, names))


async def snapshot(
    session: AsyncSession, window: TimeRange, now: datetime, phase_id: UUID | None = None
) -> Snapshot:
    """The cards and the charts of one range."""
    span = await spans.span_of(session, window, now, phase_id)
    names = [rules.SIGNUPS, rules.CONNECTIONS, rules.RESPONSE_TIME, *_parts(rules.ERROR_RATE)]
    here = await _folded(session, names, span)
    before = await _folded(session, names, span.previous)

    def card(key: str, title: str, metric: str, how: Aggregation, good: bool) -> Card:
        seconds = (span.end - span.start).total_seconds()
        value = measured(metric, how, here, seconds).value
        earlier = measured(metric, how, before, seconds).value
        return Card(key, title, info_of(metric).unit, value, earlier, higher_is_better=good)

    return Snapshot(
        at=now,
        range=window,
        signups=card("signups", "New Signups", rules.SIGNUPS, Aggregation.SUM, True),
        connections=card(
            "connections", "Successful Connections", rules.CONNECTIONS, Aggregation.SUM, True
        ),
        average_response_time=card(
            "response_time", "Average Response Time", rules.RESPONSE_TIME, Aggregation.AVG, False
        ),
        error_rate=card("error_rate", "Error Rate", rules.ERROR_RATE, Aggregation.AVG, False),
        performance=await _lines(
            session,
            span,
            (
                (rules.RESPONSE_TIME, Aggregation.P50),
                (rules.RESPONSE_TIME, Aggregation.P95),
                (rules.ERROR_RATE, Aggregation.AVG),
            ),
        ),
    )


async def series(
    session: AsyncSession,
    metric: str,
    aggregation: Aggregation,
    span: Span,
    tags: Mapping[str, str],
) -> Series:
    """One line; raises Invalid for an unknown metric or a number that it cannot have."""
    info = await info_for(session, metric)
    check_fitting(metric, aggregation, info)
    (line,) = await _lines(session, span, ((metric, aggregation),), tags, {metric: info})
    return line


async def _lines(
    session: AsyncSession,
    span: Span,
    wanted: Sequence[tuple[str, Aggregation]],
    tags: Mapping[str, str] | None = None,
    infos: Mapping[str, MetricInfo] = OWN,
) -> list[Series]:
    names = {part for metric, _ in wanted for part in _parts(metric)}
    found = await queries.folded(
        session,
        sorted(names),
        span.tiers,
        step=span.step,
        tags=json.dumps(dict(tags or {})),
        spread=_spread(wanted),
    )
    return [_line(metric, how, span, found, infos[metric]) for metric, how in wanted]


def _line(
    metric: str,
    how: Aggregation,
    span: Span,
    found: Mapping[queries.Bucket, Folded],
    info: MetricInfo,
) -> Series:
    points, at = [], floor(span.start, int(span.step.total_seconds()))
    while at < span.end:
        folds = {part: found.get((at, part), EMPTY) for part in _parts(metric)}
        here = min(at + span.step, span.end) - max(at, span.start)
        number = measured(metric, how, folds, here.total_seconds(), info)
        points.append(Point(at, number.value, number.samples))
        at += span.step
    return Series(metric, info.unit, how, span.step, points)


async def _folded(
    session: AsyncSession, names: Sequence[str], span: Span, spread: Sequence[str] = ()
) -> dict[str, Folded]:
    found = await queries.folded(session, names, span.whole, spread=spread)
    return {name: item for (_, name), item in found.items()}


def _spread(wanted: Sequence[tuple[str, Aggregation]]) -> list[str]:
    """The metrics of which more than sums is needed."""
    return sorted({metric for metric, how in wanted if how in rules.PERCENTILES})


def _parts(metric: str) -> tuple[str, ...]:
    return info_of(metric).parts or (metric,)
