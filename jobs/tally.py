"""Counts how often each kind of work ran and failed in this process."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

DONE, FAILED = "done", "failed"


class Tally:
    """Counts runs by name and outcome."""

    def __init__(self) -> None:
        """Start at zero."""
        self.runs: Counter[tuple[str, str]] = Counter()
        self.active = 0

    @contextmanager
    def run(self, name: str) -> Iterator[None]:
        """Count a run; an exception counts as a failure."""
        outcome = FAILED
        self.active += 1
        try:
            yield
            outcome = DONE
        finally:
            self.active -= 1
            self.runs[name, outcome] += 1
