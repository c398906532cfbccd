"""Which documents ask for nothing but rows, or but the caller's flags (ADR 12).

No clock, no other system, no memory but the set of flags.

A field with a resolver says so itself, with `metadata=PURE[...]`; one that forgets is only slower.
A plain attribute of an object is as pure as what gave the object.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    get_operation_ast,
    is_abstract_type,
    is_object_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from schema.documents import fact, parsed
from services.replies import Source, together

_KEY = "source"
PURE: Mapping[Source, Mapping[str, Any]] = {source: {_KEY: source} for source in Source}


class Impure(Exception):
    """Something in the document depends on what has no revision."""


class _Asked(NamedTuple):
    """A part of a document: fields of a type."""

    kind: GraphQLNamedType
    selected: SelectionSetNode


def source_of(schema: GraphQLSchema, query: str, operation_name: str | None) -> Source | None:
    """What the answer to a valid query is made of; None where it can be another any moment."""
    return fact(query, operation_name, Source, lambda: _source(schema, query, operation_name))


def _source(schema: GraphQLSchema, query: str, operation_name: str | None) -> Source | None:
    document = parsed(query)
    operation = get_operation_ast(document, operation_name)
    if operation is None or operation.operation is not OperationType.QUERY or not schema.query_type:
        return None
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    try:
        root = _Asked(schema.query_type, operation.selection_set)
        return together(set(_sources(schema, fragments, root)))
    except Impure:
        return None


def _sources(
    schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], asked: _Asked
) -> Iterator[Source]:
    """Of every field; each fragment is looked at once, or a short document could take hours."""
    pending, seen, done = [asked], set[str](), set[tuple[str, int]]()
    while pending:
        kind, selected = pending.pop()
        if (kind.name, id(selected)) in done:
            continue
        done.add((kind.name, id(selected)))
        for node in selected.selections:
            if isinstance(node, FieldNode):
                for owner in _owners(schema, kind):
                    found, below = _field(owner, node)
                    if found is not None:
                        yield found
                    if node.selection_set is not None and below is not None:
                        pending.append(_Asked(below, node.selection_set))
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                inner = schema.get_type(condition.name.value) if condition else kind
                pending.append(_Asked(_known(inner), node.selection_set))
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = fragments[node.name.value]
                inner = schema.get_type(fragment.type_condition.name.value)
                pending.append(_Asked(_known(inner), fragment.selection_set))


def _field(
    owner: GraphQLObjectType, node: FieldNode
) -> tuple[Source | None, GraphQLNamedType | None]:
    name = node.name.value
    if name == "__typename":
        return None, None
    field = owner.fields.get(name)
    definition = field and field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if field is None or not isinstance(definition, StrawberryField):
        raise Impure
    source = definition.metadata.get(_KEY)
    if source is None and not definition.is_basic_field:
        raise Impure
    return source, get_named_type(field.type)


def _owners(schema: GraphQLSchema, kind: GraphQLNamedType) -> list[GraphQLObjectType]:
    """Whose fields may be meant: those of every type that an object here may be of."""
    if is_object_type(kind):
        return [kind]
    if is_abstract_type(kind):
        return list(schema.get_possible_types(kind))
    raise Impure


def _known(kind: GraphQLNamedType | None) -> GraphQLNamedType:
    if kind is None:
        raise Impure
    return kind
