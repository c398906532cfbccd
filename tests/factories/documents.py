"""Random documents of the schema: any fields and arguments, with valid and invalid values."""

import json
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
)
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from server.compat import core_schema
from server.graph import schema

GRAPH = core_schema(schema)
NUMBERS = ("-1", "0", "1", "50", "101", "2147483648", "1" * 40, "1e400", "-0.5")
TEXTS = ("", "mvp_chat", "a\u0000b", "x" * 3_000, "\U0001f600", "' OR 1=1 --", "2024-02-31", "MQ==")
ODD = ("null", "true", "[]", "{}", "[[1]]", "NOWHERE", "$nowhere", '{a: "b"}')


def _texts() -> st.SearchStrategy[str]:
    plain = st.sampled_from(TEXTS) | st.text(st.characters(codec="utf-8"), max_size=20)
    return plain.map(json.dumps)


@st.composite
def _value(draw: DrawFn, kind: Any, depth: int = 2) -> str:  # noqa: ANN401 - any type of the graph
    if draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from(ODD))
    if is_non_null_type(kind):
        return draw(_value(kind.of_type, depth))
    if is_list_type(kind):
        return "[" + ", ".join(draw(st.lists(_value(kind.of_type, depth), max_size=2))) + "]"
    if isinstance(kind, GraphQLEnumType):
        names: list[str] = sorted(kind.values)
        return draw(st.sampled_from(names))
    if isinstance(kind, GraphQLInputObjectType):
        return draw(_fields_of(kind, depth))
    return draw(st.sampled_from(NUMBERS) | _texts())


@st.composite
def _fields_of(draw: DrawFn, kind: GraphQLInputObjectType, depth: int) -> str:
    names = [name for name in kind.fields if depth > 0 and draw(st.booleans())]
    fields = [f"{name}: {draw(_value(kind.fields[name].type, depth - 1))}" for name in names]
    return "{" + ", ".join(fields) + "}"


@st.composite
def _arguments(draw: DrawFn, arguments: dict[str, GraphQLArgument]) -> str:
    passed = [
        f"{name}: {draw(_value(argument.type))}"
        for name, argument in arguments.items()
        if is_non_null_type(argument.type) or draw(st.booleans())
    ]
    return f"({', '.join(passed)})" if passed else ""


@st.composite
def _field(draw: DrawFn, name: str, field: GraphQLField, depth: int) -> str:
    kind = get_named_type(field.type)
    text = name + draw(_arguments(field.args))
    return f"{text} {draw(selections(kind, depth - 1))}" if is_composite_type(kind) else text


@st.composite
def selections(draw: DrawFn, kind: Any, depth: int) -> str:  # noqa: ANN401 - any type of the graph
    """Draw fields of a type; below `depth` only its name."""
    if is_abstract_type(kind):
        kind = draw(st.sampled_from(GRAPH.get_possible_types(kind)))
        return f"{{ ... on {kind.name} {draw(selections(kind, depth))} }}"
    if depth <= 0:
        return "{ __typename }"
    names = draw(st.lists(st.sampled_from(sorted(kind.fields)), min_size=1, max_size=3))
    fields = [
        f"f{place}: {draw(_field(name, kind.fields[name], depth))}"
        for place, name in enumerate(names)
    ]
    return "{ " + " ".join(fields) + " }"
