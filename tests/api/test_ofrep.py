"""OFREP, by hand and through OpenFeature's own client (A3)."""

import asyncio
from dataclasses import replace
from functools import partial

import httpx2
import pytest
from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode
from openfeature.flag_evaluation import FlagEvaluationDetails, Reason
from starlette.applications import Starlette

import endpoints.ofrep
from domain.actors import Role, Scope
from domain.flags.kills import EVERY_FLAG
from domain.ids import parse_global_id
from domain.platform.rate_limits import AccessLimits, Limit
from server.http.request_limits import limit_body
from services.accounts import api_tokens
from tests.factories.accounts import actor_of, add_user
from tests.factories.kills import kill_record
from tests.factories.launches import make_flag
from tests.factories.propagation import runtime_of, toggle_flag, wait_for_result
from tests.support.clock import PATIENCE
from tests.support.graphql import GraphQLClient
from tests.support.sockets import serving

ALL = "/ofrep/v1/evaluate/flags"
CONTEXT = {"context": {"targetingKey": "user_1"}}
REVOKE = "mutation ($id: ID!) { revokeApiToken(id: $id) { errors { code } } }"
TOKENS = "{ apiTokens { id } }"


@pytest.fixture
async def flags(admin: GraphQLClient) -> None:
    await make_flag(admin, "mvp_chat", enabled=True, rolloutPercentage=100)
    await make_flag(admin, "mvp_secret", enabled=True, clientVisible=False)
    await make_flag(admin, "mvp_half", enabled=True, rolloutPercentage=50)


@pytest.fixture
async def tool(app: Starlette, flags: None) -> str:
    return await token_with(app, Scope.FLAGS_READ)


async def token_with(app: Starlette, scope: Scope) -> str:
    db = runtime_of(app).db
    maker = actor_of(await add_user(db, Role.ADMIN))
    async with db.write() as uow:
        return (await api_tokens.create_token(uow, maker, "a tool", [scope])).secret


async def ask(
    client: GraphQLClient,
    key: str | None = None,
    token: str | None = None,
    body: object = CONTEXT,
    **headers: str,
) -> httpx2.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if token is not None:
        sent["authorization"] = f"Bearer {token}"
    url = ALL if key is None else f"{ALL}/{key}"
    return await client.raw("POST", url, json=body, headers=sent)


async def test_tokens_can_evaluate_one_flag(visitor: GraphQLClient, tool: str) -> None:
    body = (await ask(visitor, "mvp_secret", tool)).json()
    assert (body["key"], body["value"], body["variant"]) == ("mvp_secret", True, "on")
    assert body["reason"] == "STATIC"
    assert (await ask(visitor, "mvp_secret", x_api_key=tool)).json() == body


async def test_a_token_that_is_not_valid_is_rejected_beside_a_valid_one(
    visitor: GraphQLClient, tool: str
) -> None:
    """Finding SEC2."""
    answer = await ask(visitor, "mvp_secret", tool, x_api_key="x" * 43)
    assert answer.status_code == 401


async def test_tokens_evaluate_all_flags_for_their_users(visitor: GraphQLClient, tool: str) -> None:
    values = set()
    for number in range(20):
        body = {"context": {"targetingKey": f"user_{number}"}}
        flags = {
            item["key"]: item for item in (await ask(visitor, None, tool, body)).json()["flags"]
        }
        assert list(flags) == ["mvp_chat", "mvp_half", "mvp_secret"]
        values.add(flags["mvp_half"]["value"])
    assert values == {True, False}


async def test_visitors_get_client_visible_flags(visitor: GraphQLClient, flags: None) -> None:
    body = {"context": {"targetingKey": "device-1", "userType": "SUPPLIER"}}
    visible = (await ask(visitor, body=body)).json()["flags"]
    assert [item["key"] for item in visible] == ["mvp_chat", "mvp_half"]
    hidden, unknown = await ask(visitor, "mvp_secret"), await ask(visitor, "no_such_flag")
    assert (hidden.status_code, unknown.status_code) == (404, 404)
    assert hidden.json()["errorCode"] == unknown.json()["errorCode"] == "FLAG_NOT_FOUND"


