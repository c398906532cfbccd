"""What an operation may cost, and what a caller may spend: by every transport (A42, A43)."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis

from app import create_app, running
from db.session import Database
from settings import Settings
from tests.factories.health import PROBES
from tests.factories.propagation import runtime_of
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient
from tests.support.http import http_client
from tests.support.sockets import serving, socket
from tests.support.waiting import until

RATE = "{ rateLimit { cost limit remaining restoreRate resetAt } }"
COST_FIELDS = {"requested", "limit", "remaining", "restoreRate"}
DEAR = """{ suppliers(first: 100) { nodes {
  clients(first: 100) { nodes { invitations(first: 100) { nodes { id } } } } } } }"""
RESPONSE = "application/graphql-response+json"


@pytest.fixture
async def poor(
    db: Database, redis: Redis, settings: Settings, clock: Clock
) -> AsyncIterator[GraphQLClient]:
    """A visitor of an app that gives ten points, and next to nothing after."""
    budget = {"cost_bucket_size": 10, "cost_restore_per_second": 0.001, "max_sockets_per_caller": 1}
    app = create_app(settings.model_copy(update=budget), clock, PROBES)
    async with running(app.state.runtime):
        yield GraphQLClient(app)


async def test_responses_report_cost_and_remaining_quota(visitor: GraphQLClient) -> None:
    answer = await visitor.execute(RATE)
    cost = answer.body["extensions"]["cost"]
    assert set(cost) == COST_FIELDS
    assert (cost["requested"], cost["remaining"]) == (2, cost["limit"] - 2)
    field = answer.data["rateLimit"]
    assert (field["cost"], field["limit"]) == (2, cost["limit"])
    assert field["limit"] - 2 <= field["remaining"] <= field["limit"]


async def test_operations_above_the_cost_limit_are_not_run(admin: GraphQLClient) -> None:
    for accept, status in (("application/json", 200), (RESPONSE, 400)):
        answer = await admin.execute(DEAR, headers={"accept": accept})
        assert (answer.status, answer.codes) == (status, ["COST_EXCEEDED"])
        extensions = answer.body["errors"][0]["extensions"]
        assert extensions["requested"] > extensions["limit"] == 10_000
        assert "data" not in answer.body


async def test_callers_without_quota_get_the_seconds_until_retry(poor: GraphQLClient) -> None:
    for _ in range(5):
        assert (await poor.execute("{ viewer { id } }")).status == 200
    answer = await poor.execute("{ viewer { id } }")
    assert (answer.status, answer.codes) == (429, ["RATE_LIMITED"])
    assert 1_000 < int(answer.headers["retry-after"]) <= 2_000
    assert answer.body["errors"][0]["extensions"]["cost"]["remaining"] == 0


async def test_operations_refused_for_quota_have_no_effect(
    poor: GraphQLClient, admin: GraphQLClient
) -> None:
    sign_up = """mutation { signUp(input: {
      email: "anna@example.com", password: "a long password", userType: SUPPLIER
    }) { user { id } errors { code } } }"""
    await poor.execute("{ viewer { id } }")
    assert (await poor.execute(sign_up)).codes == ["RATE_LIMITED"]
    data = await admin.data('{ suppliers(search: "anna") { totalCount } }')
    assert data["suppliers"]["totalCount"] == 0


async def test_each_caller_has_its_own_quota(poor: GraphQLClient, admin: GraphQLClient) -> None:
    for _ in range(10):
        await poor.execute("{ __typename }")
    assert (await poor.execute("{ __typename }")).status == 429
    assert (await poor.as_(admin.token).execute("{ __typename }")).status == 200


async def test_on_a_socket_only_the_unaffordable_operation_is_refused(poor: GraphQLClient) -> None:
    async with serving(poor.app) as address, socket(address) as live:
        stream = await live.subscribe("subscription { viewerFlags { version } }")
        await stream.next()
        for document, code in ((DEAR, "COST_EXCEEDED"), ("mutation { logOut }", "RATE_LIMITED")):
            refused = await (await live.subscribe(document)).message()
            assert refused["payload"][0]["extensions"]["code"] == code
        assert await stream.silent(0.05)


OPENINGS = (
    "{ __typename }",
    "subscription { viewerFlags { version } }",
    "subscription { systemHealth { __typename } }",
)


@pytest.mark.parametrize("document", OPENINGS)
async def test_the_first_result_on_a_socket_reports_its_cost(
    admin: GraphQLClient, document: str
) -> None:
    """Twice: the second subscriber is sent what was worked out for the first."""
    async with serving(admin.app) as address, socket(address, admin.token) as live:
        for _ in range(2):
            payload = (await (await live.subscribe(document)).message(30))["payload"]
            assert payload["data"]
            assert set(payload["extensions"]["cost"]) == COST_FIELDS


@pytest.mark.parametrize("document", OPENINGS)
async def test_the_first_server_sent_event_reports_its_cost(
    admin: GraphQLClient, document: str
) -> None:
    headers = {"accept": "text/event-stream", "authorization": f"Bearer {admin.token}"}
    async with serving(admin.app) as address, http_client(f"http://{address}") as http:
        for _ in range(2):
            request = http.stream("POST", "/graphql", json={"query": document}, headers=headers)
            async with request as response:
                lines = response.aiter_lines()
                event = await anext(line async for line in lines if line.startswith("data: {"))
                assert set(json.loads(event[6:])["extensions"]["cost"]) == COST_FIELDS


async def test_sockets_per_caller_are_limited(poor: GraphQLClient) -> None:
    async with serving(poor.app) as address:
        async with socket(address), socket(address) as second:
            await second.connection.wait_closed()
            assert second.connection.close_code == 1013
        async with socket(address) as third:
            assert (await (await third.subscribe("{ __typename }")).next())["__typename"] == "Query"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_streams_per_caller_are_limited(poor: GraphQLClient, method: str) -> None:
    """A49: server-sent events of the graph and of OFREP alike."""
    asks: dict[str, Any] = {"url": "/ofrep/v1/events"}
    if method == "POST":
        body = {"query": "subscription { viewerFlags { version } }"}
        asks = {"url": "/graphql", "json": body, "headers": {"accept": "text/event-stream"}}
    live = runtime_of(poor.app).flag_feed.sets.live
    async with (
        serving(poor.app) as address,
        http_client(f"http://{address}") as http,
    ):
        async with http.stream(method, **asks) as first:
            second = await http.request(method, **asks)
            assert (first.status_code, second.status_code) == (200, 429)
            assert second.headers["retry-after"] == "60"
        await until(lambda: runtime_of(poor.app).flag_feed.sets.live == live)
        async with http.stream(method, **asks) as third:
            assert third.status_code == 200


@pytest.mark.parametrize(
    ("document", "code"),
    [(DEAR, "COST_EXCEEDED"), ("{" + "viewer { id } " * 10 + "}", "RATE_LIMITED")],
)
async def test_server_sent_events_consume_quota(
    poor: GraphQLClient, document: str, code: str
) -> None:
    headers = {"accept": "text/event-stream"}
    answer = await poor.raw("POST", "/graphql", json={"query": document}, headers=headers)
    event = answer.text.split("data: ")[1].split("\n")[0]
    assert json.loads(event)["errors"][0]["extensions"]["code"] == code
