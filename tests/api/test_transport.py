"""GraphQL over HTTP: media types, methods, malformed requests that never give a 5xx."""

import json
import re

import pytest

from app import create_app
from settings import Settings
from tests.support.graphql import GraphQLClient
from tests.support.sockets import serving, socket

TYPENAME = {"query": "{ __typename }"}
RESPONSE = "application/graphql-response+json"


async def post(client: GraphQLClient, body: str | bytes, **headers: str) -> tuple[int, object]:
    sent = {"content-type": "application/json", **headers}
    response = await client.raw("POST", "/graphql", content=body, headers=sent)
    return response.status_code, response.json()


@pytest.mark.parametrize(
    "body",
    [
        "null", "1", '"text"', "[]", "[1]", "{}", "{", "", "nonsense",
        '{"query": 1}', '{"query": null}', '{"query": ""}', '{"query": "{ a }", "variables": 1}',
        '{"query": "{ a }", "operationName": 1}', '{"query": "{ a }", "extensions": []}',
        "[" * 100_000, '{"query": ' * 5_000, '{"a": 1e999}', b"\xff\xfe",
        '[{"query": "{ __typename }"}]',
    ],
)  # fmt: skip
async def test_a_malformed_body_is_a_400(visitor: GraphQLClient, body: str | bytes) -> None:
    status, answer = await post(visitor, body)
    assert status == 400
    assert isinstance(answer, dict)
    assert answer["errors"][0]["message"]


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        ("{ nowhere }", {}),
        ("{", {}),
        ("fragment F on Query { __typename }", {}),
        ("{ incidents(first: " + "9" * 5_000 + ") { totalCount } }", {}),
        ("query ($n: Boolean!) { systemStatus @include(if: $n) { status } }", {"n": 10**40}),
        ("query ($n: Boolean!) { systemStatus @include(if: $n) { status } }", {"n": {"a": 1}}),
        ("{ " + "node(id: 1) { ... on Node " * 400 + "{ id }" + "}" * 401, {}),
        ("{" + " a: __typename" * 6_000 + "}", {}),
        ("query A { __typename } query B { __typename }", {}),
        ('{ featureFlag(key: "\\u0000") { key } }', {}),
    ],
)
async def test_a_bad_document_gives_errors_never_a_failure(
    visitor: GraphQLClient, document: str, variables: dict[str, object]
) -> None:
    status, answer = await post(
        visitor, json.dumps({"query": document, "variables": variables}), accept=RESPONSE
    )
    assert status == 400
    assert isinstance(answer, dict)
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"BAD_USER_INPUT"}
    assert "data" not in answer


@pytest.mark.parametrize(
    ("accept", "type_", "status"),
    [
        ("", "application/json", 200),
        ("*/*", "application/json", 200),
        ("application/json", "application/json", 200),
        (RESPONSE, RESPONSE, 200),
        (f"{RESPONSE}; charset=utf-8, application/json; charset=utf-8", RESPONSE, 200),
        (f"application/json, {RESPONSE};q=0.5", "application/json", 200),
        ("application/json, text/event-stream", "application/json", 200),
        ("image/png", "application/json", 406),
        ("application/json;q=0", "application/json", 406),
        (f"application/json;q=0.9, {RESPONSE}", RESPONSE, 200),
        (f"{RESPONSE};q=0.1, application/*;q=0.5", "application/json", 200),
        ("*/*, application/json;q=0", RESPONSE, 200),
        ("*/*;q=0", "application/json", 406),
        ("application/json;q=nonsense", "application/json", 406),
        ("multipart/mixed", "application/json", 406),
        ("text/event-stream;q=0.5, application/json", "application/json", 200),
    ],
)
async def test_the_response_has_the_accepted_media_type(
    visitor: GraphQLClient, accept: str, type_: str, status: int
) -> None:
    response = await visitor.raw("POST", "/graphql", json=TYPENAME, headers={"accept": accept})
    assert response.status_code == status
    assert response.headers["content-type"] == f"{type_}; charset=utf-8"


async def test_a_request_error_is_200_for_plain_json_and_400_for_the_graphql_type(
    visitor: GraphQLClient,
) -> None:
    for accept, status in (("application/json", 200), (RESPONSE, 400)):
        response = await visitor.raw(
            "POST", "/graphql", json={"query": "{ nowhere }"}, headers={"accept": accept}
        )
        assert (response.status_code, "data" in response.json()) == (status, False)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD"])
async def test_other_methods_are_refused_with_allow(visitor: GraphQLClient, method: str) -> None:
    response = await visitor.raw(method, "/graphql")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


@pytest.mark.parametrize("type_", ["text/plain", "application/x-www-form-urlencoded", "x", ""])
async def test_other_content_types_are_refused(visitor: GraphQLClient, type_: str) -> None:
    status, _ = await post(visitor, json.dumps(TYPENAME), **{"content-type": type_})
    assert status == 415


