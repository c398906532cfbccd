"""How often each kind of work was done by this process, and how often it failed."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

DONE, FAILED = "done", "failed"


class Tally:
    """Counts runs by name and outcome."""

    def __init__(self) -> None:
        """Nothing was done yet."""
        self.runs: Counter[tuple[str, str]] = Counter()
        self.active = 0

    @contextmanager
    def run(self, name: str) -> Iterator[None]:
        """One run; whatever it raises makes it a failed one."""
        outcome = FAILED
        self.active += 1
        try:
            yield
            outcome = DONE
        finally:
            self.active -= 1
            self.runs[name, outcome] += 1
