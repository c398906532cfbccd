"""Messages of the GraphQL engine, as callers read them."""

import pytest
from graphql import GraphQLError, build_schema, execute_sync, parse, validate

from schema.error_texts import redact_engine_message

GRAPH = build_schema("""
input Filter { name: String! }
type Query { find(filter: Filter, first: Int!): Int }
""")


def errors_of(document: str, variables: dict[str, object]) -> list[GraphQLError]:
    """The errors of validation, or else of execution."""
    tree = parse(document)
    invalid = validate(GRAPH, tree)
    return invalid or execute_sync(GRAPH, tree, variable_values=variables).errors or []


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        ("{ find(first: null) }", {}),
        ("{ find(first: 1, filter: { name: null }) }", {}),
        ("query ($n: Int!) { find(first: $n) }", {"n": None}),
        ("query ($f: Filter) { find(first: 1, filter: $f) }", {"f": {"name": None}}),
        ("query ($n: Int = 1) { find(first: $n) }", {"n": None}),
    ],
)
def test_null_is_called_null(document: str, variables: dict[str, object]) -> None:
    (error,) = errors_of(document, variables)
    message = redact_engine_message(error.message)
    assert "None" not in message
    assert "null" in message.replace("non-null", "")