async def test_queries_are_allowed_by_get_and_mutations_are_not(visitor: GraphQLClient) -> None:
    query = await visitor.raw("GET", "/graphql", params=TYPENAME)
    assert query.json()["data"] == {"__typename": "Query"}
    mutation = await visitor.raw("GET", "/graphql", params={"query": "mutation { logOut }"})
    assert (mutation.status_code, mutation.headers["allow"]) == (405, "POST")


async def test_a_subscription_without_streaming_is_refused(visitor: GraphQLClient) -> None:
    sent = {"query": "subscription { viewerFlags { version } }"}
    answer = await visitor.raw("POST", "/graphql", json=sent)
    assert (answer.status_code, "text/event-stream" in answer.text) == (406, True)


async def test_an_unknown_operation_name_is_a_request_error(visitor: GraphQLClient) -> None:
    sent = {"query": "query A { __typename }", "operationName": "B"}
    for accept, status in (("application/json", 200), (RESPONSE, 400)):
        answer = await visitor.raw("POST", "/graphql", json=sent, headers={"accept": accept})
        assert (answer.status_code, "data" in answer.json()) == (status, False)


async def test_a_response_lists_at_most_eight_errors(visitor: GraphQLClient) -> None:
    answer = await visitor.execute("{ " + " ".join(f"nowhere{n}" for n in range(20)) + " }")
    assert answer.codes == ["BAD_USER_INPUT"] * 8
    assert answer.body["errors"][-1]["extensions"]["omittedErrors"] == 1  # validation stops there


async def test_bodies_declared_too_long_are_not_read(visitor: GraphQLClient) -> None:
    status, _ = await post(visitor, json.dumps(TYPENAME), **{"content-length": "1000000000000"})
    assert status == 413


async def test_bodies_that_are_too_long_are_refused(visitor: GraphQLClient) -> None:
    status, _ = await post(visitor, json.dumps({"query": "#" * 2_000_000}))
    assert status == 413


SIGN_UP = "mutation ($input: SignUpInput!) { signUp(input: $input) { errors { code } } }"


@pytest.mark.parametrize(
    "document",
    [
        "{ featureFlagz }", "{ systemStatus { statuz } }", '{ node(idd: "1") { id } }',
        "query ($a: SignUpInputt) { __typename }", "{ __typename @skipp(if: true) }",
        '{ node(id: "1") { ... on Userr { id } } }',
        "mutation { signUp(input: { emaill: 1, userType: COUPLEE }) { errors { code } } }",
    ],
)  # fmt: skip
async def test_errors_suggest_no_names(visitor: GraphQLClient, document: str) -> None:
    messages = [error["message"] for error in (await visitor.execute(document)).body["errors"]]
    assert messages
    assert [message for message in messages if "Did you mean" in message] == []


@pytest.mark.parametrize(
    "sent",
    [
        "a secret", ["a secret"], {"password": "a secret"}, {"password": ["a secret"]},
        {"password": {"text": "a secret"}}, {"emaill": "a secret"},
        {"email": "a@example.com", "password": "a secret", "userType": "COUPLE", "role": "ADMIN"},
    ],
)  # fmt: skip
async def test_errors_do_not_echo_input(visitor: GraphQLClient, sent: object) -> None:
    for answer in (
        await visitor.execute(SIGN_UP, input=sent),
        await visitor.execute(SIGN_UP.replace("input: $input", f"input: {literal(sent)}")),
    ):
        assert answer.body["errors"]
        assert "a secret" not in json.dumps(answer.body)


def literal(value: object) -> str:
    """A JSON value as it is written in a document."""
    return re.sub(r'"(\w+)":', r"\1:", json.dumps(value))


async def test_the_schema_is_served_as_text(visitor: GraphQLClient) -> None:
    response = await visitor.raw("GET", "/schema.graphql")
    assert "type Query {" in response.text


async def test_health_and_readiness_respond(visitor: GraphQLClient) -> None:
    assert (await visitor.raw("GET", "/healthz")).text == "ok"
    ready = await visitor.raw("GET", "/readyz")
    assert (ready.status_code, ready.json()["database"]) == (200, True)


async def test_browsers_get_the_explorer(settings: Settings) -> None:
    """It comes from this server: a launch may run in a network without any other."""
    app = create_app(settings.model_copy(update={"graphiql": True}))
    answer = await GraphQLClient(app).raw("GET", "/graphql", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (302, "/explorer")


async def test_the_explorer_can_be_disabled(visitor: GraphQLClient) -> None:
    answer = await visitor.raw("GET", "/graphql", headers={"accept": "text/html"})
    assert answer.status_code == 400  # as any GET without a query


@pytest.mark.parametrize("name", ["x" * 200_000, "<script>alert(1)</script>", "a\x00\x1b[31m\n"])
async def test_unknown_operation_names_are_not_echoed(visitor: GraphQLClient, name: str) -> None:
    body = {"query": "query A { __typename }", "operationName": name}
    answer = await visitor.raw("POST", "/graphql", json=body)
    (error,) = answer.json()["errors"]
    assert error["message"] == "The document holds no operation of this name."
    async with serving(visitor.app) as address, socket(address) as live:
        refused = await (await live.operate(body)).message()
    assert [problem["message"] for problem in refused["payload"]] == [error["message"]]
