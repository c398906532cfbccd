"""Memoizes computed fields: the same column values give the same JSON, unless a field is `timed`.

Most rows share a few values: nine of ten flags of a phase have no groups and the percentage 100.
"""

from collections.abc import Callable, Hashable
from functools import cache
from typing import Any

from graphql import GraphQLOutputType

from db.reads.columns import Kind, kind_of
from schema.planned import ComputedField
from server.execution.column_json import column_loader, value_serializer

# Results of one field, and characters of a text that is part of a key.
MAX_ENTRIES, MAX_LENGTH = 100, 200

_Convert = Callable[[Any], Any]


class Memo(dict[tuple[Hashable, ...], Any]):
    """JSON results of one computed field, by the column values as the driver returns them.

    Equal values of different types (1, True) share a key, but a column has only one type.
    """

    def __init__(
        self,
        compute: Callable[..., object],
        loaders: list[_Convert | None],
        serialize: _Convert,
    ) -> None:
        """`loaders` convert each column value to what `compute` takes; None: no conversion."""
        super().__init__()
        self._compute, self._loaders, self._serialize = compute, loaders, serialize

    def __missing__(self, values: tuple[Hashable, ...]) -> Any:  # noqa: ANN401 - JSON
        """Compute a new result. Raises what the function raises, and stores nothing then."""
        arguments = [
            value if load is None or value is None else load(value)
            for value, load in zip(values, self._loaders, strict=True)
        ]
        result = self._serialize(self._compute(*arguments))
        if all(len(value) <= MAX_LENGTH for value in values if isinstance(value, str)):
            if len(self) >= MAX_ENTRIES:
                self.clear()
            self[values] = result
        return result


@cache
def find_memo(
    planned: ComputedField, kind: GraphQLOutputType, sees_private_data: bool
) -> Memo | None:
    """Return the memo of a field; None if it depends on the time or its values are unhashable."""
    if planned.timed or any(kind_of(item) is Kind.TEXTS for item in planned.of):
        return None
    serialize = value_serializer(kind, sees_private_data=sees_private_data)
    return Memo(planned.compute, [column_loader(item) for item in planned.of], serialize)
