"""What one field costs, from its declaration in the schema (A42, A43)."""

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

POINT = 10  # everything here counts in tenths of a point
ASSUMED_ITEMS = 10  # of a list that says nothing about its length
MUTATION_COST = 10
_PAGE = frozenset({"first", "last"})
_BOUNDED = _PAGE | {"limit"}  # the field itself refuses more, and names the argument
_SIZES = frozenset({"first", "last", "limit", "ids", "keys"})
_MAX_ITEMS = 10_000

Variables = Mapping[str, object]
Parent: TypeAlias = Any  # a composite type, or None where the document is not valid


class Field(NamedTuple):
    """What the schema says about the price of a field."""

    weight: int  # in tenths, whatever comes
    multiplied_by: tuple[str, ...]
    type: Parent  # below it; None for a value
    is_list: bool
    is_page: bool
    sizes: tuple[str, ...]  # the arguments that say how many items come
    counted: frozenset[str]  # the arguments that move the price


_VALUE = Field(1, (), None, False, False, (), frozenset())


def priced(parent: Parent, name: str) -> Field:
    """What a field of a type costs; that of a value where the type has no such field."""
    return _priced(parent, name) if name in getattr(parent, "fields", ()) else _VALUE


@lru_cache(maxsize=4_000)  # of the fields of the schema, which are fewer
def _priced(parent: Parent, name: str) -> Field:
    field = parent.fields[name]
    kind = get_named_type(field.type)
    below = kind if is_composite_type(kind) else None
    is_list = below is not None and is_list_type(get_nullable_type(field.type))
    declared = _declared(field)
    multiplied_by = tuple(declared.multiplied_by or ()) if declared else ()
    sizes = tuple(sorted(_SIZES & field.args.keys()))
    return Field(
        weight=declared.weight * POINT if declared else _usual(parent, below, is_list=is_list),
        multiplied_by=tuple(name for name in multiplied_by if name in field.args),
        type=below,
        is_list=is_list,
        is_page=is_page(below) and not _PAGE.isdisjoint(field.args),
        sizes=sizes,
        counted=frozenset({*multiplied_by, *sizes}),
    )


def _declared(field: GraphQLField) -> CostDirective | None:
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    directives = getattr(definition, "directives", None) or ()
    return next((item for item in directives if isinstance(item, CostDirective)), None)


def _usual(parent: GraphQLNamedType, below: Parent, *, is_list: bool) -> int:
    if parent.name == "Mutation":
        return MUTATION_COST * POINT
    if below is None:
        return 1
    return 0 if is_list else POINT  # of a list the items count


def is_page(kind: Parent) -> bool:
    """A connection: its lists are slices of the length that its own field was asked for."""
    return is_object_type(kind) and "pageInfo" in kind.fields


def object_name(kind: Parent) -> str | None:
    """The name of an object type; None for types that several objects have."""
    return kind.name if is_object_type(kind) else None


def page_size(given: Variables) -> int:
    """How many items a page may have."""
    sizes = [given[name] for name in _PAGE if isinstance(given.get(name), int)]
    return max((count_of(size, DEFAULT_FIRST, MAX_FIRST) for size in sizes), default=DEFAULT_FIRST)


def items_of(field: Field, given: Variables) -> int:
    """How many items a list may have that is no page."""
    for name in field.sizes:
        if given.get(name) is not None:
            most = MAX_FIRST if name in _BOUNDED else _MAX_ITEMS
            return count_of(given[name], ASSUMED_ITEMS, most)
    return ASSUMED_ITEMS


def count_of(value: object, otherwise: int, most: int = _MAX_ITEMS) -> int:
    """How many a value of an argument asks for: a number, or a list of what is wanted."""
    if isinstance(value, list):
        value = len(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return otherwise
    return min(max(value, 0), most)


def literal(node: ValueNode) -> object:
    """What a written value counts: a number, a list of so many, or nothing."""
    if isinstance(node, IntValueNode):
        return int(node.value) if len(node.value) < 12 else _MAX_ITEMS
    return [None] * len(node.values) if isinstance(node, ListValueNode) else None


def raw_value(node: ValueNode) -> tuple[object, list[str]]:
    """A written value as the JSON that it would be, for counting, and the variables in it."""
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
