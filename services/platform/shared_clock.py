"""One clock for all processes: that of Redis, so that hosts whose clocks differ can be compared.

A time is read from the local monotonic clock and shifted by the offset of the recent reading with
the shortest round trip; the error is at most half of that round trip.
"""

from collections import deque

_SAMPLES = 10
_JUMP_MS = 50


class SharedClock:
    """The offset of one process to the clock of Redis."""

    def __init__(self) -> None:
        self._samples: deque[tuple[int, int]] = deque(maxlen=_SAMPLES)  # round trip, offset

    @property
    def offset(self) -> int | None:
        """The offset to add to a local time, in ms; None before the first reading."""
        return min(self._samples)[1] if self._samples else None

    def note(self, before: int, redis_time: tuple[int, int], after: int) -> None:
        """Add a reading of TIME (seconds, microseconds) with the local times around it."""
        seconds, micros = redis_time
        sample = (after - before, seconds * 1000 + micros // 1000 - (before + after) // 2)
        if self._samples:
            trip, offset = min(self._samples)
            if abs(sample[1] - offset) > sample[0] + trip + _JUMP_MS:
                self._samples.clear()  # another Redis, or its clock was set
        self._samples.append(sample)
