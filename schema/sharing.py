"""One execution for all streams that send the same: a toggle is worked out once, not per socket.

A payload that many streams yield as the same object carries its results. They are shared between
subscribers with the same document and the same rights, who gave the same to the fields below the
payload: what they gave to the subscription itself has made the payload what it is.
"""

import asyncio
from collections.abc import Awaitable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias, cast

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    VariableNode,
)
from graphql.execution import ExecutionResult, Executor
from graphql.execution.collect_fields import FragmentDetails
from strawberry import types as strawberry

from domain.actors import Actor
from domain.reach import readable
from schema.context import Context
from schema.plain import PlainExecutor
from schema.rendering import Handing, Renderer, renderer_of
from schema.root_access import refused_operation
from services.replies import Source
from subscriptions.station import Handover

_MAX_BYTES = 500_000
_MOST = 64  # documents that a payload remembers; who sends a new one each time gains nothing


class Reply(strawberry.ExecutionResult):
    """A result without errors that many are sent: read it, never change it."""

    def __init__(self, data: dict[str, Any]) -> None:
        """`data` belongs to all of them."""
        super().__init__(data, None, {})

    @cached_property
    def encoded(self) -> bytes:
        """The payload of a `next` message, made once."""
        return orjson.dumps({"data": self.data})


class Opening(Reply):
    """The first result of a stream that is shared: one's own extensions beside everybody's data."""

    def __init__(self, reply: Reply, extensions: dict[str, Any]) -> None:
        """`extensions` tell one caller what the stream has cost."""
        super().__init__(cast("dict[str, Any]", reply.data))
        self.extensions = extensions
        self._reply = reply

    @cached_property
    def encoded(self) -> bytes:
        """The shared bytes, with the extensions put before their last brace."""
        return b'%b,"extensions":%b}' % (self._reply.encoded[:-1], orjson.dumps(self.extensions))


class Answer(ExecutionResult):
    """A result of graphql-core that has what strawberry makes of it already."""

    __slots__ = ("reply",)

    def __init__(self, reply: strawberry.ExecutionResult) -> None:
        """`reply` goes to the transport as it is."""
        super().__init__(reply.data, None)
        self.reply = reply


class SharedResult(Answer):
    """What a payload gave whose results are shared; its data belongs to all who asked."""

    __slots__ = ()


Later: TypeAlias = Awaitable[ExecutionResult]  # incremental delivery is not taken
Known: TypeAlias = SharedResult | asyncio.Task[ExecutionResult]


def audience(actor: Actor) -> Hashable:
    """All that decides what somebody may see: their scopes, and what is their own."""
    reach = readable(actor)
    own = None if reach.everything else (reach.user_id, reach.supplier_id, reach.couple_id)
    return actor.scopes, own


def viewer(actor: Actor) -> Hashable:
    """All of a caller that decides about flags."""
    own = (actor.user_id, actor.supplier_id, actor.couple_id)
    return actor.scopes, actor.role, actor.vendor_type, own


def asker(source: Source, actor: Actor) -> Hashable:
    """All of a caller that decides about an answer made of this."""
    return viewer(actor) if source is Source.VIEW else audience(actor)


@dataclass(slots=True)
class Results:
    """What executing the rest of an operation gave; a payload that has it as `results` is shared.

    Its fields depend on nothing but the payload itself, their arguments and who may see what, but
    for those that have to be waited for: these are shared only by who asks at the same time.
    """

    is_owned: bool = True  # whether somebody's own rows can be among them
    found: dict[Hashable, tuple[OperationDefinitionNode, Known]] = field(default_factory=dict)
    sent: dict[Renderer, bytes] = field(default_factory=dict)  # as a station sends it
    size: int = 0  # of all that was found, as JSON

    def known(self, audience: Hashable, operation: OperationDefinitionNode) -> Known | None:
        """What was found, or is being found, for the same audience."""
        known = self.found.get(audience)
        # Ids of documents that are gone may come again.
        return known[1] if known is not None and known[0] is operation else None

    def keep(
        self, audience: Hashable, operation: OperationDefinitionNode, result: ExecutionResult
    ) -> ExecutionResult:
        """Keep a result for others. Not one with errors: they name a request."""
        if result.errors or result.data is None or len(self.found) >= _MOST:
            return result
        reply = Reply(result.data)
        if self.size + len(reply.encoded) > _MAX_BYTES:
            return result
        self.size += len(reply.encoded)
        shared = SharedResult(reply)
        self.found[audience] = (operation, shared)
        return shared


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
        if isinstance(payload, Handover):
            return _Answered(Answer(Handing(payload, self._renderer())))
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
        if len(results.found) < _MOST:
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
