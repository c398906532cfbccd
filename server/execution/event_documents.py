"""Subscription documents as payloads: what one says of one event of the log (A46, X14).

A live stream and a webhook of the same document tell the same: here each event of the log is
executed by itself, in the name of whoever made the webhook. `launchEvents` tells what the event
tells; the other fields show an object as it is when the body is made, which `asOf` names.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    specified_rules,
    validate,
)
from graphql.execution.values import get_argument_values
from strawberry import Schema
from strawberry.types.field import StrawberryField

from domain.actors import Actor, Scope
from domain.errors import DependencyDown, Forbidden, Invalid, LaunchError, RateLimited
from domain.events import RecordedEvent
from schema.context import Context, Runtime
from schema.directives import ScopeDirective
from schema.errors import TopLevelCode
from schema.pagination import encode_cursor, number_after
from schema.types.node import decode_id
from server.compat import core_schema
from server.cost.analysis import cost_of
from server.cost.document_limits import StorableText
from server.documents import parsed
from server.execution.event_sources import SOURCES, Arguments, Source
from services.webhooks.documents import Following

_PATH = ("document",)
_PASSING = {TopLevelCode.DEPENDENCY_DOWN.value, TopLevelCode.DEADLINE_EXCEEDED.value}


@dataclass(frozen=True, slots=True)
class Read:
    """A document that was understood."""

    name: str
    source: Source
    arguments: Arguments
    scopes: tuple[Scope, ...]


class EventDocuments:
    """The documents of one schema, executed with the parts of one process."""

    def __init__(self, schema: Schema, runtime: Runtime) -> None:
        """No request is needed: an event and an actor are enough."""
        self._schema = schema
        self._runtime = runtime

    def check(self, document: str, actor: Actor) -> Following:
        """What it follows; raises Invalid, or Forbidden where the actor may not read that."""
        read = self._read(document)
        if not actor.allows(read.scopes):
            names = " or ".join(scope.value for scope in read.scopes)
            raise Forbidden(f"{read.name} needs the scope {names}.", path=_PATH)
        return Following(read.name, read.source.kinds, _after(read.arguments))

    async def render(self, document: str, actor: Actor, item: RecordedEvent) -> bytes | None:
        """The body for an event; None where the document does not follow it."""
        read = self._read(document)
        context, as_of = Context(self._runtime, actor=actor), self._runtime.clock()
        payload = None
        if item.event.TYPE in read.source.kinds:
            payload = await read.source.payload(context, read.arguments, item)
        if payload is None:
            return None
        # In a task of its own: what an operation notes for itself, such as its cost, must not reach
        # the mutation that asks for a sample.
        execution = self._schema.execute(document, context_value=context, root_value=payload)
        result = await asyncio.create_task(execution)
        _raise_what_passes(result.errors or ())
        body: dict[str, object] = {
            "type": read.name,
            "timestamp": item.occurred_at,
            "cursor": encode_cursor(item.seq),
            "data": result.data,
        }
        if read.source.is_present:
            body["asOf"] = as_of
        if result.errors:
            body["errors"] = [error.formatted for error in result.errors]
        return orjson.dumps(body)

    def _read(self, document: str) -> Read:
        operation, fragments = self._operation(document)
        node = _root_field(operation, fragments)
        name = node.name.value
        source = SOURCES.get(name)
        if source is None:
            known = ", ".join(SOURCES)
            raise Invalid(f"{name} does not follow the event log; these do: {known}.", path=_PATH)
        field = self._field(name)
        arguments = get_argument_values(field, node)
        _check_arguments(arguments)
        return Read(name, source, arguments, _scopes(field))

    def _operation(
        self, document: str
    ) -> tuple[OperationDefinitionNode, Mapping[str, FragmentDefinitionNode]]:
        try:
            found = parsed(document)
        except GraphQLError as error:
            raise Invalid(error.message, path=_PATH) from None
        errors = validate(self._graph, found, [*specified_rules, StorableText])
        if errors:
            raise Invalid(errors[0].message, path=_PATH)
        try:
            cost_of(self._graph, document, None, {})
        except GraphQLError as error:
            raise Invalid(error.message, path=_PATH) from None
        return _only_subscription(found)

    def _field(self, name: str) -> GraphQLField:
        root = self._graph.subscription_type
        assert root is not None
        field: GraphQLField = root.fields[name]
        return field

    @property
    def _graph(self) -> GraphQLSchema:
        # Strawberry has no public name for it.
        found = core_schema(self._schema)
        assert isinstance(found, GraphQLSchema)
        return found


def _raise_what_passes(errors: Sequence[GraphQLError]) -> None:
    """An event is not told with what only holds now: it waits until it can be told."""
    codes = {(error.extensions or {}).get("code") for error in errors}
    if TopLevelCode.RATE_LIMITED.value in codes:
        raise RateLimited()
    if not codes.isdisjoint(_PASSING):
        raise DependencyDown()


def _only_subscription(
    document: DocumentNode,
) -> tuple[OperationDefinitionNode, Mapping[str, FragmentDefinitionNode]]:
    found = [item for item in document.definitions if isinstance(item, OperationDefinitionNode)]
    if len(found) != 1 or found[0].operation is not OperationType.SUBSCRIPTION:
        raise Invalid("The document must hold one subscription and nothing else.", path=_PATH)
    if found[0].variable_definitions:
        message = "Nobody gives variables to a webhook: write the values into the document."
        raise Invalid(message, path=_PATH)
    fragments = {
        item.name.value: item
        for item in document.definitions
        if isinstance(item, FragmentDefinitionNode)
    }
    return found[0], fragments


def _root_field(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> FieldNode:
    """Validation has seen to it that there is only one, and that no fragment is circular."""
    selection = operation.selection_set.selections[0]
    while not isinstance(selection, FieldNode):
        if isinstance(selection, FragmentSpreadNode):
            selection = fragments[selection.name.value].selection_set.selections[0]
        else:
            assert isinstance(selection, InlineFragmentNode)
            selection = selection.selection_set.selections[0]
    return selection


def _scopes(field: GraphQLField) -> tuple[Scope, ...]:
    definition = field.extensions["strawberry-definition"]
    assert isinstance(definition, StrawberryField)
    return tuple(
        scope
        for directive in definition.directives
        if isinstance(directive, ScopeDirective)
        for scope in directive.any
    )


def _after(arguments: Arguments) -> int | None:
    return number_after(arguments.get("after"))


def _check_arguments(arguments: Arguments) -> None:
    """What only fails when it is used would fail with every event."""
    try:
        _after(arguments)
        for name in ("id", "phaseId"):
            if arguments.get(name) is not None:
                decode_id(arguments[name], "LaunchPhase")
    except LaunchError as error:
        raise Invalid(error.message, path=_PATH) from None
