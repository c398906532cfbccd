"""Promises of seconds on a machine that others use too.

A test waits for events (tests/support/clock.py: PATIENCE). Where the seconds themselves are the
promise, the limit grows with the load of the machine: on an idle one it is the promise, next to
busy processes it is what the same work takes there. `make bench` measures what is promised exactly.
"""

import time

_SAMPLE_SECONDS = 0.03  # of CPU time: several time slices


def load_factor() -> float:
    """How much longer this process takes now than on an idle machine, at least 1."""
    begin, cpu = time.monotonic(), time.process_time()
    while time.process_time() - cpu < _SAMPLE_SECONDS:
        pass
    return max(1.0, (time.monotonic() - begin) / _SAMPLE_SECONDS)


def is_within(seconds: float, took: float) -> bool:
    """Whether the time is no longer than promised, by the measure of this machine now."""
    return took < seconds or took < seconds * load_factor()
