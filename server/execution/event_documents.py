"""Executes subscription documents for single events of the log, as payloads of webhooks (A46, X14).

A live stream and a webhook with the same document deliver the same data: each event is executed by
itself, with the rights of the person who created the webhook. `launchEvents` shows the content of
the event; the other fields show an object as it is at the time of the execution, given in `asOf`.
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
from schema.pagination import decode_number_cursor, encode_cursor
from schema.types.node import decode_id
from server.compat import core_schema
from server.cost.analysis import compute_cost
from server.cost.document_limits import StorableText, find_errors
from server.documents import parsed
from server.execution.event_sources import SOURCES, Arguments, EventSource
from services.webhooks.documents import Following

_PATH = ("document",)
_TRANSIENT_CODES = {TopLevelCode.DEPENDENCY_DOWN.value, TopLevelCode.DEADLINE_EXCEEDED.value}


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A validated document: its field, the source of its events, arguments, required scopes."""

    name: str
    source: EventSource
    arguments: Arguments
    scopes: tuple[Scope, ...]


class EventDocuments:
    """Checks and executes documents against one schema, with the runtime of one process."""

    def __init__(self, schema: Schema, runtime: Runtime) -> None:
        """The execution needs no request: an event and an actor are enough."""
        self._schema = schema
        self._runtime = runtime

    def check(self, document: str, actor: Actor) -> Following:
        """Return what the document follows. Raises Invalid, or Forbidden if a scope is missing."""
        parsed_document = self._parse(document)
        if not actor.allows(parsed_document.scopes):
            names = " or ".join(scope.value for scope in parsed_document.scopes)
            raise Forbidden(f"{parsed_document.name} needs the scope {names}.", path=_PATH)
        return Following(
            parsed_document.name,
            parsed_document.source.kinds,
            _decode_after(parsed_document.arguments),
        )

    async def render(self, document: str, actor: Actor, item: RecordedEvent) -> bytes | None:
        """Return the body for an event; None if the document does not follow it."""
        parsed_document = self._parse(document)
        source = parsed_document.source
        context, as_of = Context(self._runtime, actor=actor), self._runtime.clock()
        payload = None
        if item.event.TYPE in source.kinds:
            payload = await source.build_payload(context, parsed_document.arguments, item)
        if payload is None:
            return None
        # In its own task: context variables of the execution, such as its cost, must not leak into
        # the mutation that asks for a sample.
        execution = self._schema.execute(document, context_value=context, root_value=payload)
        result = await asyncio.create_task(execution)
        _raise_transient_errors(result.errors or ())
        body: dict[str, object] = {
            "type": parsed_document.name,
            "timestamp": item.occurred_at,
            "cursor": encode_cursor(item.seq),
            "data": result.data,
        }
        if source.shows_current_state:
            body["asOf"] = as_of
        if result.errors:
            body["errors"] = [error.formatted for error in result.errors]
        return orjson.dumps(body)

    def _parse(self, document: str) -> ParsedDocument:
        operation, fragments = self._parse_operation(document)
        node = _root_field(operation, fragments)
        name = node.name.value
        source = SOURCES.get(name)
        if source is None:
            names = ", ".join(SOURCES)
            raise Invalid(f"{name} does not follow the event log; these do: {names}.", path=_PATH)
        field = self._subscription_field(name)
        arguments = get_argument_values(field, node)
        _check_arguments(arguments)
        return ParsedDocument(name, source, arguments, _required_scopes(field))

    def _parse_operation(
        self, document: str
    ) -> tuple[OperationDefinitionNode, Mapping[str, FragmentDefinitionNode]]:
        try:
            tree = parsed(document)
        except GraphQLError as error:
            raise Invalid(error.message, path=_PATH) from None
        errors = find_errors(self._graph, [*specified_rules, StorableText], tree)
        if errors:
            raise Invalid(errors[0].message, path=_PATH)
        try:
            compute_cost(self._graph, document, None, {})
        except GraphQLError as error:
            raise Invalid(error.message, path=_PATH) from None
        return _extract_subscription(tree)

    def _subscription_field(self, name: str) -> GraphQLField:
        root = self._graph.subscription_type
        assert root is not None
        field: GraphQLField = root.fields[name]
        return field

    @property
    def _graph(self) -> GraphQLSchema:
        graph = core_schema(self._schema)
        assert isinstance(graph, GraphQLSchema)
        return graph


def _raise_transient_errors(errors: Sequence[GraphQLError]) -> None:
    """Raise errors that a retry may cure: the event waits instead of being sent with them."""
    codes = {(error.extensions or {}).get("code") for error in errors}
    if TopLevelCode.RATE_LIMITED.value in codes:
        raise RateLimited()
    if not codes.isdisjoint(_TRANSIENT_CODES):
        raise DependencyDown()


def _extract_subscription(
    document: DocumentNode,
) -> tuple[OperationDefinitionNode, Mapping[str, FragmentDefinitionNode]]:
    operations = [
        item for item in document.definitions if isinstance(item, OperationDefinitionNode)
    ]
    if len(operations) != 1 or operations[0].operation is not OperationType.SUBSCRIPTION:
        raise Invalid("The document must contain exactly one subscription.", path=_PATH)
    if operations[0].variable_definitions:
        message = "A webhook has no variables: write the values into the document."
        raise Invalid(message, path=_PATH)
    fragments = {
        item.name.value: item
        for item in document.definitions
        if isinstance(item, FragmentDefinitionNode)
    }
    return operations[0], fragments


def _root_field(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> FieldNode:
    """Return the only root field; validation has excluded others, and circular fragments."""
    selection = operation.selection_set.selections[0]
    while not isinstance(selection, FieldNode):
        if isinstance(selection, FragmentSpreadNode):
            selection = fragments[selection.name.value].selection_set.selections[0]
        else:
            assert isinstance(selection, InlineFragmentNode)
            selection = selection.selection_set.selections[0]
    return selection


def _required_scopes(field: GraphQLField) -> tuple[Scope, ...]:
    definition = field.extensions["strawberry-definition"]
    assert isinstance(definition, StrawberryField)
    return tuple(
        scope
        for directive in definition.directives
        if isinstance(directive, ScopeDirective)
        for scope in directive.any
    )


def _decode_after(arguments: Arguments) -> int | None:
    return decode_number_cursor(arguments.get("after"))


def _check_arguments(arguments: Arguments) -> None:
    """Decode ids and cursors now: an invalid one would fail with every event."""
    try:
        _decode_after(arguments)
        for name in ("id", "phaseId"):
            if arguments.get(name) is not None:
                decode_id(arguments[name], "LaunchPhase")
    except LaunchError as error:
        raise Invalid(error.message, path=_PATH) from None
