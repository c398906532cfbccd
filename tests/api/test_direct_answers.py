"""What a connection answers without the application is what the application would answer."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
from starlette.applications import Starlette

from domain.actors import Role
from domain.metrics.metrics import REQUEST_ERRORS
from domain.platform.cost_quota import Budget
from endpoints.direct_answers import DirectAnswers
from server.http.direct import STATE
from settings import Settings
from tests.factories import user_sessions
from tests.factories.launches import make_flag
from tests.support.asgi_servers import run_launch
from tests.support.clock import PATIENCE
from tests.support.graphql import GraphQLClient

FLAGS = "query Flags($n: Int) { featureFlags(first: $n) { nodes { key enabled version } } }"
VIEW = '{ viewerFlags(deviceId: "d1") { etag flags { key value } } }'
OWN = {"date", "x-request-id"}  # of each response


class Response(NamedTuple):
    """As it came."""

    status: int
    headers: dict[str, str]
    body: dict[str, object]


class Site(NamedTuple):
    """The same application on two ports: one answers directly what it can."""

    app: Starlette
    direct: int
    plain: int

    @property
    def answers(self) -> DirectAnswers:
        """What the connections of the first port ask."""
        direct_answers: DirectAnswers = self.app.state.answers
        return direct_answers


@pytest.fixture
def app_settings(settings: Settings) -> Settings:
    """With plans, whatever the settings of this run are."""
    return settings.model_copy(update={"fast_paths": True})


@pytest.fixture
async def site(app: Starlette, admin: GraphQLClient) -> AsyncIterator[Site]:
    """With a flag, and both operations known."""
    await make_flag(admin, "mvp_chat")
    async with run_launch(app, {STATE: app.state.answers}) as direct, run_launch(app) as plain:
        await admin.data(FLAGS, n=1)
        await GraphQLClient(app).data(VIEW)
        yield Site(app, direct, plain)


def request(document: str, token: str | None = None, *more: str, **variables: object) -> bytes:
    """Its bytes; a header of `more` replaces the usual one of its name."""
    body = json.dumps({"query": document, "variables": variables}).encode()
    usual = ["Host: launch.test", "Content-Type: application/json", "Accept: application/json"]
    names = {line.partition(":")[0].lower() for line in more}
    kept = [line for line in usual if line.partition(":")[0].lower() not in names]
    credential = [f"Authorization: Bearer {token}"] if token else []
    lines = ["POST /graphql HTTP/1.1", *kept, *credential, *more, f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def response(reader: asyncio.StreamReader) -> Response:
    """The next one of a connection."""
    async with asyncio.timeout(PATIENCE):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        fields = dict(line.split(": ", 1) for line in head[1:] if line)
        raw = await reader.readexactly(int(fields.get("content-length", "0")))
    body = json.loads(raw) if raw.startswith(b"{") else {"text": raw.decode()}
    return Response(int(head[0].split()[1]), fields, body)


async def sent(port: int, *parts: bytes, responses: int = 1) -> list[Response]:
    """The responses of one connection that gets these parts, each when the one before was read."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0.02 if len(parts) > 1 else 0)
    received = [await response(reader) for _ in range(responses)]
    writer.close()
    return received


def shown(received: Response) -> object:
    """All that both must have in common."""
    headers = {name: value for name, value in received.headers.items() if name not in OWN}
    extensions = received.body.get("extensions")
    cost = extensions.get("cost") if isinstance(extensions, dict) else None
    body = {name: value for name, value in received.body.items() if name != "extensions"}
    requested = cost.get("requested") if isinstance(cost, dict) else None
    length = headers.pop("content-length", "")
    return received.status, headers, body, requested, bool(length)


@pytest.mark.parametrize(
    "more",
    [
        (),
        ("Accept: application/graphql-response+json",),
        ("Accept: */*",),
        ("User-Agent: a browser", "Origin: https://elsewhere.test"),
    ],
)
async def test_a_direct_response_is_that_of_the_application(
    site: Site, admin: GraphQLClient, more: tuple[str, ...]
) -> None:
    parts = [request(FLAGS, admin.token, *more, n=5), request(VIEW, None, *more)]
    for part in parts:
        (direct,), (plain,) = await sent(site.direct, part), await sent(site.plain, part)
        assert direct.status == 200
        assert "data" in direct.body
        assert shown(direct) == shown(plain)
    assert site.answers.answered == len(parts)


@pytest.mark.parametrize(
    ("more", "status"),
    [
        (("Authorization: Bearer " + "x" * 43,), 401),
        (("Host: launch.test", "Host: other.test"), 400),
        (("X-Api-Key: " + "x" * 43, "X-Api-Key: " + "y" * 43), 400),
        (("X-Api-Key: " + "x" * 43,), 401),
        (("Content-Type: text/plain",), 415),
        (("Accept: text/html",), 406),
        (("Content-Type: application/json; charset=utf-8",), 200),
        (("Expect: 100-continue",), 200),
        (("Connection: close",), 200),
    ],
)
async def test_unusual_requests_are_passed_to_the_application(
    site: Site, more: tuple[str, ...], status: int
) -> None:
    part = request(VIEW, None, *more)
    if "Expect: 100-continue" in more:
        reader, writer = await asyncio.open_connection("127.0.0.1", site.direct)
        writer.write(part)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100")
        received = await response(reader)
        writer.close()
    else:
        (received,) = await sent(site.direct, part)
    assert received.status == status
    assert site.answers.answered == 0


