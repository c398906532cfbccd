"""Compares measured numbers with limits.

Measured numbers are sums of doubles: three samples of 0.1 have the mean 0.10000000000000002. A
value within one part in 10^9 of a limit (near zero: within 10^-12) is equal to it.
"""

import math
from collections.abc import Callable, Mapping

from domain.metrics.criteria import Comparator

RELATIVE_TOLERANCE = 1e-9
ABSOLUTE_TOLERANCE = 1e-12


def is_equal(value: float, limit: float) -> bool:
    """True within the tolerance."""
    return math.isclose(value, limit, rel_tol=RELATIVE_TOLERANCE, abs_tol=ABSOLUTE_TOLERANCE)


_MEETS: Mapping[Comparator, Callable[[float, float], bool]] = {
    Comparator.LT: lambda value, limit: value < limit and not is_equal(value, limit),
    Comparator.LTE: lambda value, limit: value < limit or is_equal(value, limit),
    Comparator.GT: lambda value, limit: value > limit and not is_equal(value, limit),
    Comparator.GTE: lambda value, limit: value > limit or is_equal(value, limit),
    Comparator.EQ: is_equal,
}


def meets(value: float, comparator: Comparator, limit: float) -> bool:
    """True if the comparison holds."""
    return _MEETS[comparator](value, limit)
