"""Numbers that the driver works out of what it saw; pure."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import ceil


def quantile(values: Iterable[float], percent: float) -> float | None:
    """The smallest value that so many percent do not exceed; None without any."""
    ordered = sorted(values)
    if not ordered:
        return None
    return ordered[max(ceil(len(ordered) * percent / 100), 1) - 1]


def longest_gap(moments: Iterable[float], begin: float, end: float) -> float | None:
    """The longest time without one of them, from `begin` to `end`; None without any."""
    ordered = sorted({moment for moment in moments if moment <= end})
    inside = [moment for moment in ordered if moment >= begin]
    if not inside:
        return None
    before = max((moment for moment in ordered if moment < begin), default=begin)
    points = [before, *inside, end]
    return max(later - earlier for earlier, later in pairwise(points))


def gap_of_checks(
    snapshots: Sequence[Sequence[tuple[str, float]]], begin: float, end: float
) -> float | None:
    """The longest time without a sample of one check, over all that were shown."""
    by_check: dict[str, set[float]] = {}
    for snapshot in snapshots:
        for check, at in snapshot:
            by_check.setdefault(check, set()).add(at)
    gaps = [longest_gap(moments, begin, end) for moments in by_check.values()]
    return max((gap for gap in gaps if gap is not None), default=None)


def steady(snapshots: Sequence[tuple[float, Mapping[str, str]]], at: float) -> dict[str, str]:
    """What each check showed in the last snapshot before a moment and in the first after it."""
    before = [statuses for moment, statuses in snapshots if moment <= at]
    after = [statuses for moment, statuses in snapshots if moment > at]
    if not before or not after:
        return {}
    return {check: status for check, status in before[-1].items() if after[0].get(check) == status}
