"""How the values of columns become JSON: as the executor's own converters make it."""

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
from server.execution.leaf_fields import Unusual, completion, holds_text
from server.execution.source import Source

_AS_IT_IS = frozenset(
    {
        (Kind.TEXT, GraphQLString.name),
        (Kind.TEXT, GraphQLID.name),
        (Kind.TEXT, "EmailAddress"),
        (Kind.BOOLEAN, GraphQLBoolean.name),
        (Kind.INTEGER, GraphQLInt.name),
    }
)
_TEXTS = {Kind.MOMENT: "DateTime", Kind.DATE: "Date"}  # that come as texts
_LONGEST = len('"2026-11-30T20:56:43.533293+00:00"')
_DATE = len("2026-11-30")


class Percents(dict[float, float | int]):
    """As `print_percent` prints them. There are 10,001 with two decimals, which columns hold."""

    def __missing__(self, value: float) -> float | int:
        """The first time."""
        found = self[value] = print_percent(value)
        return found


PERCENTS = Percents()


def written(
    source: Source, kind: GraphQLOutputType, expression: Expression, name: str, *, people: bool
) -> str:
    """The source that makes JSON of a variable; raises NoPlan for what it cannot."""
    value = _converted(source, kind, expression, name)
    if not people and holds_text(kind):
        value = f"{source.name(without_addresses)}({value})"
    if not may_be_null(expression):
        return value
    if is_non_null_type(kind):
        return f"({value} if {name} is not None else {source.name(missing)}())"
    return value if value == name else f"(None if {name} is None else {value})"


def _converted(source: Source, kind: GraphQLOutputType, expression: Expression, name: str) -> str:
    nullable = get_nullable_type(kind)
    if is_list_type(nullable):
        return _list(source, nullable.of_type, expression, name)
    if not is_leaf_type(nullable):
        raise NoPlan(f"a column of the type {nullable}")
    return _single(source, nullable, expression, name)


def _single(source: Source, kind: GraphQLNamedType, expression: Expression, name: str) -> str:
    found = kind_of(expression)
    if isinstance(kind, GraphQLEnumType):
        return f"{source.name(_names(kind, enum_of(expression)))}[{name}]"
    if enum_of(expression) is None and (found, kind.name) in _AS_IT_IS:
        return name
    if found is Kind.MOMENT and kind.name == _TEXTS[found]:
        return f"({name}[1:-1] if len({name}) == {_LONGEST} else {source.name(moment)}({name}))"
    if found is Kind.DATE and kind.name == _TEXTS[found]:
        return f"({name} if len({name}) == {_DATE} else {source.name(missing)}())"
    if found is Kind.FLOAT and kind.name == "Percent":
        return f"{source.name(PERCENTS)}[{name}]"
    raise NoPlan(f"{found.name} as {kind.name}")


def _list(source: Source, kind: GraphQLOutputType, expression: Expression, name: str) -> str:
    found, item = kind_of(expression), get_nullable_type(kind)
    if found is Kind.JSON and item is GraphQLString:
        return f"([] if {name} == '[]' else {source.name(_texts)}({name}))"
    if found is Kind.TEXTS and is_enum_type(item):
        return f"[{source.name(_by_value(item))}[item] for item in {name}]"
    raise NoPlan(f"{found.name} as a list of {item}")


def _names(kind: GraphQLEnumType, members: type[StrEnum] | None) -> dict[str, str]:
    if members is None:
        raise NoPlan("texts as an enum")
    return {member.value: kind.coerce_output_value(member) for member in members}


def _by_value(kind: GraphQLEnumType) -> dict[str, str]:
    """By the values of the enum's members, for columns that know nothing of it."""
    members = [kind.coerce_input_value(name) for name in kind.values]
    return {str(member.value): kind.coerce_output_value(member) for member in members}


def _texts(text: str) -> list[str]:
    return [str(item) for item in read_json(text)]


def missing() -> object:
    """Where the schema promises a value; the executor says so."""
    raise Unusual


def is_text(expression: Expression) -> bool:
    """Whether its values are written as `as_text` sends them."""
    return kind_of(expression) in _TEXTS


def moment(quoted: str) -> str:
    """A moment as `isoformat` has it, of what PostgreSQL makes of it: the zeros are missing."""
    text, fraction = quoted[1:20], quoted[21:-7]
    if quoted[-7:-1] != "+00:00" or quoted[5] != "-" or len(quoted) > _LONGEST:
        raise Unusual  # none that Python knows
    return f"{text}.{fraction:0<6}+00:00" if fraction else f"{text}+00:00"


def global_ids(type_name: str) -> Callable[[str], str]:
    """Makes global ids of a type, as `domain.ids.global_id` does, of keys as text."""
    begin = f"{type_name}:".encode()

    def made(key: str) -> str:
        # No key and no name of a type has what base64 writes as + or /.
        return b2a_base64(begin + key.encode(), newline=False).rstrip(b"=").decode()

    return made


def loader(expression: Expression) -> Callable[[Any], Any] | None:
    """What makes of a value what the row of a resolver holds; None where it is that already."""
    members = enum_of(expression)
    if members is not None:
        return members
    if kind_of(expression) is Kind.JSON:
        return read_json
    return None


def completed(kind: GraphQLOutputType, *, people: bool) -> Callable[[Any], Any]:
    """What makes JSON of what a function gave; raises NoPlan where the type is no leaf."""
    found = completion(kind)
    if found is None:
        raise NoPlan(f"a made {kind}")
    if people or not holds_text(kind):
        return found
    return lambda value: without_addresses(found(value))
