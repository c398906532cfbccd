"""A request of 1 MB is refused, or paid for, before it keeps anybody else waiting (SEC6)."""

import json
from collections.abc import Callable

import httpx2
import pytest

from tests.support.graphql import GraphQLClient
from tests.support.loop_lag import measure_loop_lag
from tests.support.sockets import serving, socket

SAMPLES = """mutation ($s: [MetricSampleInput!]!) {
  recordSamples(samples: $s) { recorded } }"""
LOG_IN = """mutation ($email: EmailAddress!) {
  logIn(email: $email, password: "x") { errors { message } } }"""
SIGN_UP = """mutation ($name: String!) { signUp(input: {
  email: "a@example.com", password: "correct horse", userType: SUPPLIER, name: $name
}) { errors { message } } }"""
EVALUATE = "/ofrep/v1/evaluate/flags"
MAX_SECONDS = 0.1


def operation(document: str, **variables: object) -> bytes:
    return json.dumps({"query": document, "variables": variables}).encode()


def deep(opening: str, closing: str, times: int) -> bytes:
    value = opening * times + "1" + closing * times
    return b'{"query":"{ __typename }","variables":{"v":' + value.encode() + b"}}"


BODIES: dict[str, Callable[[], bytes]] = {
    "small objects": lambda: operation(SAMPLES, s=[{"name": 1}] * 58_000),
    "nested objects": lambda: operation(SAMPLES, s=[{"tags": {"a": {"b": [{}]}}}] * 30_000),
    "empty objects": lambda: operation(SAMPLES, s=[{}] * 240_000),
    "as many as are allowed": lambda: operation(SAMPLES, s=[{"name": "a", "value": "x"}] * 1_000),
    "unused numbers": lambda: operation("{ __typename }", v=list(range(140_000))),
    "deep lists": lambda: deep("[", "]", 1_000),
    "deep objects": lambda: deep('{"a":', "}", 1_000),
    "a huge number": lambda: deep("1" * 999, "", 900),
    "huge numbers": lambda: operation("{ __typename }", v=[10**30] * 30_000),
    "a long address": lambda: operation(LOG_IN, email="@" * 900_000),
    "an address of allowed length": lambda: operation(LOG_IN, email="a." * 49_000 + "@b.de"),
    "a long name": lambda: operation(SIGN_UP, name="e\u0301" * 90_000),
    "a name of allowed length": lambda: operation(SIGN_UP, name="e\u0301" * 49_000),
    "a batch": lambda: b"[" + b",".join([b'{"query":"{ __typename }"}'] * 35_000) + b"]",
    "extensions": lambda: json.dumps(
        {"query": "{ __typename }", "extensions": {str(n): {} for n in range(70_000)}}
    ).encode(),
    "many variables": lambda: operation("{ __typename }", **{f"k{n}": 1 for n in range(70_000)}),
    "unknown fields of an input": lambda: operation(
        "mutation { createFeatureFlag(input: {" + " ".join(f"zz{n}: 1" for n in range(1_600))
        + "}) { errors { code } } }"
    ),
    "unknown fields": lambda: operation(
        "{ systemStatus { " + " ".join(f"unknownz{n}" for n in range(3_000)) + " } }"
    ),
    "fields that overlap": lambda: operation(
        "{ systemStatus { " + "... on SystemStatus { state } " * 700 + "} }"
    ),
    "too many tokens": lambda: operation("{ systemStatus { " + "... { state } " * 1_500 + "} }"),
    "a list in the document": lambda: operation(
        "{ changes(subject: [" + "FLAG " * 4_900 + "]) { totalCount } }"
    ),
    "objects in the document": lambda: operation(
        "mutation { recordSamples(samples: [" + '{name: "a"} ' * 900 + "]) { errors { message } } }"
    ),
}  # fmt: skip


@pytest.mark.parametrize("who", ["visitor", "admin"])
@pytest.mark.parametrize("name", BODIES)
async def test_the_largest_requests_do_not_block_the_event_loop(
    visitor: GraphQLClient, admin: GraphQLClient, name: str, who: str
) -> None:
    client, body = {"visitor": visitor, "admin": admin}[who], BODIES[name]()
    headers = {"content-type": "application/json"}
    if client.token is not None:
        headers["authorization"] = f"Bearer {client.token}"
    await client.execute("{ __typename }")
    async with measure_loop_lag() as lag:
        response = await client.raw("POST", "/graphql", content=body, headers=headers)
    assert response.status_code < 500
    assert b"INTERNAL" not in response.content
    assert lag.seconds < MAX_SECONDS


async def test_every_transport_applies_the_same_limits(visitor: GraphQLClient) -> None:
    body = {"query": "{ __typename }", "variables": {"v": [0] * 1_001}}
    stream = {"accept": "text/event-stream"}
    url = httpx2.URL("/graphql", params={**body, "variables": json.dumps(body["variables"])})
    answers = [
        (await visitor.raw("POST", "/graphql", json=body)).text,
        (await visitor.raw("POST", "/graphql", json=body, headers=stream)).text,
        (await visitor.raw("GET", str(url))).text,
    ]
    async with serving(visitor.app) as address, socket(address) as live:
        asks = await live.subscribe(body["query"], **body["variables"])  # type: ignore[arg-type] # a text
        answers.append(json.dumps(await asks.message()))
    for answer in answers:
        assert (
            "The variables hold a list that is too long; at most 1000 are allowed: see v." in answer
        )
        assert "COST_EXCEEDED" in answer


async def test_evaluations_have_the_limits_of_visitors(visitor: GraphQLClient) -> None:
    context = {"context": {f"k{n}": n for n in range(1_001)}}
    answer = await visitor.raw("POST", EVALUATE, json=context)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "INVALID_CONTEXT")


@pytest.mark.parametrize("fragment", [False, True])
async def test_permission_is_checked_before_the_input(
    visitor: GraphQLClient, admin: GraphQLClient, *, fragment: bool
) -> None:
    """The input is wrong as well: only who may learns it."""
    document = SAMPLES
    if fragment:
        document = """mutation ($s: [MetricSampleInput!]!) { ...F }
          fragment F on Mutation { again: recordSamples(samples: $s) { recorded } }"""
    refused = await visitor.execute(document, s=[{"name": 1}])
    assert refused.codes == ["UNAUTHENTICATED"]
    (error,) = refused.body["errors"]
    assert error["path"] == ["again" if fragment else "recordSamples"]
    assert refused.body["data"] is None
    assert set((await admin.execute(document, s=[{"name": 1}])).codes) == {"BAD_USER_INPUT"}


async def test_an_error_in_a_nullable_field_leaves_its_siblings(visitor: GraphQLClient) -> None:
    answer = await visitor.execute('{ featureFlag(key: "a") { key } viewerFlags { version } }')
    assert answer.codes == ["UNAUTHENTICATED"]
    assert answer.body["data"]["featureFlag"] is None
    assert answer.body["data"]["viewerFlags"]["version"] is not None
