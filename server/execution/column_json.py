"""Generates the expressions that turn column values into the JSON that the executor would send."""

from binascii import b2a_base64
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInt,
    GraphQLNamedType,
    GraphQLOutputType,
    GraphQLString,
    get_nullable_type,
    is_enum_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)

from db.json_text import read_json
from db.reads.base import Expression, NoPlan
from db.reads.columns import Kind, enum_of, kind_of, may_be_null
from domain.platform.redaction import without_addresses
from schema.scalars import print_percent
from server.execution.attribute_readers import (
    NeedsFullExecution,
    holds_free_text,
    leaf_serializer,
)
from server.execution.source import SourceBuilder

# Pairs of a column and a scalar whose values are the same.
_UNCHANGED = frozenset(
    {
        (Kind.TEXT, GraphQLString.name),
        (Kind.TEXT, GraphQLID.name),
        (Kind.TEXT, "EmailAddress"),
        (Kind.BOOLEAN, GraphQLBoolean.name),
        (Kind.INTEGER, GraphQLInt.name),
    }
)
_TEXT_SCALARS = {Kind.MOMENT: "DateTime", Kind.DATE: "Date"}  # PostgreSQL sends these as text
_MOMENT_LENGTH = len('"2026-11-30T20:56:43.533293+00:00"')
_DATE_LENGTH = len("2026-11-30")


class Percents(dict[float, float | int]):
    """Results of `print_percent`. A column with two decimals has 10,001 values at most."""

    def __missing__(self, value: float) -> float | int:
        """Print a value that has not been printed yet."""
        result = self[value] = print_percent(value)
        return result


PERCENTS = Percents()


def json_expression(
    source: SourceBuilder,
    kind: GraphQLOutputType,
    expression: Expression,
    name: str,
    *,
    sees_private_data: bool,
) -> str:
    """Return the expression that makes JSON of the variable `name`.

    Raises NoPlan where the column and the type of the field have no known conversion.
    """
    value = _convert(source, kind, expression, name)
    if not sees_private_data and holds_free_text(kind):
        value = f"{source.bind_object(without_addresses)}({value})"
    if not may_be_null(expression):
        return value
    if is_non_null_type(kind):
        return f"({value} if {name} is not None else {source.bind_object(raise_missing)}())"
    return value if value == name else f"(None if {name} is None else {value})"


def _convert(
    source: SourceBuilder, kind: GraphQLOutputType, expression: Expression, name: str
) -> str:
    nullable = get_nullable_type(kind)
    if is_list_type(nullable):
        return _convert_list(source, nullable.of_type, expression, name)
    if not is_leaf_type(nullable):
        raise NoPlan(f"a column of the type {nullable}")
    return _convert_leaf(source, nullable, expression, name)


def _convert_leaf(
    source: SourceBuilder, kind: GraphQLNamedType, expression: Expression, name: str
) -> str:
    column = kind_of(expression)
    if isinstance(kind, GraphQLEnumType):
        return f"{source.bind_object(_names_by_value(kind, enum_of(expression)))}[{name}]"
    if enum_of(expression) is None and (column, kind.name) in _UNCHANGED:
        return name
    if column is Kind.MOMENT and kind.name == _TEXT_SCALARS[column]:
        slow = f"{source.bind_object(format_moment)}({name})"
        return f"({name}[1:-1] if len({name}) == {_MOMENT_LENGTH} else {slow})"
    if column is Kind.DATE and kind.name == _TEXT_SCALARS[column]:
        missing = f"{source.bind_object(raise_missing)}()"
        return f"({name} if len({name}) == {_DATE_LENGTH} else {missing})"
    if column is Kind.FLOAT and kind.name == "Percent":
        return f"{source.bind_object(PERCENTS)}[{name}]"
    raise NoPlan(f"{column.name} as {kind.name}")


def _convert_list(
    source: SourceBuilder, kind: GraphQLOutputType, expression: Expression, name: str
) -> str:
    column, item = kind_of(expression), get_nullable_type(kind)
    if column is Kind.JSON and item is GraphQLString:
        return f"([] if {name} == '[]' else {source.bind_object(_parse_texts)}({name}))"
    if column is Kind.TEXTS and is_enum_type(item):
        return f"[{source.bind_object(_names_by_text(item))}[item] for item in {name}]"
    raise NoPlan(f"{column.name} as a list of {item}")


def _names_by_value(kind: GraphQLEnumType, members: type[StrEnum] | None) -> dict[str, str]:
    if members is None:
        raise NoPlan("texts as an enum")
    return {member.value: kind.coerce_output_value(member) for member in members}


def _names_by_text(kind: GraphQLEnumType) -> dict[str, str]:
    """By the values of the members, for array columns, which do not know their enum."""
    members = [kind.coerce_input_value(name) for name in kind.values]
    return {str(member.value): kind.coerce_output_value(member) for member in members}


def _parse_texts(text: str) -> list[str]:
    return [str(item) for item in read_json(text)]


def raise_missing() -> object:
    """Fall back to the executor, which reports the null in a non-null field."""
    raise NeedsFullExecution


def is_text(expression: Expression) -> bool:
    """Return whether the column is selected as text, as `as_text` sends it."""
    return kind_of(expression) in _TEXT_SCALARS


def format_moment(quoted: str) -> str:
    """Convert PostgreSQL's JSON of a moment to `isoformat`: PostgreSQL drops trailing zeros.

    Raises NeedsFullExecution for what `datetime` cannot hold, such as `infinity`.
    """
    text, fraction = quoted[1:20], quoted[21:-7]
    if quoted[-7:-1] != "+00:00" or quoted[5] != "-" or len(quoted) > _MOMENT_LENGTH:
        raise NeedsFullExecution
    return f"{text}.{fraction:0<6}+00:00" if fraction else f"{text}+00:00"


def global_id_encoder(type_name: str) -> Callable[[str], str]:
    """Return a function that encodes keys as `domain.ids.global_id` does for a type."""
    prefix = f"{type_name}:".encode()

    def encode(key: str) -> str:
        # The URL-safe alphabet makes no difference: no key and no type name encodes to + or /.
        return b2a_base64(prefix + key.encode(), newline=False).rstrip(b"=").decode()

    return encode


def column_loader(expression: Expression) -> Callable[[Any], Any] | None:
    """Return what converts a driver's value to that of an ORM row; None if they are the same."""
    members = enum_of(expression)
    if members is not None:
        return members
    if kind_of(expression) is Kind.JSON:
        return read_json
    return None


def value_serializer(kind: GraphQLOutputType, *, sees_private_data: bool) -> Callable[[Any], Any]:
    """Return what makes JSON of a computed value. Raises NoPlan where the type is no leaf."""
    serialize = leaf_serializer(kind)
    if serialize is None:
        raise NoPlan(f"a computed {kind}")
    if sees_private_data or not holds_free_text(kind):
        return serialize
    return lambda value: without_addresses(serialize(value))
