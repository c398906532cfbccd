"""Every list that the graph takes: each value once, and never too many for the database (SEC8)."""

import json
from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    is_required_argument,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from schema.list_arguments import MAX_FILTER_VALUES, DistinctLists, distinct
from server.compat import core_schema
from server.graph import schema
from tests.support.graphql import GraphQLClient

GRAPH = core_schema(schema)
SHORT = "a"  # 40,000 of them are less than a body may have


def lists() -> Iterator[tuple[str, str]]:
    """Root fields of Query with the names of their list arguments."""
    assert GRAPH.query_type is not None
    for name, field in GRAPH.query_type.fields.items():
        for argument, definition in field.args.items():
            if is_list_type(get_nullable_type(definition.type)):
                yield name, argument


LISTS = sorted(lists())


def field_of(name: str) -> GraphQLField:
    assert GRAPH.query_type is not None
    field: GraphQLField = GRAPH.query_type.fields[name]
    return field


def item_of(argument: GraphQLArgument) -> object:
    kind = get_named_type(argument.type)
    return next(iter(kind.values)) if isinstance(kind, GraphQLEnumType) else SHORT


def document(name: str, argument: str) -> str:
    field = field_of(name)
    kind = field.args[argument].type
    others = [key for key, item in field.args.items() if is_required_argument(item)]
    assert set(others) <= {argument}
    below = " { __typename }" if is_composite_type(get_named_type(field.type)) else ""
    return f"query ($v: {kind}) {{ {name}({argument}: $v){below} }}"


def has_distinct_lists(field: GraphQLField) -> bool:
    """Whether its resolver gets each value once, as those of Query do."""
    extensions = field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].extensions
    return any(isinstance(item, DistinctLists) for item in extensions)


def test_list_arguments_are_found() -> None:
    assert len(LISTS) >= 9
    nested = {
        (kind.name, name, argument)
        for kind in GRAPH.type_map.values()
        if isinstance(kind, GraphQLObjectType) and kind is not GRAPH.query_type
        for name, field in kind.fields.items()
        for argument, definition in field.args.items()
        if is_list_type(get_nullable_type(definition.type))
        and not kind.name.startswith("__")
        and not has_distinct_lists(field)
    }
    assert {kind for kind, *_ in nested} <= {"Mutation", "Subscription"}


@pytest.mark.parametrize(("name", "argument"), LISTS)
@pytest.mark.parametrize("count", [40_000, 1_000])
async def test_long_lists_give_a_clear_error_or_a_result(
    admin: GraphQLClient, name: str, argument: str, count: int
) -> None:
    field = field_of(name)
    item = item_of(field.args[argument])
    answer = await admin.execute(document(name, argument), v=[item] * count)
    assert "INTERNAL" not in answer.codes
    if count > 1_000:
        assert answer.codes == ["COST_EXCEEDED"]
        assert answer.body["errors"][0]["message"].endswith(": see v.")
    elif argument != "ids":
        assert answer.data[name] is not None  # once is what a thousand times is


@pytest.mark.parametrize(("name", "argument"), [("changes", "action"), ("changes", "actor")])
async def test_too_many_distinct_values_name_the_argument(
    admin: GraphQLClient, name: str, argument: str
) -> None:
    values = [f"a{number}" for number in range(MAX_FILTER_VALUES + 1)]
    answer = await admin.execute(document(name, argument), v=values)
    (error,) = answer.body["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": argument}
    assert error["message"] == f"{argument} holds 501 values; at most 500 are allowed."
    assert (await admin.execute(document(name, argument), v=values[1:])).data


async def test_literal_lists_have_the_same_limits(admin: GraphQLClient) -> None:
    for count, codes in ((1_000, []), (1_001, ["COST_EXCEEDED"])):
        written = "FLAG " * count
        answer = await admin.execute(f"{{ changes(subject: [{written}]) {{ __typename }} }}")
        assert answer.codes == codes, json.dumps(answer.body)[:300]


async def test_the_cost_of_a_filter_grows_with_its_length(admin: GraphQLClient) -> None:
    costs = []
    for count in (1, 1_000):
        answer = await admin.execute(document("mails", "status"), v=["SENT"] * count)
        costs.append(answer.body["extensions"]["cost"]["requested"])
    assert costs[1] - costs[0] == 200  # a tenth of a point each, in the variable and where used


def test_distinct_keeps_the_order() -> None:
    assert distinct(["b", "a", "b", "c", "a"], "keys") == ["b", "a", "c"]