async def test_visitors_cannot_claim_target_groups(
    visitor: GraphQLClient, admin: GraphQLClient
) -> None:
    """What trusted callers may state of their users, nobody may state of themselves."""
    await make_flag(admin, "mvp_venue", enabled=True, targetGroups=["supplier"])
    body = {"context": {"targetingKey": "x", "userType": "SUPPLIER", "groups": ["supplier"]}}
    assert (await ask(visitor, "mvp_venue", body=body)).json()["value"] is False
    token = await token_with(visitor.app, Scope.FLAGS_READ)
    assert (await ask(visitor, "mvp_venue", token, body)).json()["value"] is True


async def test_unchanged_responses_are_304(
    visitor: GraphQLClient, app: Starlette, admin: GraphQLClient, tool: str
) -> None:
    first = await ask(visitor, None, tool)
    repeated = await ask(visitor, None, tool, if_none_match=first.headers["etag"])
    assert (repeated.status_code, repeated.content) == (304, b"")
    assert repeated.headers["etag"] == first.headers["etag"]
    await toggle_flag(admin, app, "mvp_chat", on=False)
    changed = await ask(visitor, None, tool, if_none_match=first.headers["etag"])
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


async def test_invalid_credentials_are_refused(visitor: GraphQLClient, flags: None) -> None:
    stranger = await ask(visitor, "mvp_chat", "wsl_" + "x" * 43)
    assert (stranger.status_code, stranger.headers["www-authenticate"]) == (401, "Bearer")
    other = await ask(visitor, "mvp_chat", await token_with(visitor.app, Scope.METRICS_READ))
    assert (other.status_code, other.json()["errorCode"]) == (403, "GENERAL")


async def test_a_revoked_token_is_refused_at_once(
    visitor: GraphQLClient, admin: GraphQLClient, tool: str
) -> None:
    assert (await ask(visitor, "mvp_chat", tool)).status_code == 200
    (token,) = (await admin.data(TOKENS))["apiTokens"]
    assert parse_global_id(token["id"]) is not None
    await admin.data(REVOKE, id=token["id"])

    async def status() -> int:
        return (await ask(visitor, "mvp_chat", tool)).status_code

    assert await wait_for_result(status, lambda code: code == 401, 5) == 401


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "PARSE_ERROR"),
        (b"[]", "PARSE_ERROR"),
        (b"\xff", "PARSE_ERROR"),
        (b"[" * 50_000, "PARSE_ERROR"),
        (b'{"context": 1}', "INVALID_CONTEXT"),
        (b'{"context": {"targetingKey": {}}}', "INVALID_CONTEXT"),
    ],
)
@pytest.mark.parametrize("url", [ALL, f"{ALL}/mvp_chat"])
async def test_a_malformed_request_is_a_400(
    visitor: GraphQLClient, url: str, content: bytes, code: str
) -> None:
    headers = {"content-type": "application/json"}
    answer = await visitor.raw("POST", url, content=content, headers=headers)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, code)
    assert answer.json()["errorDetails"]


async def test_other_bodies_and_methods_are_refused(visitor: GraphQLClient) -> None:
    large = b'{"context": {"a": "' + b"x" * 100_000 + b'"}}'
    headers = {"content-type": "application/json"}
    assert (await visitor.raw("POST", ALL, content=large, headers=headers)).status_code == 413
    assert (await visitor.raw("POST", ALL, content=b"a=1")).status_code in (400, 415)
    assert (await visitor.raw("GET", ALL)).status_code == 405


async def test_partial_rollouts_need_a_targeting_key(visitor: GraphQLClient, tool: str) -> None:
    answer = await ask(visitor, "mvp_half", tool, {})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "TARGETING_KEY_MISSING")


