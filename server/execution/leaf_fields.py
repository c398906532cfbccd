"""How to read a field of an object where that is no more than taking an attribute."""

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

Read = Callable[[object], Json]

_TEXTS = frozenset({"String", "JSON"})  # scalars in which an e-mail address may stand
_HARMLESS = frozenset({str, int, float, bool, datetime})
# Scalars that give a value of this very class back as it is.
_AS_IT_IS: dict[GraphQLLeafType, type] = {
    GraphQLString: str,
    GraphQLID: str,
    GraphQLBoolean: bool,
}


class Unusual(Exception):
    """This value needs the long way."""


def holds_text(kind: GraphQLOutputType) -> bool:
    """Whether values of a type are texts that people wrote; EmailAddress guards itself."""
    return get_named_type(kind).name in _TEXTS


@lru_cache(maxsize=2_000)  # of the fields of the schema: the document is valid
def reader(
    parent_type: GraphQLObjectType, field_name: str, *, sees_people: bool = True
) -> Read | None:
    """Reads a field of an object; None where that is more than taking an attribute."""
    if field_name == "__typename":
        return lambda _source: parent_type.name
    field = parent_type.fields.get(field_name)
    definition = field and field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if field is None or not isinstance(definition, StrawberryField):
        return None
    complete = completion(field.type)
    if not definition.is_basic_field or complete is None:
        return None
    if not sees_people and holds_text(field.type):
        complete = _discreet(complete)
    return _attribute(definition.python_name, complete)


def _attribute(name: str, complete: Read) -> Read:
    def read(source: object) -> Json:
        return complete(getattr(source, name))

    return read


def _discreet(complete: Read) -> Read:
    def completed(value: object) -> Json:
        return without_addresses(complete(value))

    return completed


def completion(kind: GraphQLOutputType) -> Read | None:
    """What makes JSON of a value of a type; None where the type is no leaf or list of leaves."""
    if is_non_null_type(kind):
        return _inner(kind.of_type)
    inner = _inner(kind)
    return inner and _nullable(inner)


def _inner(kind: GraphQLOutputType) -> Read | None:
    if is_list_type(kind):
        item = completion(kind.of_type)
        return item and _list(item)
    return _leaf(kind) if is_leaf_type(kind) else None


def _nullable(complete: Read) -> Read:
    def completed(value: object) -> Json:
        return None if value is None else complete(value)

    return completed


def _list(complete: Read) -> Read:
    def completed(values: object) -> Json:
        if not isinstance(values, list | tuple):
            raise Unusual
        return [complete(value) for value in values]

    return completed


def _leaf(kind: GraphQLLeafType) -> Read:
    if isinstance(kind, GraphQLEnumType):
        return _enum(kind)
    coerce = kind.coerce_output_value
    exact = _AS_IT_IS.get(kind)

    def completed(value: object) -> Json:
        if type(value) is exact:
            return value
        if type(value) not in _HARMLESS and _is_unresolved(value):
            raise Unusual
        found = coerce(value)
        if found is None or found is Undefined:
            raise Unusual
        return found

    return completed


def _is_unresolved(value: object) -> bool:
    """Whether a value has to be awaited or raised first; a String would take both as they are."""
    return isinstance(value, Exception) or hasattr(value, "__await__")


def _enum(kind: GraphQLEnumType) -> Read:
    """By the member itself: the schema's own way compares it with every member."""
    definition = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(definition, StrawberryEnumDefinition):
        return kind.coerce_output_value
    members: list[Enum] = list(definition.wrapped_cls)
    names = {member: kind.coerce_output_value(member) for member in members}
    return names.__getitem__  # type: ignore[return-value] # given nothing but members
