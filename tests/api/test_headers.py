"""Headers that every answer has, and foreign origins (docs/security.md)."""

import httpx2
import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.testclient import TestClient
from starlette.types import Message

from app import create_app, running
from db.session import Database
from endpoints.callers import ENOUGH
from server.http.security_headers import ALWAYS
from settings import Settings
from tests.factories.health import PROBES
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/graphql"), ("GET", "/graphql?query={__typename}"), ("PUT", "/graphql"),
        ("GET", "/schema.graphql"), ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics"),
        ("GET", "/"), ("GET", "/assets/nothing.js"), ("GET", "/nowhere"), ("POST", "/healthz"),
    ],
)  # fmt: skip
async def test_every_response_has_the_security_headers(
    visitor: GraphQLClient, method: str, path: str
) -> None:
    answer = await visitor.raw(method, path)
    assert set(ALWAYS) <= set(answer.headers)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in answer.headers
    assert "strict-transport-security" not in answer.headers


async def test_a_crash_reveals_nothing(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("SELECT password FROM users")

    monkeypatch.setattr(app.state.runtime.health, "latest", broken)
    answer = TestClient(app, raise_server_exceptions=False).get("/badge/overall.svg")
    assert (answer.status_code, set(ALWAYS) <= set(answer.headers)) == (500, True)
    assert answer.json()["errors"][0]["extensions"] == {"code": "INTERNAL"}
    assert "SELECT" not in answer.text


async def test_readiness_never_crashes(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    """F3: a load balancer that gets a 500 knows less than one that gets a 503 with a cause."""

    def broken() -> None:
        raise RuntimeError("SELECT password FROM users")

    monkeypatch.setattr(app.state.runtime.db, "read", broken)
    answer = TestClient(app).get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["causes"]["database"] == "readiness check failed: see the log"


async def test_foreign_origins_cannot_read_responses(visitor: GraphQLClient) -> None:
    headers = {"origin": "https://evil.example"}
    answer = await visitor.raw("POST", "/graphql", json={"query": "{ a }"}, headers=headers)
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "hosts",
    [
        [], [b"launch.test", b"launch.test"], [b"a", b"b"],
        [b"a, b"], [b"a,b"], [b"a b"], [b"a/b"], [b"user@a"], [b"a:80:80"], [b"a:port"],
        [b"[::1"], [b"\xe9"],
    ],
)  # fmt: skip
async def test_requests_without_one_valid_host_are_refused(
    app: Starlette, hosts: list[bytes]
) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http", "method": "GET", "path": "/healthz", "query_string": b"", "client": None,
        "headers": [(b"host", host) for host in hosts], "http_version": "1.1", "scheme": "http",
    }  # fmt: skip
    await app(scope, receive, send)
    assert [message.get("status") for message in sent] == [400, None]
    headers = Headers(raw=sent[0]["headers"])
    assert set(ALWAYS) <= set(headers)


@pytest.mark.parametrize(
    "host", ["", "a", "launch_app.test:", "a.test:8000", "127.0.0.1:1", "[::1]:80"]
)
async def test_hosts_with_and_without_port_are_accepted(visitor: GraphQLClient, host: str) -> None:
    assert (await visitor.raw("GET", "/healthz", headers={"host": host})).status_code == 200


async def test_readiness_warns_if_all_callers_share_a_private_address(
    settings: Settings, clock: Clock, redis: Redis, db: Database
) -> None:
    """F6: rate limits took all visitors for one, and nothing said so."""
    public = settings.model_copy(update={"public_url": "https://launch.example.com"})
    app = create_app(public, clock, PROBES)
    async with running(app.state.runtime):
        transport = httpx2.ASGITransport(app, client=("172.30.0.5", 4711))
        async with httpx2.AsyncClient(transport=transport, base_url="http://site") as client:
            assert (await client.get("/readyz")).json()["warnings"] == []
            for _ in range(ENOUGH):
                await client.get("/graphql")
            (warning,) = (await client.get("/readyz")).json()["warnings"]
    assert "172.30.0.5" in warning
    assert "TRUSTED_PROXIES" in warning
