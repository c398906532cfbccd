"""Readers of fields that are plain attributes: `getattr` and a conversion to JSON."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum
from functools import lru_cache

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLString,
    Undefined,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField

from domain.platform.redaction import without_addresses
from schema.results import Json

ReadAttribute = Callable[[object], Json]

_FREE_TEXT_SCALARS = frozenset({"String", "JSON"})  # they may contain an e-mail address
_RESOLVED_TYPES = frozenset({str, int, float, bool, datetime})
# Scalars that return a value of exactly this class unchanged.
_UNCHANGED: dict[GraphQLLeafType, type] = {
    GraphQLString: str,
    GraphQLID: str,
    GraphQLBoolean: bool,
}


class NeedsFullExecution(Exception):
    """A value that the fast path cannot write: the executor handles it, or reports its error."""


def holds_free_text(kind: GraphQLOutputType) -> bool:
    """Return whether values of a type are texts in which people may have written addresses.

    The scalar EmailAddress is not one of them and checks nothing: it is `str`. Each field that
    returns it decides who may see it (tests/api/test_email_fields.py).
    """
    return get_named_type(kind).name in _FREE_TEXT_SCALARS


@lru_cache(maxsize=2_000)  # of the fields of the schema: the document is valid
def attribute_reader(
    parent_type: GraphQLObjectType, field_name: str, *, sees_private_data: bool = True
) -> ReadAttribute | None:
    """Return the reader of a field; None where the field has a resolver or returns objects."""
    if field_name == "__typename":
        return lambda _source: parent_type.name
    field = parent_type.fields.get(field_name)
    definition = field and field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if field is None or not isinstance(definition, StrawberryField):
        return None
    serialize = leaf_serializer(field.type)
    if not definition.is_basic_field or serialize is None:
        return None
    if not sees_private_data and holds_free_text(field.type):
        serialize = _hide_addresses(serialize)
    return _read_attribute(definition.python_name, serialize)


def _read_attribute(name: str, serialize: ReadAttribute) -> ReadAttribute:
    def read(source: object) -> Json:
        return serialize(getattr(source, name))

    return read


def _hide_addresses(serialize: ReadAttribute) -> ReadAttribute:
    def serialize_value(value: object) -> Json:
        return without_addresses(serialize(value))

    return serialize_value


def leaf_serializer(kind: GraphQLOutputType) -> ReadAttribute | None:
    """Return what makes JSON of a value; None where the type is not a leaf or list of leaves."""
    if is_non_null_type(kind):
        return _serializer(kind.of_type)
    inner = _serializer(kind)
    return inner and _nullable_serializer(inner)


def _serializer(kind: GraphQLOutputType) -> ReadAttribute | None:
    if is_list_type(kind):
        item = leaf_serializer(kind.of_type)
        return item and _list_serializer(item)
    return _leaf_value_serializer(kind) if is_leaf_type(kind) else None


def _nullable_serializer(serialize: ReadAttribute) -> ReadAttribute:
    def serialize_value(value: object) -> Json:
        return None if value is None else serialize(value)

    return serialize_value


def _list_serializer(serialize: ReadAttribute) -> ReadAttribute:
    def serialize_value(values: object) -> Json:
        if not isinstance(values, list | tuple):
            raise NeedsFullExecution
        return [serialize(value) for value in values]

    return serialize_value


def _leaf_value_serializer(kind: GraphQLLeafType) -> ReadAttribute:
    if isinstance(kind, GraphQLEnumType):
        return _enum_serializer(kind)
    coerce = kind.coerce_output_value
    exact = _UNCHANGED.get(kind)

    def serialize_value(value: object) -> Json:
        if type(value) is exact:
            return value
        if type(value) not in _RESOLVED_TYPES and _is_unresolved(value):
            raise NeedsFullExecution
        result = coerce(value)
        if result is None or result is Undefined:
            raise NeedsFullExecution
        return result

    return serialize_value


def _is_unresolved(value: object) -> bool:
    """Whether a value must be awaited or raised first; String would accept both as they are."""
    return isinstance(value, Exception) or hasattr(value, "__await__")


def _enum_serializer(kind: GraphQLEnumType) -> ReadAttribute:
    """Look the member up; graphql-core compares the value with every member instead."""
    definition = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(definition, StrawberryEnumDefinition):
        return kind.coerce_output_value
    members: list[Enum] = list(definition.wrapped_cls)
    names = {member: kind.coerce_output_value(member) for member in members}
    return names.__getitem__  # type: ignore[return-value] # called with members only
