"""Turns runs into counts: a change of a run adds the difference of its counts.

The counts of a run always add up to its current state, so nothing is counted twice (S70).
"""

import math
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from domain.journeys.journeys import Outcome, Run, seconds, seconds_of_steps

_GROWTH = math.log(1.05)  # a percentile is off by two and a half percent at most
WHOLE = ""  # the journey itself rather than one of its steps


class Measure(StrEnum):
    """What is counted of a journey or a step."""

    ENTERED = "entered"
    WAITING = "waiting"  # stands at this step, and is not over
    COMPLETED = "completed"
    FAILED = "failed"
    ABANDONED = "abandoned"
    IN_TIME = "in_time"  # completed within the target
    TIMED = "timed"  # completed with a known duration
    SECONDS = "seconds"  # the same by duration


class Cell(NamedTuple):
    """One number of a cohort. `bucket` is that of a duration, else 0.

    Steps have no vendor type: that would take six times as many rows.
    """

    vendor_type: str
    step: str
    measure: Measure
    bucket: int = 0


def tally(run: Run | None) -> Counter[Cell]:
    """The counts that one run adds to its cohort."""
    if run is None:
        return Counter()
    vendor, counts = run.vendor_type or "", Counter[Cell]()
    counts[Cell(vendor, WHOLE, Measure.ENTERED)] = 1
    if run.outcome is not Outcome.RUNNING:
        counts[Cell(vendor, WHOLE, Measure(run.outcome.value))] = 1
    _add_duration(counts, vendor, run)
    for key in run.done:
        counts[Cell("", key, Measure.ENTERED)] = 1
        counts[Cell("", key, Measure.COMPLETED)] = 1
    if run.step is not None:
        counts[Cell("", run.step, Measure.ENTERED)] = 1
        if run.outcome is Outcome.RUNNING:
            counts[Cell("", run.step, Measure.WAITING)] = 1
    for key, spent in seconds_of_steps(run).items():
        counts[Cell("", key, Measure.SECONDS, bucket_of(spent))] = 1
    return counts


def difference(before: Run | None, after: Run) -> Mapping[Cell, int]:
    """The counts to add to the cohort when a run changes."""
    counts = tally(after)
    counts.subtract(tally(before))
    return {cell: number for cell, number in counts.items() if number}


def bucket_of(spent: float) -> int:
    """The bucket of a duration in seconds; each is 5 % above the previous one."""
    return round(math.log(max(spent, 1.0)) / _GROWTH)


def seconds_in(bucket: int) -> float:
    """The duration that a bucket stands for."""
    return round(math.exp(bucket * _GROWTH), 2)


def percentile(histogram: Mapping[int, int], share: float) -> float | None:
    """The duration that the given share does not exceed; None without durations."""
    rank, seen = share * sum(histogram.values()), 0
    for bucket in sorted(histogram):
        seen += histogram[bucket]
        if seen and seen >= rank:
            return seconds_in(bucket)
    return None


def _add_duration(counts: Counter[Cell], vendor: str, run: Run) -> None:
    spent = seconds(run)
    if spent is None:
        return
    counts[Cell(vendor, WHOLE, Measure.TIMED)] = 1
    counts[Cell(vendor, WHOLE, Measure.SECONDS, bucket_of(spent))] = 1
    if spent <= run.journey.target.total_seconds():
        counts[Cell(vendor, WHOLE, Measure.IN_TIME)] = 1
