"""Whatever is sent, the answer is well formed and never our fault."""

import json

import httpx2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.documents import GRAPH, selections
from tests.support.graphql import GraphQLClient

FEW = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        "query": ANYTHING | st.just("query ($a: JSON) { __typename }"),
        "variables": ANYTHING,
        "operationName": ANYTHING,
        "extensions": ANYTHING | st.fixed_dictionaries({"persistedQuery": ANYTHING}),
        "documentId": ANYTHING,
    },
)
BODIES = st.binary(max_size=60) | (ANYTHING | PARAMETERS).map(json.dumps).map(str.encode)
HEADERS = st.fixed_dictionaries(
    {"content-type": st.sampled_from(["application/json", "application/json; charset=utf-8"])},
    optional={"accept": st.text(st.characters(codec="ascii", categories=["L", "P", "N"]))},
)


def check(answer: httpx2.Response) -> None:
    """Well formed: data, or errors that name their code; never a 5xx, never masked."""
    assert answer.status_code < 500, answer.text
    if answer.headers["content-type"].startswith("text/event-stream"):
        return
    body = answer.json()
    assert set(body) <= {"data", "errors", "extensions"}
    assert "data" in body or body["errors"]
    for error in body.get("errors", []):
        assert error["message"]
        assert error["extensions"]["code"] not in ("INTERNAL", "DEADLINE_EXCEEDED"), answer.text


@FEW
@given(body=BODIES, headers=HEADERS)
async def test_any_request_body_gets_a_well_formed_response(
    visitor: GraphQLClient, body: bytes, headers: dict[str, str]
) -> None:
    check(await visitor.raw("POST", "/graphql", content=body, headers=headers))


@FEW
@given(document=selections(GRAPH.query_type, 4))
async def test_any_query_of_an_admin_gets_a_well_formed_response(
    admin: GraphQLClient, document: str
) -> None:
    headers = {"authorization": f"Bearer {admin.token}"}
    check(await admin.raw("POST", "/graphql", json={"query": document}, headers=headers))


@FEW
@given(document=selections(GRAPH.mutation_type, 3))
async def test_any_mutation_of_a_visitor_gets_a_well_formed_response(
    visitor: GraphQLClient, document: str
) -> None:
    check(await visitor.raw("POST", "/graphql", json={"query": f"mutation {document}"}))


@FEW
@given(document=st.text(st.sampled_from('{}()[]!$:=@|&."#\\ \n\tabquery…_0-'), max_size=80))
async def test_any_document_text_gets_a_well_formed_response(
    visitor: GraphQLClient, document: str
) -> None:
    check(await visitor.raw("POST", "/graphql", json={"query": document}))
