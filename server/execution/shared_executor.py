"""One execution for all streams that send the same: a toggle is worked out once, not per socket.

A payload that many streams yield as the same object carries its results. They are shared between
subscribers with the same document and the same rights, who gave the same to the fields below the
payload: what they gave to the subscription itself has made the payload what it is.
"""

import asyncio
from collections.abc import Awaitable, Hashable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias, cast

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    SelectionNode,
    VariableNode,
)
from graphql.execution import ExecutionResult, Executor
from graphql.execution.collect_fields import FragmentDetails

from domain.actors import Actor
from domain.platform.row_scope import readable
from schema.context import Context
from schema.results import MAX_DOCUMENTS, Answer, Reply, Results, SharedResult
from server.execution.fast_executor import PlainExecutor
from server.execution.root_access import refused_operation
from server.execution.serializer import HandoffResult, Renderer, renderer_of
from subscriptions.hub import StreamHandoff

Later: TypeAlias = Awaitable[ExecutionResult]  # incremental delivery is not taken


def audience(actor: Actor) -> Hashable:
    """All that decides what somebody may see: their scopes, and what is their own."""
    row_scope = readable(actor)
    own = (
        None
        if row_scope.everything
        else (row_scope.user_id, row_scope.supplier_id, row_scope.couple_id)
    )
    return actor.scopes, own


def viewer(actor: Actor) -> Hashable:
    """All of a caller that decides about flags."""
    own = (actor.user_id, actor.supplier_id, actor.couple_id)
    return actor.scopes, actor.role, actor.vendor_type, own


class SharingExecutor(PlainExecutor):
    """Executes what is not shareable as ever."""

    _audience: Hashable = None
    _newest: Results | None = None

    @classmethod
    def build(
        cls,
        schema: GraphQLSchema,
        document: DocumentNode,
        root_value: Any = None,  # noqa: ANN401 - as the base
        context_value: Any = None,  # noqa: ANN401 - as the base
        raw_variable_values: dict[str, Any] | None = None,
        operation_name: str | None = None,
        *rest: Any,  # noqa: ANN401 - passed on
        **options: Any,  # noqa: ANN401 - passed on
    ) -> "list[GraphQLError] | Executor[Any]":
        """Refuse what the caller may not do before its variables are coerced."""
        if isinstance(context_value, Context):
            refused = refused_operation(schema, document, operation_name, context_value)
            if refused is not None:
                return [refused]
        asked = (root_value, context_value, raw_variable_values, operation_name)
        return super().build(schema, document, *asked, *rest, **options)

    def build_per_event_executor(self, payload: Any) -> Any:  # noqa: ANN401 - as the base
        """Where the answer is known there is nothing to execute."""
        if isinstance(payload, StreamHandoff):
            return _Answered(Answer(HandoffResult(payload, self._renderer())))
        results = getattr(payload, "results", None)
        if isinstance(results, Results):
            if self._audience is None:  # the same for all events of a stream
                self._audience = self._find_audience(results)
            self._newest = results
            known = results.known(self._audience, self.operation)
            if type(known) is SharedResult:
                return _Answered(known)
        return super().build_per_event_executor(payload)

    def execute_operation(self, serially: bool | None = None) -> Any:  # noqa: ANN401 - as the base
        """The first who asks executes; who asks meanwhile waits for that."""
        results = getattr(self.root_value, "results", None)
        if not isinstance(results, Results):
            return super().execute_operation(serially)
        known = results.known(self._audience, self.operation)
        if isinstance(known, asyncio.Task):
            return self._after(known)
        result = known or super().execute_operation(serially)
        if isinstance(result, ExecutionResult):
            return results.keep(self._audience, self.operation, result)
        task = asyncio.ensure_future(self._finish(results, cast("Later", result)))
        if len(results.found) < MAX_DOCUMENTS:
            results.found[self._audience] = (self.operation, task)
        return asyncio.shield(task)

    async def _finish(self, results: Results, result: Later) -> ExecutionResult:
        """What had to be waited for may be another thing a moment later: it is not kept."""
        try:
            found = await result
        finally:
            results.found.pop(self._audience, None)
        return found if found.errors or found.data is None else SharedResult(Reply(found.data))

    async def _after(self, task: asyncio.Task[ExecutionResult]) -> ExecutionResult:
        result = await asyncio.shield(task)
        if not result.errors:
            return result
        alone = super().execute_operation()
        return alone if isinstance(alone, ExecutionResult) else await cast("Later", alone)

    def _renderer(self) -> Renderer | None:
        """For those who are sent what is shared and had not to be waited for."""
        known = self._newest and self._newest.known(self._audience, self.operation)
        return renderer_of(self._audience, self) if type(known) is SharedResult else None

    def _find_audience(self, results: Results) -> Hashable:
        names = set(_variables_below(self.operation.selection_set.selections, self.fragments))
        given = self.variable_values.coerced
        inputs = tuple((name, repr(given[name])) for name in sorted(names & given.keys()))
        actor: Actor = self.context_value.actor
        return id(self.operation), inputs, audience(actor) if results.is_owned else actor.scopes


class _Answered:
    """Takes the place of an executor that has nothing left to do."""

    __slots__ = ("_result",)

    def __init__(self, result: Answer) -> None:
        self._result = result

    def execute_operation(self, _serially: bool | None = None) -> Answer:
        return self._result


def _variables_below(
    selections: Iterable[SelectionNode], fragments: Mapping[str, FragmentDetails]
) -> Iterator[str]:
    """Names of the variables that are used below the root fields, or in their directives."""
    for node in selections:
        yield from _variables_in(node.directives or ())
        if isinstance(node, FieldNode):
            below = node.selection_set
            yield from _variables_in((below,) if below else ())
        elif isinstance(node, InlineFragmentNode):
            yield from _variables_below(node.selection_set.selections, fragments)
    # Each fragment once, wherever it is spread: that is more than is needed at times, never less.
    for fragment in fragments.values():
        yield from _variables_in((fragment.definition,))


def _variables_in(nodes: Iterable[Node]) -> Iterator[str]:
    pending = list(nodes)
    while pending:
        node = pending.pop()
        if isinstance(node, VariableNode):
            yield node.name.value
        for key in node.keys:
            inner = getattr(node, key, None)
            if isinstance(inner, Node):
                pending.append(inner)
            elif isinstance(inner, list | tuple):
                pending.extend(item for item in inner if isinstance(item, Node))
