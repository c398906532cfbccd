"""Success criteria: what a phase must keep to, typed and checked on write (SPEC S15, A9, X1)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import Invalid
from domain.flags import parse_key

CUSTOM_PREFIX = "custom."
METRICS = frozenset(
    {
        "signups_total",
        "supplier_signups",
        "couple_signups",
        "failed_signups",
        "connections_total",
        "successful_connections",
        "response_time_ms",
        "error_rate",
    }
)
MAX_CRITERIA = 50
_DAY = 86_400


class Aggregation(StrEnum):
    """How samples of a window become one number."""

    SUM = "sum"
    COUNT = "count"
    AVG = "avg"
    RATE = "rate"
    P50 = "p50"
    P95 = "p95"
    P99 = "p99"
    LAST = "last"


class Comparator(StrEnum):
    """How the number is held against the threshold; true is good."""

    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    EQ = "eq"


class GuardAction(StrEnum):
    """What happens when a criterion keeps failing."""

    WARN = "warn"
    HOLD = "hold"
    ROLLBACK = "rollback"


class Verdict(StrEnum):
    """What a judgement found; only FAILING counts as a failure."""

    PASSING = "passing"
    FAILING = "failing"
    INCONCLUSIVE = "inconclusive"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One promise of a phase, such as: error_rate over 60 s stays below 2."""

    key: str
    metric: str
    aggregation: Aggregation
    window_seconds: int
    comparator: Comparator
    threshold: float
    min_samples: int = 20
    initial_delay_seconds: int = 0
    failure_limit: int = 2
    action: GuardAction = GuardAction.HOLD
    dry_run: bool = False


def check_criteria(criteria: Sequence[Criterion]) -> None:
    """Raises Invalid naming the first field that is wrong."""
    if len(criteria) > MAX_CRITERIA:
        raise Invalid(f"At most {MAX_CRITERIA} criteria.", path=("input", "successCriteria"))
    seen: set[str] = set()
    for index, criterion in enumerate(criteria):
        path = ("input", "successCriteria", str(index))
        parse_key(criterion.key, path=(*path, "key"))
        if criterion.key in seen:
            raise Invalid(f"Two criteria have the key {criterion.key}.", path=(*path, "key"))
        seen.add(criterion.key)
        _check_metric(criterion, path)
        _check_numbers(criterion, path)


def problems(criteria: Sequence[Criterion]) -> list[str]:
    """What keeps criteria from being judged, as sentences for the readiness list."""
    try:
        check_criteria(criteria)
    except Invalid as error:
        return [error.message]
    return []


def _check_metric(criterion: Criterion, path: tuple[str, ...]) -> None:
    metric = criterion.metric
    if metric in METRICS or (
        metric.startswith(CUSTOM_PREFIX) and len(CUSTOM_PREFIX) < len(metric) <= 100
    ):
        return
    raise Invalid(
        f"There is no metric {metric[:100]!r}; metrics of your own start with {CUSTOM_PREFIX!r}.",
        path=(*path, "metric"),
    )


def _check_numbers(criterion: Criterion, path: tuple[str, ...]) -> None:
    limits = (
        ("windowSeconds", criterion.window_seconds, 10, _DAY),
        ("minSamples", criterion.min_samples, 0, 1_000_000),
        ("initialDelaySeconds", criterion.initial_delay_seconds, 0, _DAY),
        ("failureLimit", criterion.failure_limit, 1, 100),
    )
    for name, value, low, high in limits:
        if not low <= value <= high:
            raise Invalid(f"{name} lies between {low} and {high}.", path=(*path, name))
    if not math.isfinite(criterion.threshold):
        raise Invalid("A threshold is a finite number.", path=(*path, "threshold"))
