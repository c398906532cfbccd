"""What runs add up to: each run is a few counts, and a change of a run is their difference.

Counts of one run always sum up to what the run is now, so nothing can be counted twice (S70).
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
    """What is counted of a journey or of a step."""

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

    Steps are not told apart by vendor type: that would be six times as many rows.
    """

    vendor_type: str
    step: str
    measure: Measure
    bucket: int = 0


def tally(run: Run | None) -> Counter[Cell]:
    """All that one run adds to its cohort."""
    if run is None:
        return Counter()
    vendor, found = run.vendor_type or "", Counter[Cell]()
    found[Cell(vendor, WHOLE, Measure.ENTERED)] = 1
    if run.outcome is not Outcome.RUNNING:
        found[Cell(vendor, WHOLE, Measure(run.outcome.value))] = 1
    _time(found, vendor, run)
    for key in run.done:
        found[Cell("", key, Measure.ENTERED)] = 1
        found[Cell("", key, Measure.COMPLETED)] = 1
    if run.step is not None:
        found[Cell("", run.step, Measure.ENTERED)] = 1
        if run.outcome is Outcome.RUNNING:
            found[Cell("", run.step, Measure.WAITING)] = 1
    for key, spent in seconds_of_steps(run).items():
        found[Cell("", key, Measure.SECONDS, bucket_of(spent))] = 1
    return found


def difference(before: Run | None, after: Run) -> Mapping[Cell, int]:
    """What has to be added to the cohort when a run becomes another."""
    found = tally(after)
    found.subtract(tally(before))
    return {cell: number for cell, number in found.items() if number}


def bucket_of(spent: float) -> int:
    """The bucket of a duration in seconds; each is a twentieth above the last."""
    return round(math.log(max(spent, 1.0)) / _GROWTH)


def seconds_in(bucket: int) -> float:
    """The duration that a bucket stands for."""
    return round(math.exp(bucket * _GROWTH), 2)


def percentile(histogram: Mapping[int, int], share: float) -> float | None:
    """The duration that a share of them does not exceed; None of none."""
    wanted, seen = share * sum(histogram.values()), 0
    for bucket in sorted(histogram):
        seen += histogram[bucket]
        if seen and seen >= wanted:
            return seconds_in(bucket)
    return None


def _time(found: Counter[Cell], vendor: str, run: Run) -> None:
    spent = seconds(run)
    if spent is None:
        return
    found[Cell(vendor, WHOLE, Measure.TIMED)] = 1
    found[Cell(vendor, WHOLE, Measure.SECONDS, bucket_of(spent))] = 1
    if spent <= run.journey.target.total_seconds():
        found[Cell(vendor, WHOLE, Measure.IN_TIME)] = 1
