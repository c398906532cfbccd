"""Percentages of users: 0 to 100 with at most two decimals, 10,000 buckets (decision 2)."""

from typing import NewType

from domain.errors import Invalid

Percent = NewType("Percent", float)

NOBODY = Percent(0.0)
EVERYBODY = Percent(100.0)
BUCKETS = 10_000


def parse_percent(value: object, *, path: tuple[str, ...] = ()) -> Percent:
    """A percentage from any number; raises Invalid outside 0..100 or past two decimals."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid("A percentage is a number from 0 to 100.", path=path)
    if not 0 <= value <= 100:
        raise Invalid("A percentage lies between 0 and 100.", path=path)
    rounded = round(float(value), 2)
    if abs(rounded - value) > 1e-9:
        raise Invalid("A percentage has at most two decimals.", path=path)
    return Percent(abs(rounded))  # -0.0 would print as another state than 0.0


def threshold(percentage: Percent) -> int:
    """How many of the 10,000 buckets lie inside; exact for two decimals."""
    return round(percentage * (BUCKETS // 100))
