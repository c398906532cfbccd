"""When trouble began: the first bad sample of a window, not the tick that judged it (L4, L5)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Step:
    """What a metric was in one part of a window; no value where nothing was measured."""

    at: datetime
    value: float | None


def first_bad(steps: Sequence[Step], is_bad: Callable[[float], bool]) -> datetime | None:
    """The first part of a window that is bad by itself.

    Ten failures in five minutes may lie so far apart that no part is: then the first in which
    anything was counted. None where nothing was.
    """
    found = [step for step in steps if step.value is not None]
    bad = next((step.at for step in found if step.value is not None and is_bad(step.value)), None)
    if bad is not None:
        return bad
    return next((step.at for step in found if step.value), None)
