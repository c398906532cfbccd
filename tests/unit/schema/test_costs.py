"""What an operation may cost: known before it runs, in time linear in the document (A42, A43)."""

import pytest
from graphql import get_introspection_query, parse, validate

from schema.errors import Refused
from schema.quota import Cost
from server.compat import core_schema
from server.cost.analysis import INTROSPECTION_COST, MAX_COST, CostAnalysis, compute_cost
from server.cost.field_costs import ASSUMED_ITEMS, MUTATION_COST
from server.graph import schema

GRAPH = core_schema(schema)


def cost(document: str, **variables: object) -> Cost:
    parsed = parse(document)
    (operation, *_) = parsed.definitions
    return CostAnalysis(GRAPH, parsed, variables).cost(operation)  # type: ignore[arg-type] # the first one is


def points(document: str, **variables: object) -> int:
    return cost(document, **variables).points


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{ __typename }", 1),
        ("{ viewer { id } }", 2),  # 1.1
        ("{ viewer { a: id b: id c: id d: id e: id f: id g: id h: id i: id j: id } }", 2),
        ("{ incidents { nodes { id } } }", 56),  # 1 + 50 pages of 1.1
        ("{ incidents(first: 10) { nodes { id } } }", 12),
        ("{ featureFlags(first: 9) { totalCount pageInfo { endCursor } } }", 8),  # not times 9
        ("{ incidents(first: 10) { edges { node { id } } } }", 22),
        ("{ incidents(first: -1) { nodes { id } } }", 1),
        ("{ incidents(first: 1000000000) { nodes { id } } }", 111),  # its own rule refuses it
        ("{ systemHealth { checks { type } } }", 1 + ASSUMED_ITEMS + 1),
        ('{ nodes(ids: ["a", "b"]) { id } }', 3),
        ('{ metricSeries(name: "a", range: LAST_1H, aggregation: AVG) { name } }', 11),
        ("mutation { logOut }", MUTATION_COST),
        ("{ __schema { types { fields { name } } } }", INTROSPECTION_COST),
        ("{ viewer { id @include(if: true) @skip(if: false) } }", 2),
        ("{ ...F } fragment F on Query { viewer { id } }", 2),
        ("{ ...F ...F } fragment F on Query { viewer { id } }", 3),  # 2.2
        ("{ ...F } fragment F on Query { ...F }", 1),
        ("{ nowhere { at { all } } }", 1),
        (get_introspection_query(), INTROSPECTION_COST),
    ],
)  # fmt: skip
def test_the_price_of_an_operation(document: str, expected: int) -> None:
    assert points(document) == expected


def test_of_what_types_ask_for_only_the_dearest_counts() -> None:
    one = "{ launchEvents(first: 100) { nodes { ... on FlagEvent { actor { __typename } } } } }"
    two = one.replace("nodes {", "nodes { ... on AlertEvent { summary at cursor }")
    assert points(two) == points(one)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [({"n": 2}, 4), ({}, 12), ({"n": None}, 56), ({"n": "x"}, 56), ({"n": True}, 56)],
)
def test_variables_count_as_they_are(variables: dict[str, object], expected: int) -> None:
    document = "query ($n: Int = 10) { incidents(first: $n) { nodes { id } } }"
    assert points(document, **variables) == expected
    assert compute_cost(GRAPH, document, None, variables).points == expected


def test_pages_in_pages_multiply_up_to_the_limit() -> None:
    document = """query ($n: Int!) {
      suppliers(first: 100) { nodes { clients(first: $n) { nodes { id } } } } }"""
    assert compute_cost(GRAPH, document, None, {"n": 50}).points < MAX_COST
    with pytest.raises(Refused) as caught:
        compute_cost(GRAPH, document, None, {"n": 100})
    extensions = caught.value.extensions
    assert extensions is not None
    assert extensions["code"] == "COST_EXCEEDED"
    assert (extensions["requested"], extensions["limit"]) == (11_201, MAX_COST)


@pytest.mark.parametrize(
    "document",
    [
        "{ viewer " + "{ supplier { user " * 10 + "{ id }" + "}" * 20 + "}",
        "{" + " ".join(f"a{n}: viewer {{ id }}" for n in range(51)) + "}",
        "{ ...F0 }" + "".join(f" fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(500)),
        "{ ...F0 }" + "".join(
            f" fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60)
        ) + " fragment F60 on Query { viewer { id } }",
    ],
    ids=["depth", "roots", "nested fragments", "doubling fragments"],
)  # fmt: skip
def test_an_expensive_document_is_refused_at_once(document: str) -> None:
    with pytest.raises(Refused, match=r"at most \d+"):
        compute_cost(GRAPH, document, None, {})


def test_validation_of_the_same_fields_is_given_up() -> None:
    document = parse("{ viewer {" + " supplier { id }" * 1_200 + "} }")
    (error,) = validate(GRAPH, document)
    assert error.message == "Validation aborted."


def test_a_document_is_looked_at_once_for_its_variables() -> None:
    document = (
        "query Cached ($n: Int, $o: String) { incidents(first: $n, after: $o) { totalCount } }"
    )
    first = compute_cost(GRAPH, document, "Cached", {"n": 5, "o": "a"})
    assert compute_cost(GRAPH, document, "Cached", {"n": 5, "o": "b"}) is first
    assert compute_cost(GRAPH, document, "Cached", {"n": 6}) is not first