async def test_a_second_credential_is_refused_beside_a_valid_one(
    site: Site, admin: GraphQLClient
) -> None:
    second_token, key = f"Authorization: Bearer {admin.token}", "X-Api-Key: " + "x" * 43
    for more, status in ((second_token, 400), (key, 401)):
        (received,) = await sent(site.direct, request(FLAGS, admin.token, more, n=1))
        assert received.status == status
    assert site.answers.answered == 0


async def test_the_id_of_a_request_is_the_callers(site: Site) -> None:
    (received,) = await sent(site.direct, request(VIEW, None, "X-Request-Id: a-caller-12345"))
    (other,) = await sent(site.direct, request(VIEW, None, "X-Request-Id: not one"))
    assert received.headers["x-request-id"] == "a-caller-12345"
    assert other.headers["x-request-id"] not in {"not one", ""}
    assert site.answers.answered == 2


async def test_a_body_that_follows_its_head_is_answered_by_the_application(site: Site) -> None:
    whole = request(VIEW)
    head, body = whole.split(b"\r\n\r\n")
    (received,) = await sent(site.direct, head + b"\r\n\r\n", body)
    assert "data" in received.body
    assert site.answers.answered == 0


async def test_requests_that_come_together_are_answered_in_their_order(
    site: Site, admin: GraphQLClient
) -> None:
    parts = [request(FLAGS, admin.token, n=1), request(VIEW), request(FLAGS, admin.token, n=2)]
    received = await sent(site.direct, b"".join(parts), responses=3)
    assert [next(iter(item.body["data"])) for item in received] == [  # type: ignore[call-overload]
        "featureFlags",
        "viewerFlags",
        "featureFlags",
    ]


async def test_a_kept_connection_is_answered_again_and_again(
    site: Site, admin: GraphQLClient
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.direct)
    for _ in range(5):
        writer.write(request(FLAGS, admin.token, n=1))
        assert "data" in (await response(reader)).body
    writer.close()
    assert site.answers.answered == 5


async def test_a_plan_that_fails_is_answered_by_the_application(
    site: Site, admin: GraphQLClient
) -> None:
    await site.app.state.runtime.db.reads.close()
    (received,) = await sent(site.direct, request(FLAGS, admin.token, n=1))
    assert "data" in received.body
    assert site.answers.answered == 0


async def test_unauthorized_requests_are_refused_by_the_application(
    site: Site, admin: GraphQLClient
) -> None:
    db = site.app.state.runtime.db
    token = await user_sessions.create_session(db, Role.SUPPLIER)
    for port in (site.direct, site.plain):
        (received,) = await sent(port, request(FLAGS, token, n=1))
        assert received.body["data"] is None
    assert site.answers.answered == 0


async def test_a_visitor_pays_by_the_address_that_a_proxy_states(site: Site) -> None:
    quota = site.app.state.runtime.quota
    await quota.stop()
    quota.budget = Budget(points=1_000, restore_rate=0.001)

    async def left(address: str) -> int:
        (received,) = await sent(site.direct, request(VIEW, None, f"X-Forwarded-For: {address}"))
        remaining: int = received.body["extensions"]["cost"]["remaining"]  # type: ignore[index]
        return remaining

    first, other, repeated = [await left(item) for item in ("192.0.2.1", "192.0.2.2", "192.0.2.1")]
    assert first == other > repeated
    assert site.answers.answered == 3


async def test_a_disconnected_caller_does_not_affect_a_shared_request(
    site: Site, admin: GraphQLClient
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", site.direct)
    writer.write(request(FLAGS, admin.token, n=1))
    writer.close()
    (received,) = await sent(site.direct, request(FLAGS, admin.token, n=1))
    assert "data" in received.body


def count_errors(site: Site) -> float:
    """Return how many responses count as failures of the server."""
    counts = site.app.state.runtime.meter.so_far()
    return float(counts[REQUEST_ERRORS].total) if REQUEST_ERRORS in counts else 0.0


async def test_disconnects_before_the_body_are_not_counted_as_errors(site: Site) -> None:
    """SEC12: 60 of them opened a CRITICAL incident, which blocks a launch."""
    whole, before = request(VIEW), count_errors(site)
    for _ in range(5):
        _, writer = await asyncio.open_connection("127.0.0.1", site.direct)
        writer.write(whole[:-5])
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    (answer,) = await sent(site.direct, whole[:-5], whole[-5:])
    assert "data" in answer.body
    assert count_errors(site) == before
