"""How often flags were served, and as what (A23). Noting it costs one reference."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from random import getrandbits
from typing import TypeAlias

from domain.flags.flags import Evaluation
from domain.platform.percent import Percent

MAX_PENDING = 64  # what is counted at once takes a millisecond or two
EXACT = 1_000  # answers between two looks; of more, one in eight is counted for all eight
_SAMPLE_BITS = 3

Served: TypeAlias = dict[tuple[str, bool], int]


@dataclass(frozen=True, slots=True)
class Exposure:
    """How often a flag was served as on and as off."""

    on: int = 0
    off: int = 0

    @property
    def total(self) -> int:
        """Both together."""
        return self.on + self.off

    @property
    def on_share(self) -> Percent | None:
        """The share of those that were on; None where there were none."""
        return Percent(round(100 * self.on / self.total, 2)) if self.total else None


class Exposures:
    """What one process has served since it was last asked.

    Answers are kept as they are and counted many at a time: most objects in them are the same.
    """

    def __init__(self, bits: Callable[[int], int] = getrandbits) -> None:
        """`bits` decides which of many answers are counted."""
        self._bits = bits
        self._pending: list[Sequence[Evaluation]] = []
        self._served: Served = {}
        self._answers = 0
        self._weight = 1

    def add(self, answer: Sequence[Evaluation]) -> None:
        """Somebody was given these; flags that do not exist are not counted."""
        self._answers += 1
        if self._answers > EXACT:
            if self._bits(_SAMPLE_BITS):
                return
            if self._weight == 1:
                self._count()
                self._weight = 1 << _SAMPLE_BITS
        self._pending.append(answer)
        if len(self._pending) >= MAX_PENDING:
            self._count()

    def take(self) -> Served:
        """What was served, counted; from here on it begins anew."""
        self._count()
        served, self._served = self._served, {}
        self._answers, self._weight = 0, 1
        return served

    def put_back(self, served: Mapping[tuple[str, bool], int]) -> None:
        """What could not be stored counts with the rest."""
        for key, times in served.items():
            self._served[key] = self._served.get(key, 0) + times

    def _count(self) -> None:
        pending, self._pending = self._pending, []
        for answer, times in _alike(pending):
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


def _alike(answers: Sequence[Sequence[Evaluation]]) -> list[tuple[Sequence[Evaluation], int]]:
    """Answers that were given to many, with how many; the others in one piece."""
    objects = {id(answer): answer for answer in answers}
    times = Counter(map(id, answers))
    single = chain.from_iterable(objects[key] for key, number in times.items() if number == 1)
    many = [(objects[key], number) for key, number in times.items() if number > 1]
    return [(list(single), 1), *many]
