"""Shares one execution between all streams that send the same: a toggle is not executed per socket.

A payload that many streams yield as the same object carries its results. They are shared between
subscribers with the same document, the same rights, and the same variables in the fields below the
payload. Variables of the subscription field itself do not matter: they have selected the payload.
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
from schema.results import MAX_DOCUMENTS, FinalResult, SharedReply, SharedResult, SharedResults
from server.execution.fast_executor import FastPathExecutor
from server.execution.root_access import find_access_error
from server.execution.serializer import HandoffResult, SharedSerializer, find_serializer
from subscriptions.hub import StreamHandoff

PendingResult: TypeAlias = Awaitable[ExecutionResult]  # there is no incremental delivery


def visibility_key(actor: Actor) -> Hashable:
    """Return a key of all that decides what an actor may see: scopes, and their own rows."""
    row_scope = readable(actor)
    own = (
        None
        if row_scope.reaches_all
        else (row_scope.user_id, row_scope.supplier_id, row_scope.couple_id)
    )
    return actor.scopes, own


def evaluation_key(actor: Actor) -> Hashable:
    """Return a key of all that decides how flags are evaluated for an actor."""
    own = (actor.user_id, actor.supplier_id, actor.couple_id)
    return actor.scopes, actor.role, actor.vendor_type, own


class SharedExecutor(FastPathExecutor):
    """Executes each payload once per visibility key, and everything else as its base does."""

    _visibility_key: Hashable = None
    _latest_results: SharedResults | None = None

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
        """Check access to the root fields before variables are coerced."""
        if isinstance(context_value, Context):
            error = find_access_error(schema, document, operation_name, context_value)
            if error is not None:
                return [error]
        request = (root_value, context_value, raw_variable_values, operation_name)
        return super().build(schema, document, *request, *rest, **options)

    def build_per_event_executor(self, payload: Any) -> Any:  # noqa: ANN401 - as the base
        """Return an executor that has nothing to do where the result is already there."""
        if isinstance(payload, StreamHandoff):
            return _FinishedExecutor(FinalResult(HandoffResult(payload, self._find_serializer())))
        results = getattr(payload, "results", None)
        if isinstance(results, SharedResults):
            if self._visibility_key is None:  # the same for all events of a stream
                self._visibility_key = self._make_visibility_key(results)
            self._latest_results = results
            shared = results.find(self._visibility_key, self.operation)
            if type(shared) is SharedResult:
                return _FinishedExecutor(shared)
        return super().build_per_event_executor(payload)

    def execute_operation(self, serially: bool | None = None) -> Any:  # noqa: ANN401 - as the base
        """Execute the operation, unless another subscriber does: then wait for its result."""
        results = getattr(self.root_value, "results", None)
        if not isinstance(results, SharedResults):
            return super().execute_operation(serially)
        shared = results.find(self._visibility_key, self.operation)
        if isinstance(shared, asyncio.Task):
            return self._await_shared(shared)
        result = shared or super().execute_operation(serially)
        if isinstance(result, ExecutionResult):
            return results.store(self._visibility_key, self.operation, result)
        task = asyncio.ensure_future(self._finish(results, cast("PendingResult", result)))
        if len(results.entries) < MAX_DOCUMENTS:
            results.entries[self._visibility_key] = (self.operation, task)
        return asyncio.shield(task)

    async def _finish(self, results: SharedResults, pending: PendingResult) -> ExecutionResult:
        """Await a result without storing it: data that was awaited may differ a moment later."""
        try:
            result = await pending
        finally:
            results.entries.pop(self._visibility_key, None)
        if result.errors or result.data is None:
            return result
        return SharedResult(SharedReply(result.data))

    async def _await_shared(self, task: asyncio.Task[ExecutionResult]) -> ExecutionResult:
        """Await the task of another subscriber; execute again if it failed."""
        result = await asyncio.shield(task)
        if not result.errors:
            return result
        own = super().execute_operation()
        return own if isinstance(own, ExecutionResult) else await cast("PendingResult", own)

    def _find_serializer(self) -> SharedSerializer | None:
        """Return a serializer if the results of this stream are shared and need no awaiting."""
        results = self._latest_results
        shared = results and results.find(self._visibility_key, self.operation)
        if type(shared) is not SharedResult:
            return None
        return find_serializer(self._visibility_key, self)

    def _make_visibility_key(self, results: SharedResults) -> Hashable:
        names = set(_variables_below(self.operation.selection_set.selections, self.fragments))
        variables = self.variable_values.coerced
        inputs = tuple((name, repr(variables[name])) for name in sorted(names & variables.keys()))
        actor: Actor = self.context_value.actor
        rights = visibility_key(actor) if results.has_owned_rows else actor.scopes
        return id(self.operation), inputs, rights


class _FinishedExecutor:
    """Replaces an executor whose result is already there."""

    __slots__ = ("_result",)

    def __init__(self, result: FinalResult) -> None:
        self._result = result

    def execute_operation(self, _serially: bool | None = None) -> FinalResult:
        return self._result


def _variables_below(
    selections: Iterable[SelectionNode], fragments: Mapping[str, FragmentDetails]
) -> Iterator[str]:
    """Yield the names of the variables used below the root fields, or in their directives."""
    for node in selections:
        yield from _variables_in(node.directives or ())
        if isinstance(node, FieldNode):
            below = node.selection_set
            yield from _variables_in((below,) if below else ())
        elif isinstance(node, InlineFragmentNode):
            yield from _variables_below(node.selection_set.selections, fragments)
    # Every fragment, wherever it is spread: sometimes more variables than necessary, never fewer.
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
