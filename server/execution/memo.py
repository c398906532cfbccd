"""What functions make of the same values of columns is made once (they are pure, but for `timed`).

Most rows have the same few: of ten flags of a phase nine have no groups and the percentage 100.
"""

from collections.abc import Callable, Hashable
from functools import cache
from typing import Any

from graphql import GraphQLOutputType

from db.reads.columns import Kind, kind_of
from schema.planned import Made
from server.execution.leaves import completed, loader

MAX_ENTRIES, MAX_LENGTH = 100, 200  # of one field; of a text among its values

_Load = Callable[[Any], Any]


class Memo(dict[tuple[Hashable, ...], Any]):
    """JSON by values as the driver gives them. Other types are other keys: a column has one."""

    def __init__(
        self, make: Callable[..., object], loads: list[_Load | None], complete: _Load
    ) -> None:
        """`loads` make of each value what `make` takes; `complete` makes JSON of its result."""
        super().__init__()
        self._make, self._loads, self._complete = make, loads, complete

    def __missing__(self, values: tuple[Hashable, ...]) -> Any:  # noqa: ANN401 - JSON
        """Made the first time; raises whatever the function does."""
        given = [
            value if load is None or value is None else load(value)
            for value, load in zip(values, self._loads, strict=True)
        ]
        found = self._complete(self._make(*given))
        if all(len(value) <= MAX_LENGTH for value in values if isinstance(value, str)):
            if len(self) >= MAX_ENTRIES:
                self.clear()
            self[values] = found
        return found


@cache
def memo_of(planned: Made, kind: GraphQLOutputType, people: bool) -> Memo | None:
    """The one of a field; None where its values are no keys, or the time counts too."""
    if planned.timed or any(kind_of(item) is Kind.TEXTS for item in planned.of):
        return None
    complete = completed(kind, people=people)
    return Memo(planned.make, [loader(item) for item in planned.of], complete)
