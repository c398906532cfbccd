"""One execution for all streams that send the same: a toggle is worked out once, not per socket.

A payload that many streams yield as the same object carries its results. They are shared between
subscribers with the same document, who hold the same scopes. Nothing below such a payload takes an
argument, so of the variables only those of @include and @skip count, and they are booleans.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from graphql import OperationDefinitionNode
from graphql.execution import ExecutionResult

from schema.plain import PlainExecutor

_MOST = 64  # documents that a payload remembers; who sends a new one each time gains nothing


@dataclass(slots=True)
class Results:
    """What executing the rest of an operation gave; a payload that has it as `results` is shared.

    Its fields depend on nothing but the payload itself and the scopes of who asks.
    """

    found: dict[Hashable, tuple[OperationDefinitionNode, ExecutionResult]] = field(
        default_factory=dict
    )


class SharingExecutor(PlainExecutor):
    """Executes what is not shareable as ever."""

    def execute_operation(self, serially: bool | None = None) -> Any:  # noqa: ANN401 - as the base
        """The data of a shared result is that of others too: read it, never change it."""
        results = getattr(self.root_value, "results", None)
        if not isinstance(results, Results):
            return super().execute_operation(serially)
        key = self._key()
        known = results.found.get(key)
        # Ids of documents that are gone may come again.
        if known is not None and known[0] is self.operation:
            return known[1]
        result = super().execute_operation(serially)
        if isinstance(result, ExecutionResult) and not result.errors and len(results.found) < _MOST:
            results.found[key] = (self.operation, result)
        return result

    def _key(self) -> Hashable:
        switches = [
            (name, value)
            for name, value in self.variable_values.coerced.items()
            if isinstance(value, bool)
        ]
        return id(self.operation), frozenset(switches), self.context_value.actor.scopes
