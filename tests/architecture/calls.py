"""A valid call of any root field, made from nothing but the schema."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

from domain.ids import global_id

SCALARS: dict[str, object] = {
    "ID": global_id("LaunchPhase", UUID(int=7)),
    "String": "some_text_1",
    "Int": 1,
    "Float": 1.5,
    "Boolean": True,
    "JSON": {"a": 1},
    "Percent": 12.5,
    "EmailAddress": "somebody@example.com",
    "Date": "2027-06-01",
    "DateTime": "2027-06-01T12:00:00Z",
}


@dataclass(frozen=True, slots=True)
class Call:
    """A document with its variables."""

    document: str
    variables: dict[str, Any]  # JSON


def call(graph: GraphQLSchema, kind: str, name: str, *, full: bool = False) -> Call:
    """The field `kind.name`; `full` gives every optional value too."""
    root = graph.type_map[kind]
    assert isinstance(root, GraphQLObjectType)
    field = root.fields[name]
    arguments_by_name = {
        key: arg for key, arg in field.args.items() if full or is_required_argument(arg)
    }
    declared = ", ".join(f"${key}: {arg.type}" for key, arg in arguments_by_name.items())
    passed = ", ".join(f"{key}: ${key}" for key in arguments_by_name)
    head = f"{kind.lower()} ({declared})" if arguments_by_name else kind.lower()
    body = f"{name}({passed})" if arguments_by_name else name
    variables = {key: _value(arg.type, full=full) for key, arg in arguments_by_name.items()}
    return Call(f"{head} {{ {body}{_selection(field)} }}", variables)


def _selection(field: GraphQLField) -> str:
    kind = get_named_type(field.type)
    if is_leaf_type(kind):
        return ""
    is_payload = isinstance(kind, GraphQLObjectType) and "errors" in kind.fields
    return " { __typename errors { code message } }" if is_payload else " { __typename }"


def _value(kind: GraphQLInputType, *, full: bool) -> object:
    match kind:
        case GraphQLNonNull():
            return _value(kind.of_type, full=full)
        case GraphQLList():
            return [_value(kind.of_type, full=full)]
        case GraphQLEnumType():
            return next(iter(kind.values))
        case GraphQLInputObjectType():
            return {
                name: _value(item.type, full=full)
                for name, item in kind.fields.items()
                if full or is_required_input_field(item)
            }
    return SCALARS[get_named_type(kind).name]
