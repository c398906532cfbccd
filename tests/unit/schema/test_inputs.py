"""Variables and extensions are limited before they are coerced, and cost points (SEC6)."""

import pytest
from graphql import parse

from schema.errors import Refused
from server.compat import core_schema
from server.cost.analysis import MAX_COST, CostAnalysis, compute_cost
from server.cost.input_limits import MAX_EXTENSIONS, MAX_VALUES, MAX_VISITOR_VALUES, check_inputs
from server.graph import schema

GRAPH = core_schema(schema)
SAMPLES = """mutation ($s: [MetricSampleInput!]!) { recordSamples(samples: $s) { recorded } }"""


def refused(variables: object = None, extensions: object = None, *, anonymous: bool) -> Refused:
    excess = check_inputs(variables, extensions, is_anonymous=anonymous)  # type: ignore[arg-type] # any JSON
    assert excess is not None
    return excess


@pytest.mark.parametrize(
    ("anonymous", "most"),
    [(True, MAX_VISITOR_VALUES.values), (False, MAX_VALUES.values)],
)
def test_a_visitor_sends_fewer_values_than_an_account(*, anonymous: bool, most: int) -> None:
    values = {f"v{n}": n for n in range(most)}
    assert check_inputs(values, None, is_anonymous=anonymous) is None
    error = refused({**values, "more": 1}, anonymous=anonymous)
    assert error.message == f"The variables hold too many values; at most {most} are allowed."
    assert error.extensions == {
        "code": "COST_EXCEEDED", "argument": "variables", "requested": most + 1, "limit": most,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"a": [0] * 1_001}, "The variables hold a list that is too long; at most 1000"),
        ({"a": "x" * 100_001}, "The variables hold a text that is too long; at most 100000"),
        ({"a": "\x00"}, r"\$a holds a NUL character"),
        ({"a": [{"b": ["\x00"]}]}, r"\$a\[0\].b\[0\] holds a NUL character"),
        ({"a": {"\x00": 1}}, r"\$a holds a NUL character"),
    ],
)
def test_the_limit_is_named(variables: dict[str, object], message: str) -> None:
    with pytest.raises(Refused, match=message):
        raise refused(variables, anonymous=False)


def test_extensions_are_small() -> None:
    error = refused({}, {str(n): n for n in range(101)}, anonymous=False)
    assert error.message.startswith("The extensions hold too many values")
    assert error.extensions is not None
    assert error.extensions["limit"] == MAX_EXTENSIONS.values


def points(document: str, **variables: object) -> int:
    return compute_cost(GRAPH, document, None, variables).points


def test_each_value_of_an_input_costs_a_tenth_where_it_comes_and_where_it_is_used() -> None:
    samples = [{"name": "a", "value": 1}] * 100  # 300 values
    assert points(SAMPLES, s=samples) == points(SAMPLES, s=[]) + 60
    written = '{name: "a", value: 1}, ' * 100
    literal = f"mutation {{ recordSamples(samples: [{written}]) {{ recorded }} }}"
    assert points(literal) == points(SAMPLES, s=[]) + 30


def test_unused_variables_cost_too() -> None:
    assert points("{ __typename }", unused=[0] * 1_000) == points("{ __typename }") + 100


def test_an_input_below_a_list_costs_for_each_item() -> None:
    plain = "{ suppliers(first: 100) { nodes { clients(first: 1, status: []) { totalCount } } } }"
    listed = plain.replace("[]", "[INVITED, CONNECTED]")
    assert points(listed) - points(plain) == 100 * 2 // 10


def test_a_default_and_a_variable_inside_of_a_literal_cost_as_any_value() -> None:
    document = """query ($s: [IncidentStatus!] = [OPEN, OPEN, OPEN, OPEN, OPEN]) {
      incidents(status: $s, first: 1) { totalCount } }"""
    assert points(document) == points(document, s=["OPEN"] * 5)
    nested = """mutation ($t: JSON) {
      completeOnboardingStep(step: "a", data: {tags: $t}) { __typename } }"""
    assert points(nested, t=[1] * 100) == points(nested, t=1) + 20


@pytest.mark.parametrize("value", ["[" * 17 + "]" * 17, "[" + "1 " * 1_001 + "]"])
def test_a_literal_has_the_limits_of_a_variable(value: str) -> None:
    document = f'mutation {{ completeOnboardingStep(step: "a", data: {value}) {{ __typename }} }}'
    with pytest.raises(Refused, match="An argument in the document may not hold"):
        CostAnalysis(GRAPH, parse(document), {}).cost(parse(document).definitions[0])  # type: ignore[arg-type] # an operation


def test_the_largest_allowed_input_can_be_paid_for() -> None:
    values = {"s": [{"name": "a", "value": n, "at": None} for n in range(1_000)]}
    assert check_inputs(values, None, is_anonymous=False) is None
    assert points(SAMPLES, **values) < MAX_COST
