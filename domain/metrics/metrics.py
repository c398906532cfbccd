"""Metrics: names, kinds, aggregations and comparison of windows (S69, S79)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from domain.errors import Invalid
from domain.journeys import journey_metrics as journeys
from domain.journeys.journeys import JourneyKey
from domain.metrics.criteria import CUSTOM_PREFIX, Aggregation
from domain.metrics.metric_folds import EMPTY, Folded, percentile

REQUESTS = "requests_total"
REQUEST_ERRORS = "request_errors_total"
RESPONSE_TIME = "response_time_ms"
ERROR_RATE = "error_rate"
SIGNUPS = "signups_total"
FAILED_SIGNUPS = "failed_signups"  # for any reason, so visitors can increase it
SIGNUP_SERVER_ERRORS = "signup_server_errors"  # those caused by our errors
CONNECTIONS = "connections_total"
LOOP_LAG = "event_loop_lag_ms"
POOL_USED = "database_connections_used"
SOCKETS = "websockets_open"
COLLECTIONS = "metric_collections"
EVENT_DELAY = "event_delivery_ms"
JOURNEY_DELAY = "journey_delivery_ms"

RATIO_SIGN = " / "
MAX_TAGS = 8
MAX_METRICS = 500  # of custom metrics, in a list
CUSTOM_RULE = (
    f"Metrics of your own start with {CUSTOM_PREFIX!r}, have at most 100 characters, "
    "and those are letters, digits or one of _ . : / -"
)
_CUSTOM = re.compile(re.escape(CUSTOM_PREFIX) + r"[A-Za-z0-9_.:/-]+")


class MetricKind(StrEnum):
    """How the samples of a metric add up."""

    COUNTER = "counter"
    GAUGE = "gauge"
    RATIO = "ratio"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class MetricInfo:
    """The properties of a metric. A ratio is computed from two counters and never stored.

    `is_declared` False: no client has declared the kind of a custom metric.
    """

    kind: MetricKind
    unit: str
    parts: tuple[str, str] | None = None
    is_declared: bool = True


_COUNT = MetricInfo(MetricKind.COUNTER, "")
CUSTOM = MetricInfo(MetricKind.GAUGE, "", is_declared=False)  # sent by clients
_JOURNEYS: Mapping[str, MetricInfo] = {
    name: info
    for key in JourneyKey
    for name, info in (
        (journeys.completed(key), _COUNT),
        (journeys.failed(key), _COUNT),
        (journeys.ended(key), _COUNT),
        (
            journeys.success(key),
            MetricInfo(MetricKind.RATIO, "%", (journeys.completed(key), journeys.ended(key))),
        ),
        (journeys.seconds(key), MetricInfo(MetricKind.HISTOGRAM, "s")),
    )
}
OWN: Mapping[str, MetricInfo] = {
    REQUESTS: _COUNT,
    REQUEST_ERRORS: _COUNT,
    RESPONSE_TIME: MetricInfo(MetricKind.HISTOGRAM, "ms"),
    ERROR_RATE: MetricInfo(MetricKind.RATIO, "%", (REQUEST_ERRORS, REQUESTS)),
    SIGNUPS: _COUNT,
    "supplier_signups": _COUNT,
    "couple_signups": _COUNT,
    FAILED_SIGNUPS: _COUNT,
    SIGNUP_SERVER_ERRORS: _COUNT,
    CONNECTIONS: _COUNT,
    "successful_connections": _COUNT,
    # Per process: over several processes it is the average.
    LOOP_LAG: MetricInfo(MetricKind.GAUGE, "ms"),
    POOL_USED: MetricInfo(MetricKind.GAUGE, ""),
    SOCKETS: MetricInfo(MetricKind.GAUGE, ""),
    # The proofs of a run use these (S108 to S110): collections that dashboards were notified of,
    # and the time from a commit to the message that shows it.
    COLLECTIONS: _COUNT,
    EVENT_DELAY: MetricInfo(MetricKind.HISTOGRAM, "ms"),
    JOURNEY_DELAY: MetricInfo(MetricKind.HISTOGRAM, "ms"),
    **_JOURNEYS,
}

PERCENTILES = {Aggregation.P50: 0.50, Aggregation.P95: 0.95, Aggregation.P99: 0.99}

# Each process stores these at most every ten seconds, not at the moment they happen.
_HANDED_OVER = frozenset(
    {REQUESTS, REQUEST_ERRORS, RESPONSE_TIME, LOOP_LAG, POOL_USED, SOCKETS}
    | {EVENT_DELAY, JOURNEY_DELAY}
)
SHORTEST_SECONDS = 20

_FITTING = {
    MetricKind.COUNTER: {Aggregation.SUM, Aggregation.COUNT, Aggregation.RATE, Aggregation.LAST},
    MetricKind.RATIO: {Aggregation.AVG, Aggregation.RATE, Aggregation.LAST, Aggregation.COUNT},
    MetricKind.HISTOGRAM: set(Aggregation) - {Aggregation.LAST, Aggregation.RATE},
    MetricKind.GAUGE: {Aggregation.AVG, Aggregation.LAST, Aggregation.COUNT},
}
# For metrics of an undeclared kind: sums and rates make sense as well; percentiles do not.
_FITTING_CUSTOM = set(Aggregation) - PERCENTILES.keys()


@dataclass(frozen=True, slots=True)
class Measurement:
    """A number over a window and its number of samples. Without samples there is no value."""

    value: float | None
    samples: int
    unit: str = ""


def info_of(metric: str, path: Sequence[str] = ("name",)) -> MetricInfo:
    """The properties of a metric; raises Invalid for a name that is neither ours nor custom."""
    if metric in OWN:
        return OWN[metric]
    if is_custom(metric):
        return CUSTOM
    parts = names_in(metric)
    if len(parts) == 2 and all(map(is_custom, parts)):
        return MetricInfo(MetricKind.RATIO, "%", (parts[0], parts[1]))
    raise unknown_metric(metric, path=path)


def unknown_metric(
    metric: str, custom: Iterable[str] = (), path: Sequence[str] = ("name",)
) -> Invalid:
    """The error for an unknown name, with similar ones; `custom` are custom metrics."""
    near = get_close_matches(metric[:100], [*OWN, *custom], n=3)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    own_names = ", ".join(sorted(OWN))
    return Invalid(
        f"There is no metric {metric[:100]!r}.{hint} {CUSTOM_RULE}. "
        f"Those of the system: {own_names}.",
        path=path,
    )


def names_in(metric: str) -> list[str]:
    """The metrics behind one: both of `custom.failed / custom.all`, else itself."""
    return metric.split(RATIO_SIGN)


def settled_info(
    metric: str, custom: Mapping[str, MetricInfo], path: Sequence[str] = ("name",)
) -> MetricInfo:
    """The properties of a metric, including declarations of custom metrics.

    Raises Invalid for an unknown name, and for a ratio of metrics that are no counters.
    """
    info = custom.get(metric) or info_of(metric, path)
    parts = () if metric in OWN else info.parts or ()
    for name in parts:
        part = custom.get(name, CUSTOM)
        if part.is_declared and part.kind is not MetricKind.COUNTER:
            message = f"{name} is a {part.kind.name}: a ratio is one of two counters."
            raise Invalid(message, path=path)
    return info


def shortest_window(metric: str) -> int:
    """The shortest window in seconds; a shorter one may contain no stored sample."""
    parts = info_of(metric).parts or (metric,)
    return SHORTEST_SECONDS if _HANDED_OVER.intersection(parts) else 0


def is_custom(metric: str) -> bool:
    """True for a valid name of a custom metric."""
    return len(metric) <= 100 and _CUSTOM.fullmatch(metric) is not None


def check_tags(tags: Mapping[str, str], path: Sequence[str]) -> None:
    """Raise Invalid for more or longer tags than a sample can have."""
    if len(tags) > MAX_TAGS or any(len(part) > 100 for item in tags.items() for part in item):
        raise Invalid(f"At most {MAX_TAGS} tags of 100 characters.", path=path)


def fitting(info: MetricInfo) -> list[Aggregation]:
    """The aggregations that a metric allows."""
    possible = _FITTING[info.kind] if info.is_declared else _FITTING_CUSTOM
    return [item for item in Aggregation if item in possible]


def check_fitting(
    metric: str,
    aggregation: Aggregation,
    info: MetricInfo,
    path: Sequence[str] = ("aggregation",),
) -> None:
    """Raise Invalid if a metric does not allow an aggregation (S15)."""
    possible = fitting(info)
    if aggregation in possible:
        return
    names = ", ".join(sorted(item.name for item in possible))
    kind_text = f"is a {info.kind}" if info.is_declared else "has no kind yet"
    hint = "" if info.is_declared else " Percentiles need samples recorded with kind HISTOGRAM."
    raise Invalid(
        f"{metric} {kind_text}: it has no {aggregation.name}. Possible: {names}.{hint}", path=path
    )


def measured(
    metric: str,
    aggregation: Aggregation,
    folds: Mapping[str, Folded],
    seconds: float,
    info: MetricInfo | None = None,
) -> Measurement:
    """Compute one number from the folds of a window.

    `info` is required for custom metrics, which the code does not know.
    """
    info = info or info_of(metric)
    if info.parts is not None:
        part, whole = (folds.get(name, EMPTY) for name in info.parts)
        requests = int(whole.total)
        if aggregation is Aggregation.COUNT:
            return Measurement(float(requests), requests)
        return Measurement(100 * part.total / whole.total if whole.total else None, requests)
    folded = folds.get(metric, EMPTY)
    samples = int(folded.total) if info.kind is MetricKind.COUNTER else folded.samples
    if not folded.samples:
        return Measurement(None, 0)
    value = _value(folded, aggregation, seconds, samples)
    if aggregation in PERCENTILES and value is not None and metric not in OWN:
        # Their values have any size: values below the lowest bucket are stored exactly.
        value = min(max(value, folded.minimum), folded.maximum)
    return Measurement(value, samples)


def _value(folded: Folded, aggregation: Aggregation, seconds: float, samples: int) -> float | None:
    if aggregation in PERCENTILES:
        return percentile(folded.histogram, PERCENTILES[aggregation])
    if aggregation is Aggregation.RATE:
        return folded.total / seconds if seconds > 0 else None
    simple = {
        Aggregation.SUM: folded.total,
        Aggregation.COUNT: float(samples),
        Aggregation.AVG: folded.total / folded.samples,
        Aggregation.LAST: folded.last,
    }
    return simple[aggregation]