async def test_rate_limited_requests_get_retry_after(
    visitor: GraphQLClient, app: Starlette, tool: str
) -> None:
    runtime_of(app).rate_limits.rules = replace(AccessLimits(), evaluation=Limit(2, 60))
    codes = [(await ask(visitor, "mvp_chat", tool)).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    refused = await ask(visitor, None, tool)
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert (await ask(visitor, "mvp_chat")).status_code == 200  # somebody else


async def test_kill_switches_apply_to_ofrep(
    visitor: GraphQLClient, app: Starlette, tool: str
) -> None:
    runtime_of(app).flags.kills.merge([kill_record(EVERY_FLAG)])
    body = (await ask(visitor, "mvp_chat", tool)).json()
    assert (body["value"], body["reason"]) == (False, "DISABLED")


def evaluated(address: str, token: str, key: str) -> FlagEvaluationDetails[bool]:
    """What an application gets from OpenFeature, which blocks."""
    headers = {"authorization": f"Bearer {token}"}
    provider = OFREPProvider(f"http://{address}", headers_factory=lambda: headers)
    provider.session.trust_env = False
    api.set_provider(provider, "launch")
    try:
        context = EvaluationContext("user_1", {"vendorType": "VENUE"})
        return api.get_client("launch").get_boolean_details(key, False, context)
    finally:
        provider.session.close()
        api.clear_providers()


async def test_the_openfeature_client_reads_flags(app: Starlette, tool: str) -> None:
    async with serving(app) as address:
        details = await asyncio.to_thread(evaluated, address, tool, "mvp_chat")
        lost = await asyncio.to_thread(evaluated, address, tool, "no_such_flag")
        refused = await asyncio.to_thread(evaluated, address, "wsl_" + "x" * 43, "mvp_chat")
    assert (details.value, details.reason, details.variant) == (True, Reason.STATIC, "on")
    assert details.flag_metadata["flagVersion"] == 1
    assert (lost.value, lost.error_code) == (False, ErrorCode.FLAG_NOT_FOUND)
    assert (refused.value, refused.error_code) == (False, ErrorCode.GENERAL)


async def test_slow_request_bodies_get_408(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    """A3: found by sending slowly; it waited for as long as the caller liked."""
    monkeypatch.setattr(endpoints.ofrep, "limit_body", partial(limit_body, seconds=0.1))
    head = f"POST {ALL} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    async with serving(app) as address:
        reader, writer = await asyncio.open_connection(*address.split(":"))
        writer.write(f'{head}Content-Length: 500\r\n\r\n{{"cont'.encode())
        answer = await asyncio.wait_for(reader.read(), PATIENCE)
        writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")


async def test_stream_urls_do_not_use_an_untrusted_host(visitor: GraphQLClient) -> None:
    """A3: without PUBLIC_URL a foreign Host header gets no stream, and SDKs poll."""
    for host, expected in (("evil.example", []), ("localhost:8000", ["http://localhost:8000"])):
        answer = await visitor.raw("POST", ALL, json=CONTEXT, headers={"host": host})
        streams = [
            item["url"].removesuffix("/ofrep/v1/events") for item in answer.json()["eventStreams"]
        ]
        assert streams == expected


async def test_a_change_announced_by_another_process_is_served(
    app: Starlette, visitor: GraphQLClient, tool: str
) -> None:
    """A proxy may send the question to a process that has not heard of it yet."""
    runtime = runtime_of(app)
    older = runtime.flags.current
    runtime.flags.current = replace(older, version=older.version - 1, flags={})
    url = f"{ALL}?flagConfigEtag=%22{older.version}%22"
    answer = await visitor.raw("POST", url, json=CONTEXT)
    assert [item["key"] for item in answer.json()["flags"]] == ["mvp_chat", "mvp_half"]
