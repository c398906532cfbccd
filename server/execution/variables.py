"""Variables of a request and arguments of a field, for values that need no conversion.

What the executor would convert or reject is left to it: NoPlan is raised where the document shows
it, NeedsFullExecution where a value does.
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
from server.execution.attribute_readers import NeedsFullExecution

Value: TypeAlias = Any  # as the resolver would receive it; Undefined where it was left out
Values: TypeAlias = Sequence[Value]  # of the variables of an operation, in their order
ArgumentGetter = Callable[[Values], Value]
ReadValue = Callable[[Any], Value]


@dataclass(frozen=True, slots=True)
class Constant:
    """Gets an argument whose value stands in the document."""

    value: Value

    def __call__(self, _values: Values) -> Value:
        """Return the same value for all variables."""
        return self.value


class Variable(NamedTuple):
    """One variable of an operation. `decides`: its value decides which fields are selected."""

    name: str
    read: ReadValue
    default: Value
    is_required: bool
    decides: bool

    def read_value(self, provided: Mapping[str, Any]) -> Value:
        """Read the value of a request. Raises NeedsFullExecution where it needs conversion."""
        value = provided.get(self.name, Undefined)
        if value is Undefined:
            value = self.default
        elif value is not None:
            return self.read(value)
        if value in (None, Undefined) and (self.is_required or self.decides):
            raise NeedsFullExecution
        return value


def parse_variables(
    schema: GraphQLSchema, operation: OperationDefinitionNode, deciding: frozenset[str]
) -> tuple[Variable, ...]:
    """Return the variables of an operation, in the order of their definitions."""
    variables = []
    for node in operation.variable_definitions or ():
        kind = cast("GraphQLInputType", type_from_ast(schema, node.type))
        name, default = node.variable.name.value, Undefined
        if node.default_value is not None:
            default = _constant_value(node.default_value, kind)
        required = is_non_null_type(kind)
        variables.append(Variable(name, _reader(kind), default, required, name in deciding))
    return tuple(variables)


def _constant_value(node: ValueNode, kind: GraphQLInputType) -> Value:
    parts = node.values if isinstance(node, ListValueNode) else (node,)
    if any(isinstance(item, VariableNode | ListValueNode | ObjectValueNode) for item in parts):
        raise NoPlan("a list of lists, objects or variables")
    value = value_from_ast(node, kind)
    if value is Undefined:
        raise NoPlan("a value that its type does not accept")
    return value


def _reader(kind: GraphQLInputType) -> ReadValue:
    if is_non_null_type(kind):
        return _reader(kind.of_type)
    if is_list_type(kind):
        return _list_reader(_reader(kind.of_type))
    if isinstance(kind, GraphQLEnumType):
        return _enum_reader(kind)
    if getattr(kind, "name", "") == _MOMENT_SCALAR:
        return cast("GraphQLScalarType", kind).coerce_input_value
    return _READERS.get(kind, _reject)


_MOMENT_SCALAR = "DateTime"


def _enum_reader(kind: GraphQLEnumType) -> ReadValue:
    members = {name: kind.coerce_input_value(name) for name in kind.values}

    def read(value: object) -> Value:
        if not isinstance(value, str) or value not in members:
            raise NeedsFullExecution
        return members[value]

    return read


def _list_reader(read_item: ReadValue) -> ReadValue:
    def read(value: object) -> Value:
        if not isinstance(value, list):
            raise NeedsFullExecution
        return [read_item(item) for item in value]

    return read


def _exact_type_reader(kind: type) -> ReadValue:
    def read(value: object) -> Value:
        if type(value) is not kind:
            raise NeedsFullExecution
        return value

    return read


def _read_integer(value: object) -> Value:
    if type(value) is not int or not -MAX_INTEGER - 1 <= value <= MAX_INTEGER:
        raise NeedsFullExecution
    return value


def _reject(_value: object) -> Value:
    raise NeedsFullExecution


_READERS: dict[GraphQLInputType, ReadValue] = {
    GraphQLString: _exact_type_reader(str),
    GraphQLID: _exact_type_reader(str),
    GraphQLBoolean: _exact_type_reader(bool),
    GraphQLInt: _read_integer,
}


def argument_getters(
    field: GraphQLField, node: FieldNode, indexes: Mapping[str, int], shape_values: Values
) -> dict[str, ArgumentGetter]:
    """Return what gets each argument that is not null.

    `shape_values` shows which variables are null or left out. Raises NoPlan where a variable
    stands inside a list or object, or a required argument is null.
    """
    nodes = {item.name.value: item.value for item in node.arguments or ()}
    getters: dict[str, ArgumentGetter] = {}
    for name, argument in field.args.items():
        get = _argument_getter(argument, nodes.get(name), indexes, shape_values)
        if get is not None:
            getters[name] = get
        elif is_non_null_type(argument.type):
            raise NoPlan(f"{name} is null")
    return getters


def _argument_getter(
    argument: GraphQLArgument,
    node: ValueNode | None,
    indexes: Mapping[str, int],
    shape_values: Values,
) -> ArgumentGetter | None:
    if isinstance(node, VariableNode):
        index = indexes[node.name.value]
        if shape_values[index] is None:
            return None
        if shape_values[index] is not Undefined:
            return lambda values: values[index]
        node = None
    if node is None:
        value = None if argument.default_value is Undefined else argument.default_value
    else:
        value = _constant_value(node, argument.type)
    return None if value is None else Constant(value)
