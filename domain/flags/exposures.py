"""Counts how often flags were served on and off (A23). Recording costs one reference."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from random import getrandbits
from typing import TypeAlias

from domain.flags.flags import Evaluation
from domain.platform.percent import Percent

MAX_PENDING = 64  # counting a batch takes a millisecond or two
EXACT = 1_000  # between two counts; beyond this one in eight is counted for all eight
_SAMPLE_BITS = 3

Served: TypeAlias = dict[tuple[str, bool], int]


@dataclass(frozen=True, slots=True)
class Exposure:
    """How often a flag was served on and off."""

    on: int = 0
    off: int = 0

    @property
    def total(self) -> int:
        """The sum of both."""
        return self.on + self.off

    @property
    def on_share(self) -> Percent | None:
        """The percentage that was on; None without evaluations."""
        return Percent(round(100 * self.on / self.total, 2)) if self.total else None


class Exposures:
    """The evaluations that one process has served since the last `take`.

    They are kept as they are and counted in batches, because most objects in them are the same.
    """

    def __init__(self, bits: Callable[[int], int] = getrandbits) -> None:
        """`bits` chooses the sample to count when there are too many."""
        self._bits = bits
        self._pending: list[Sequence[Evaluation]] = []
        self._served: Served = {}
        self._answers = 0
        self._weight = 1

    def is_due(self) -> bool:
        """Count an answer; returns whether to add it: all of few, and a sample of very many."""
        self._answers += 1
        if self._answers > EXACT:
            if self._bits(_SAMPLE_BITS):
                return False
            if self._weight == 1:
                self._count()
                self._weight = 1 << _SAMPLE_BITS
        return True

    def add(self, answer: Sequence[Evaluation]) -> None:
        """Record the evaluations of an answer that is due; unknown flags are not counted."""
        self._pending.append(answer)
        if len(self._pending) >= MAX_PENDING:
            self._count()

    def take(self) -> Served:
        """Return the counts and start again from zero."""
        self._count()
        served, self._served = self._served, {}
        self._answers, self._weight = 0, 1
        return served

    def put_back(self, served: Mapping[tuple[str, bool], int]) -> None:
        """Add counts that could not be stored, so that they are stored with the next ones."""
        for key, times in served.items():
            self._served[key] = self._served.get(key, 0) + times

    def _count(self) -> None:
        pending, self._pending = self._pending, []
        for answer, times in _group_equal(pending):
            self._add(answer, times * self._weight)

    def _add(self, evaluations: Sequence[Evaluation], times: int) -> None:
        # By identity, and without a loop of our own over each: that is ten times as fast.
        keys = list(map(id, evaluations))
        objects = dict(zip(keys, evaluations, strict=True))
        for key, number in Counter(keys).items():
            item = objects[key]
            if item.error_code is None:
                name = (item.key, item.value)
                self._served[name] = self._served.get(name, 0) + number * times


def _group_equal(answers: Sequence[Sequence[Evaluation]]) -> list[tuple[Sequence[Evaluation], int]]:
    """Group evaluations that were served often, with their number; the rest as one group."""
    objects = {id(answer): answer for answer in answers}
    times = Counter(map(id, answers))
    single = chain.from_iterable(objects[key] for key, number in times.items() if number == 1)
    many = [(objects[key], number) for key, number in times.items() if number > 1]
    return [(list(single), 1), *many]
