"""OFREP answers every path and method in the protocol (L28)."""

import pytest
from starlette.applications import Starlette

from tests.api.test_ofrep import ALL, CONTEXT, ask
from tests.factories.launches import make_flag
from tests.factories.propagation import runtime_of
from tests.support.graphql import GraphQLClient


@pytest.fixture
async def flags(admin: GraphQLClient) -> None:
    await make_flag(admin, "mvp_chat", enabled=True, rolloutPercentage=100)


@pytest.mark.parametrize(
    "path", ["team%2Fcheckout", "team/checkout", "a/b/c", "%2F", "", "%00", "x" * 2_000, "Nope"]
)
async def test_impossible_flag_keys_are_not_found(
    visitor: GraphQLClient, flags: None, path: str
) -> None:
    """L28: a slash in the key was a 404 in plain text, which SDKs take for a broken server."""
    answer = await visitor.raw("POST", f"{ALL}/{path}", json=CONTEXT)
    assert answer.headers["content-type"] == "application/json"
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "FLAG_NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *[(method, "/evaluate/flags", 405) for method in ("GET", "PUT", "DELETE", "OPTIONS")],
        ("GET", "/evaluate/flags/mvp_chat", 405),
        ("POST", "/events", 405),
        ("POST", "/evaluate", 404),
        ("GET", "/configuration", 404),
        ("GET", "/", 404),
        ("POST", "", 404),
    ],
)
async def test_every_path_and_method_gets_an_ofrep_response(
    visitor: GraphQLClient, method: str, path: str, status: int
) -> None:
    answer = await visitor.raw(method, f"/ofrep/v1{path}")
    assert answer.status_code == status
    assert answer.json()["errorCode"] == "GENERAL"
    assert answer.json()["errorDetails"]
    if status == 405:
        assert answer.headers["allow"] in ("POST", "GET")


async def test_internal_errors_get_an_ofrep_response(
    visitor: GraphQLClient, app: Starlette, flags: None
) -> None:
    runtime_of(app).flags.current = None  # type: ignore[assignment] # what no code does
    answer = await ask(visitor, "mvp_chat")
    assert (answer.status_code, answer.json()["errorCode"]) == (500, "GENERAL")
    assert "NoneType" not in answer.text
