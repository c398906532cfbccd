"""The cost of a field, from its declaration in the schema (A42, A43)."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    is_object_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from schema.directives import CostDirective
from schema.pagination import DEFAULT_FIRST, MAX_FIRST

POINT = 10  # costs are counted in tenths of a point
ASSUMED_ITEMS = 10  # of a list without an argument for its length
MUTATION_COST = 10
_PAGE = frozenset({"first", "last"})
_BOUNDED = _PAGE | {"limit"}  # the resolver refuses larger values, and names the argument
_SIZES = frozenset({"first", "last", "limit", "ids", "keys"})
_MAX_ITEMS = 10_000

Variables = Mapping[str, object]
Parent: TypeAlias = Any  # a composite type, or None if the document is invalid


class FieldCost(NamedTuple):
    """What the schema declares about the cost of a field."""

    weight: int  # of the field itself, in tenths of a point
    multiplied_by: tuple[str, ...]
    type: Parent  # of the selection below it; None for a leaf
    is_list: bool
    is_page: bool
    sizes: tuple[str, ...]  # the arguments that limit the number of items
    counted: frozenset[str]  # the arguments that the cost depends on


_LEAF = FieldCost(1, (), None, False, False, (), frozenset())


def field_cost(parent: Parent, name: str) -> FieldCost:
    """Return the cost of a field; that of a leaf if the type has no such field."""
    return _declared_cost(parent, name) if name in getattr(parent, "fields", ()) else _LEAF


@lru_cache(maxsize=4_000)  # of the fields of the schema, which are fewer
def _declared_cost(parent: Parent, name: str) -> FieldCost:
    field = parent.fields[name]
    kind = get_named_type(field.type)
    below = kind if is_composite_type(kind) else None
    is_list = below is not None and is_list_type(get_nullable_type(field.type))
    declared = _cost_directive(field)
    multiplied_by = tuple(declared.multiplied_by or ()) if declared else ()
    sizes = tuple(sorted(_SIZES & field.args.keys()))
    return FieldCost(
        weight=declared.weight * POINT
        if declared
        else _default_weight(parent, below, is_list=is_list),
        multiplied_by=tuple(name for name in multiplied_by if name in field.args),
        type=below,
        is_list=is_list,
        is_page=is_page(below) and not _PAGE.isdisjoint(field.args),
        sizes=sizes,
        counted=frozenset({*multiplied_by, *sizes}),
    )


def _cost_directive(field: GraphQLField) -> CostDirective | None:
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    directives = getattr(definition, "directives", None) or ()
    return next((item for item in directives if isinstance(item, CostDirective)), None)


def _default_weight(parent: GraphQLNamedType, below: Parent, *, is_list: bool) -> int:
    if parent.name == "Mutation":
        return MUTATION_COST * POINT
    if below is None:
        return 1
    return 0 if is_list else POINT  # the items of a list count instead


def is_page(kind: Parent) -> bool:
    """Return whether a type is a connection: its lists have the length of the requested page."""
    return is_object_type(kind) and "pageInfo" in kind.fields


def object_name(kind: Parent) -> str | None:
    """Return the name of an object type; None for an interface or union."""
    return kind.name if is_object_type(kind) else None


def page_size(arguments: Variables) -> int:
    """Return how many items a page may have."""
    sizes = [arguments[name] for name in _PAGE if isinstance(arguments.get(name), int)]
    return max(
        (requested_count(size, DEFAULT_FIRST, MAX_FIRST) for size in sizes), default=DEFAULT_FIRST
    )


def list_size(field: FieldCost, arguments: Variables) -> int:
    """Return how many items a list that is not a page may have."""
    for name in field.sizes:
        if arguments.get(name) is not None:
            maximum = MAX_FIRST if name in _BOUNDED else _MAX_ITEMS
            return requested_count(arguments[name], ASSUMED_ITEMS, maximum)
    return ASSUMED_ITEMS


def requested_count(value: object, default: int, maximum: int = _MAX_ITEMS) -> int:
    """Return how many items an argument requests: a number, or the length of a list."""
    if isinstance(value, list):
        value = len(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return default
    return min(max(value, 0), maximum)


def literal(node: ValueNode) -> object:
    """Return what counts of a literal: a number, a list of the same length, or None."""
    if isinstance(node, IntValueNode):
        return int(node.value) if len(node.value) < 12 else _MAX_ITEMS
    return [None] * len(node.values) if isinstance(node, ListValueNode) else None


def raw_value(node: ValueNode) -> tuple[object, list[str]]:
    """Return a literal as JSON, for counting its values, and the variables in it."""
    variables: list[str] = []

    def raw(node: ValueNode) -> object:
        if isinstance(node, ListValueNode):
            return [raw(item) for item in node.values]
        if isinstance(node, ObjectValueNode):
            return {field.name.value: raw(field.value) for field in node.fields}
        if isinstance(node, VariableNode):
            variables.append(node.name.value)
        return node.value if isinstance(node, StringValueNode) else None

    return raw(node), variables
