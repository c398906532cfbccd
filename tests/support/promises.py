"""Time limits on a machine that others use too.

Tests wait for events (tests/support/clock.py: PATIENCE). Where a promise is in seconds, the limit
grows with the load of the machine: on an idle machine it is the promise, on a busy one the time
that the same work takes there. `make bench` measures the promises exactly.
"""

import time

_SAMPLE_SECONDS = 0.03  # of CPU time: several time slices


def load_factor() -> float:
    """Return how much slower this process runs than on an idle machine, at least 1."""
    begin, cpu = time.monotonic(), time.process_time()
    while time.process_time() - cpu < _SAMPLE_SECONDS:
        pass
    return max(1.0, (time.monotonic() - begin) / _SAMPLE_SECONDS)


def is_within(seconds: float, took: float) -> bool:
    """Tell whether `took` is within the limit, scaled by the load of the machine."""
    return took < seconds or took < seconds * load_factor()
