"""Criteria are checked when they are written: what cannot be judged is refused (S15)."""

import math
from collections.abc import Mapping, Sequence

from domain.errors import Collector, Invalid, LaunchError, parts_of
from domain.flags.flags import parse_key
from domain.metrics.criteria import Criterion
from domain.metrics.metrics import OWN, MetricInfo, check_fitting, settled_info, shortest_window

MAX_CRITERIA = 50
_DAY = 86_400
_SHORTEST = 10


def check_criteria(criteria: Sequence[Criterion], custom: Mapping[str, MetricInfo] = OWN) -> None:
    """Raises Invalid naming the first field that is wrong of each criterion.

    `custom`: what outside tools have said of their metrics.
    """
    if len(criteria) > MAX_CRITERIA:
        raise Invalid(f"At most {MAX_CRITERIA} criteria.", path=("input", "successCriteria"))
    seen, problems = set[str](), Collector()
    for index, criterion in enumerate(criteria):
        with problems:
            _check_one(criterion, ("input", "successCriteria", str(index)), seen, custom)
    problems.raise_all()


def _check_one(
    criterion: Criterion,
    path: tuple[str, ...],
    seen: set[str],
    custom: Mapping[str, MetricInfo],
) -> None:
    """`seen`: the keys of those before, to which its own is added."""
    parse_key(criterion.key, path=(*path, "key"))
    if criterion.key in seen:
        raise Invalid(f"Two criteria have the key {criterion.key}.", path=(*path, "key"))
    seen.add(criterion.key)
    info = settled_info(criterion.metric, custom, (*path, "metric"))
    check_fitting(criterion.metric, criterion.aggregation, info, (*path, "aggregation"))
    _check_numbers(criterion, path)


def problems(criteria: Sequence[Criterion], custom: Mapping[str, MetricInfo] = OWN) -> list[str]:
    """What keeps criteria from being judged, as sentences for the readiness list."""
    try:
        check_criteria(criteria, custom)
    except LaunchError as error:
        return [part.message for part in parts_of(error)]
    return []


def _check_numbers(criterion: Criterion, path: tuple[str, ...]) -> None:
    shortest = max(_SHORTEST, shortest_window(criterion.metric))
    limits = (
        ("windowSeconds", criterion.window_seconds, shortest, _DAY),
        ("minSamples", criterion.min_samples, 0, 1_000_000),
        ("initialDelaySeconds", criterion.initial_delay_seconds, 0, _DAY),
        ("failureLimit", criterion.failure_limit, 1, 100),
    )
    for name, value, low, high in limits:
        if not low <= value <= high:
            message = f"{name} of {criterion.metric} lies between {low} and {high}."
            raise Invalid(message, path=(*path, name))
    if not math.isfinite(criterion.threshold):
        raise Invalid("A threshold is a finite number.", path=(*path, "threshold"))
