"""The variables of a request and the arguments of a field, where they are of the plain kind.

Whatever the executor would convert, refuse or take for something else is its own: NoPlan where the
document shows it, None or Unusual where a value does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias, cast

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLID,
    GraphQLInputType,
    GraphQLInt,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    Undefined,
    ValueNode,
    VariableNode,
    is_list_type,
    is_non_null_type,
)
from graphql.utilities import type_from_ast, value_from_ast

from db.reads.base import NoPlan
from schema.pagination import MAX_INTEGER
from server.execution.leaf_fields import Unusual

Value: TypeAlias = Any  # as the resolver would get it; Undefined where nothing was given
Values: TypeAlias = Sequence[Value]  # of the variables of an operation, in their order
Get = Callable[[Values], Value]
Read = Callable[[Any], Value]


@dataclass(frozen=True, slots=True)
class Constant:
    """How to get what stands in the document."""

    value: Value

    def __call__(self, _values: Values) -> Value:
        """Whatever the variables are."""
        return self.value


class Variable(NamedTuple):
    """One variable of an operation. `decides`: its value selects fields."""

    name: str
    read: Read
    default: Value
    is_required: bool
    decides: bool

    def value(self, given: Mapping[str, Any]) -> Value:
        """Raises Unusual where it is not the plain kind."""
        value = given.get(self.name, Undefined)
        if value is Undefined:
            value = self.default
        elif value is not None:
            return self.read(value)
        if value in (None, Undefined) and (self.is_required or self.decides):
            raise Unusual
        return value


def variables_of(
    schema: GraphQLSchema, operation: OperationDefinitionNode, deciding: frozenset[str]
) -> tuple[Variable, ...]:
    """In the order of their definitions."""
    found = []
    for node in operation.variable_definitions or ():
        kind = cast("GraphQLInputType", type_from_ast(schema, node.type))
        name, default = node.variable.name.value, Undefined
        if node.default_value is not None:
            default = _constant(node.default_value, kind)
        required = is_non_null_type(kind)
        found.append(Variable(name, _reader(kind), default, required, name in deciding))
    return tuple(found)


def _constant(node: ValueNode, kind: GraphQLInputType) -> Value:
    parts = node.values if isinstance(node, ListValueNode) else (node,)
    if any(isinstance(item, VariableNode | ListValueNode | ObjectValueNode) for item in parts):
        raise NoPlan("a value with parts")
    value = value_from_ast(node, kind)
    if value is Undefined:
        raise NoPlan("a value that is none of its type")
    return value


def _reader(kind: GraphQLInputType) -> Read:
    if is_non_null_type(kind):
        return _reader(kind.of_type)
    if is_list_type(kind):
        return _list(_reader(kind.of_type))
    if isinstance(kind, GraphQLEnumType):
        return _member(kind)
    if getattr(kind, "name", "") == _MOMENT:
        return cast("GraphQLScalarType", kind).coerce_input_value
    return _READERS.get(kind, _refuse)


_MOMENT = "DateTime"


def _member(kind: GraphQLEnumType) -> Read:
    members = {name: kind.coerce_input_value(name) for name in kind.values}

    def read(value: object) -> Value:
        if not isinstance(value, str) or value not in members:
            raise Unusual
        return members[value]

    return read


def _list(read_item: Read) -> Read:
    def read(value: object) -> Value:
        if not isinstance(value, list):
            raise Unusual
        return [read_item(item) for item in value]

    return read


def _exactly(kind: type) -> Read:
    def read(value: object) -> Value:
        if type(value) is not kind:
            raise Unusual
        return value

    return read


def _integer(value: object) -> Value:
    if type(value) is not int or not -MAX_INTEGER - 1 <= value <= MAX_INTEGER:
        raise Unusual
    return value


def _refuse(_value: object) -> Value:
    raise Unusual


_READERS: dict[GraphQLInputType, Read] = {
    GraphQLString: _exactly(str),
    GraphQLID: _exactly(str),
    GraphQLBoolean: _exactly(bool),
    GraphQLInt: _integer,
}


def arguments_of(
    field: GraphQLField, node: FieldNode, places: Mapping[str, int], known: Values
) -> dict[str, Get]:
    """How to get each argument that is not null. `known`: which variables are null or left out.

    Raises NoPlan where a variable stands inside a value, or a needed argument is null.
    """
    given = {item.name.value: item.value for item in node.arguments or ()}
    found: dict[str, Get] = {}
    for name, argument in field.args.items():
        get = _argument(argument, given.get(name), places, known)
        if get is not None:
            found[name] = get
        elif is_non_null_type(argument.type):
            raise NoPlan(f"{name} is null")
    return found


def _argument(
    argument: GraphQLArgument, node: ValueNode | None, places: Mapping[str, int], known: Values
) -> Get | None:
    if isinstance(node, VariableNode):
        place = places[node.name.value]
        if known[place] is None:
            return None
        if known[place] is not Undefined:
            return lambda values: values[place]
        node = None
    if node is None:
        value = None if argument.default_value is Undefined else argument.default_value
    else:
        value = _constant(node, argument.type)
    return None if value is None else Constant(value)
