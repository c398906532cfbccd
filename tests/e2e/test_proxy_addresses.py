"""Real client addresses through the shipped nginx, over one hop and two, and TLS in it (F6)."""

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from commands.platform.trusted_proxies import allowed
from settings import load_settings
from tests.support.asgi_servers import run_server
from tests.support.certificates import self_signed
from tests.support.clock import PATIENCE
from tests.support.nginx import nginx
from tests.support.servers import free_port

pytestmark = pytest.mark.needs("nginx -v")
CLIENT, OUTER = "127.0.0.9", "127.0.0.3"
CLAIMS = {"x-forwarded-for": "6.6.6.6, 127.0.0.1", "forwarded": "for=6.6.6.6"}


async def tell(request: Request) -> Response:
    return JSONResponse({"host": request.client.host if request.client else ""})


@pytest.fixture
async def app() -> AsyncIterator[int]:
    """Something that tells callers who they are, with the settings of `launch serve`."""
    settings = load_settings(_env_file=None, trusted_proxies="127.0.0.1")
    config = uvicorn.Config(
        Starlette(routes=[Route("/{path:path}", tell)]),
        port=free_port(),
        lifespan="off",
        log_level="warning",
        loop="none",
        forwarded_allow_ips=allowed(settings),
    )
    async with run_server(config):
        yield config.port


async def seen(port: int, scheme: str = "http", trust: ssl.SSLContext | None = None) -> str:
    """The address that a client at CLIENT has for the app, whatever he claims."""
    transport = httpx2.AsyncHTTPTransport(local_address=CLIENT, verify=trust or True)
    async with httpx2.AsyncClient(transport=transport, timeout=PATIENCE) as client:
        answer = await client.get(f"{scheme}://127.0.0.1:{port}/graphql", headers=CLAIMS)
    host: str = answer.json()["host"]
    return host


async def test_client_addresses_over_one_hop(app: int, tmp_path: Path) -> None:
    with nginx(tmp_path, [app]) as port:
        assert await seen(port) == CLIENT


async def test_client_addresses_over_two_hops_with_a_trusted_outer_proxy(
    app: int, tmp_path: Path
) -> None:
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    inner.mkdir()
    outer.mkdir()
    named = [("#hop ", ""), ("192.0.2.10", OUTER)]
    # As most balancers do it: what the client has claimed goes along, with his address behind it.
    adds = [
        ("X-Forwarded-For $remote_addr;", "X-Forwarded-For $proxy_add_x_forwarded_for;"),
        ("client_max_body_size 1m;", f"client_max_body_size 1m; proxy_bind {OUTER};"),
    ]
    with nginx(inner, [app], named) as middle, nginx(outer, [middle], adds) as port:
        assert await seen(port) == CLIENT
        assert await seen(middle) == CLIENT  # who goes around the balancer claims nothing either
    with nginx(inner, [app]) as middle, nginx(outer, [middle], adds) as port:
        assert await seen(port) == OUTER  # not named: all visitors are one


async def test_nginx_can_terminate_tls(app: int, tmp_path: Path) -> None:
    now, tls = datetime.now(UTC), free_port()
    file = self_signed(tmp_path, now - timedelta(days=1), now + timedelta(days=1))
    edit = [
        ("#tls ", ""),
        ("listen 8443", f"listen 127.0.0.1:{tls}"),
        ("/etc/nginx/tls/fullchain.pem", str(file)),
        ("/etc/nginx/tls/privkey.pem", str(file)),
    ]
    trust = ssl.create_default_context(cafile=file)
    with nginx(tmp_path, [app], edit):
        assert await seen(tls, "https", trust) == CLIENT
