"""Reads metrics over windows: measurements, cards and series (S26, S79, S81)."""

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
    """One point of a chart; None is a gap."""

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
    """The content of the metrics page at one moment."""

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
    """Measure one value over the window before now, from samples after `not_before` (A9).

    The window of metrics that processes count themselves is at least 20 s.
    """
    info = await info_for(session, metric)
    check_fitting(metric, aggregation, info)
    start = now - timedelta(seconds=max(window_seconds, rules.shortest_window(metric)))
    if not_before is not None:
        start = min(max(start, not_before), now)
    span = await spans.with_folded(session, Span(start, now))
    folds = await _read_folds(
        session, _parts(metric), span, _needing_histograms([(metric, aggregation)])
    )
    number = measured(metric, aggregation, folds, (now - start).total_seconds(), info)
    return replace(number, unit=info.unit)


async def info_for(session: AsyncSession, metric: str) -> MetricInfo:
    """Return kind and unit: from the code for own metrics, as registered for others (L13).

    Raises Invalid for an unknown metric.
    """
    if metric in OWN:
        return OWN[metric]
    names = names_in(metric)
    if not all(map(is_custom, names)):
        raise unknown_metric(metric, await custom_metrics.matching(session, "", MAX_METRICS))
    return settled_info(metric, await custom_metrics.infos_of(session, names))


async def snapshot(
    session: AsyncSession, window: TimeRange, now: datetime, phase_id: UUID | None = None
) -> Snapshot:
    """Return the cards and charts of one time range."""
    span = await spans.span_of(session, window, now, phase_id)
    names = [rules.SIGNUPS, rules.CONNECTIONS, rules.RESPONSE_TIME, *_parts(rules.ERROR_RATE)]
    current = await _read_folds(session, names, span)
    before = await _read_folds(session, names, span.previous)

    def card(key: str, title: str, metric: str, aggregation: Aggregation, good: bool) -> Card:
        seconds = (span.end - span.start).total_seconds()
        value = measured(metric, aggregation, current, seconds).value
        earlier = measured(metric, aggregation, before, seconds).value
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
    """Return one line; raises Invalid for an unknown metric or an aggregation it does not allow."""
    info = await info_for(session, metric)
    check_fitting(metric, aggregation, info)
    (line,) = await _lines(session, span, ((metric, aggregation),), tags, {metric: info})
    return line


async def _lines(
    session: AsyncSession,
    span: Span,
    lines: Sequence[tuple[str, Aggregation]],
    tags: Mapping[str, str] | None = None,
    infos: Mapping[str, MetricInfo] = OWN,
) -> list[Series]:
    names = {part for metric, _ in lines for part in _parts(metric)}
    folds = await queries.folded(
        session,
        sorted(names),
        span.tiers,
        step=span.step,
        tags=json.dumps(dict(tags or {})),
        spread=_needing_histograms(lines),
    )
    return [_line(metric, aggregation, span, folds, infos[metric]) for metric, aggregation in lines]


def _line(
    metric: str,
    aggregation: Aggregation,
    span: Span,
    folds_by_step: Mapping[queries.Bucket, Folded],
    info: MetricInfo,
) -> Series:
    points, at = [], floor(span.start, int(span.step.total_seconds()))
    while at < span.end:
        folds_of_step = {part: folds_by_step.get((at, part), EMPTY) for part in _parts(metric)}
        seconds_span = min(at + span.step, span.end) - max(at, span.start)
        number = measured(metric, aggregation, folds_of_step, seconds_span.total_seconds(), info)
        points.append(Point(at, number.value, number.samples))
        at += span.step
    return Series(metric, info.unit, aggregation, span.step, points)


async def _read_folds(
    session: AsyncSession, names: Sequence[str], span: Span, spread: Sequence[str] = ()
) -> dict[str, Folded]:
    by_bucket = await queries.folded(session, names, span.whole, spread=spread)
    return {name: item for (_, name), item in by_bucket.items()}


def _needing_histograms(lines: Sequence[tuple[str, Aggregation]]) -> list[str]:
    """Return the metrics that need histograms, not only sums."""
    return sorted({metric for metric, aggregation in lines if aggregation in rules.PERCENTILES})


def _parts(metric: str) -> tuple[str, ...]:
    return info_of(metric).parts or (metric,)
