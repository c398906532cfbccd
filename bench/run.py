"""What a benchmark gets: a folder, cores, how thorough to be, and a line to say what it does."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure
from bench.machine import Cores
from bench.stack import Stack, running


@dataclass(frozen=True, slots=True)
class Run:
    """One run of all that was asked for."""

    folder: Path
    cores: Cores
    quick: bool
    tell: Callable[[str], None]

    def some(self, count: int) -> int:
        """How often to measure: a twentieth, but three times at least, where it is to be quick."""
        return max(3, count // 20) if self.quick else count

    @contextmanager
    def stack(self) -> Iterator[Stack]:
        """Servers for one benchmark alone."""
        self.tell("starting servers")
        with running(self.folder, self.cores) as stack:
            yield stack


Measure = Callable[[Run], Iterable[Figure]]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One topic."""

    name: str
    title: str
    measure: Measure
