"""Finds when a problem began: the first bad sample, not the tick that judged it (L4, L5)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.platform.time_ranges import FINE, floor


@dataclass(frozen=True, slots=True)
class Step:
    """The value of a metric in one part of a window; None if nothing was measured."""

    at: datetime
    value: float | None


def first_bad(steps: Sequence[Step], is_bad: Callable[[float], bool]) -> datetime | None:
    """The first part of a window that is bad by itself.

    Ten failures in five minutes may lie so far apart that no part is; then it is the first part
    with a count. None if nothing was counted.
    """
    measured = [step for step in steps if step.value is not None]
    bad = next(
        (step.at for step in measured if step.value is not None and is_bad(step.value)), None
    )
    if bad is not None:
        return bad
    return next((step.at for step in measured if step.value), None)


def first_sample(
    step: datetime, samples: Sequence[Step], one_by_one: bool, is_bad: Callable[[float], bool]
) -> datetime:
    """The first bad sample of the first bad part; the part itself if it has no samples.

    `one_by_one`: a single sample can be bad. Otherwise, or if none is, the first one counts.
    """
    bad = (
        item.at for item in samples if one_by_one and item.value is not None and is_bad(item.value)
    )
    first = samples[0].at if samples else step
    return next(bad, first)


def latest(began_at: datetime, detected_at: datetime) -> datetime:
    """The latest possible beginning: anywhere within the first bad part."""
    if began_at != floor(began_at, FINE):
        return began_at
    return max(began_at, min(began_at + timedelta(seconds=FINE), detected_at))
