"""Random requests get the same response from a connection and from the executor (ADR 38)."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import NamedTuple

import pytest
from starlette.applications import Starlette

from app import create_app, running
from db.session import Database
from domain.actors import Role, Scope
from domain.platform.cost_quota import Budget
from endpoints.direct_answers import DirectAnswers
from server.http.direct import STATE
from settings import Settings
from tests.factories import user_sessions
from tests.factories.accounts import fast_passwords
from tests.factories.health import PROBES
from tests.factories.http_requests import DOCUMENTS, TWO, RequestGenerator
from tests.factories.launches import make_flag
from tests.factories.tokens import new_token
from tests.support.asgi_servers import run_launch
from tests.support.clock import PATIENCE, Clock
from tests.support.graphql import GraphQLClient

REQUESTS = int(os.environ.get("DIRECT_REQUESTS", "200"))
SEED = int(os.environ.get("DIRECT_SEED", "1"))
CLOSED = b"<closed>"
EXPIRED = "x" * 43
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Pair(NamedTuple):
    """Two processes on one database: only the first answers directly."""

    app: Starlette
    direct: int
    plain: int

    @property
    def answers(self) -> DirectAnswers:
        """What the connections of the first ask."""
        answers: DirectAnswers = self.app.state.answers
        return answers


@pytest.fixture
async def pair(
    settings: Settings, clock: Clock, app: Starlette, admin: GraphQLClient
) -> AsyncIterator[Pair]:
    """Both know the documents, and no quota ends."""
    await make_flag(admin, "mvp_chat")
    fast, full = [
        create_app(
            settings.model_copy(update={"fast_paths": fast_paths}), clock, PROBES, fast_passwords()
        )
        for fast_paths in (True, False)
    ]
    async with running(fast.state.runtime), running(full.state.runtime):
        for item in (fast, full):
            await item.state.runtime.quota.stop()
            item.state.runtime.quota.budget = Budget(points=10**9, restore_rate=10**6)
        async with (
            run_launch(fast, {STATE: fast.state.answers}) as direct,
            run_launch(full) as plain,
        ):
            yield Pair(fast, direct, plain)


async def exchange(port: int, data: bytes) -> bytes:
    """Return the response of a connection to a whole request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    response = b""
    with suppress(ConnectionError):
        async with asyncio.timeout(PATIENCE):
            while not _is_complete(response, data):
                part = await reader.read(65_536)
                response += part or CLOSED
    writer.close()
    return response


def _is_complete(response: bytes, data: bytes) -> bool:
    head, end, body = response.removeprefix(CONTINUE).partition(b"\r\n\r\n")
    if response.endswith(CLOSED) or not end:
        return response.endswith(CLOSED)
    fields = head.lower().split(b"\r\n")
    lengths = [line.split(b":")[1] for line in fields if line.startswith(b"content-length:")]
    if data.startswith(b"HEAD"):
        return True
    return len(body) >= int(lengths[0]) if lengths else body.endswith(b"0\r\n\r\n")


def comparable(answer: bytes) -> tuple[object, ...]:
    """Return what both must have in common."""
    head, _, body = answer.removeprefix(CONTINUE).partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    names_without_value = ("date:", "x-request-id:", "content-length:", "set-cookie:")
    kept = sorted(
        line if not line.lower().startswith(names_without_value) else line.partition(":")[0]
        for line in lines[1:]
    )
    kept += [line for line in lines if line.startswith("x-request-id: caller")]
    try:
        parsed = json.loads(body)
    except ValueError:
        return lines[0], kept, body
    if isinstance(parsed, dict):
        parsed.get("extensions", {}).get("cost", {}).pop("remaining", None)
        for error in parsed.get("errors", ()):
            error.get("extensions", {}).pop("requestId", None)
    return lines[0], kept, json.dumps(parsed)


async def credentials_of(db: Database) -> list[str]:
    """Return headers with credentials of all kinds."""
    roles = (Role.ADMIN, *Role)
    sessions = [await user_sessions.create_session(db, role) for role in roles]
    token = await new_token(db, (Scope.FLAGS_READ,))
    return [
        *(f"Authorization: Bearer {item}" for item in (*sessions, token, EXPIRED)),
        *(f"X-Api-Key: {item}" for item in (token, sessions[0], EXPIRED)),
        *(f"Cookie: launch_session={item}" for item in (sessions[0], EXPIRED)),
        f"authorization:  bearer  {sessions[0]} ",
    ]


async def teach(client: GraphQLClient) -> None:
    """Send all documents, as an account and as a visitor: then they have plans."""
    headers = {"authorization": f"Bearer {client.token}"}
    for document in DOCUMENTS:
        for name in ("A", "B") if document == TWO else (None,):
            body = {"query": document, "operationName": name, "variables": {"key": "mvp_chat"}}
            await client.raw("POST", "/graphql", json=body, headers=headers)
            await client.raw("POST", "/graphql", json=body)


async def test_random_requests_get_the_same_response_from_both(pair: Pair, db: Database) -> None:
    await teach(GraphQLClient(pair.app, await user_sessions.create_session(db, Role.ADMIN)))
    generator = RequestGenerator(SEED, await credentials_of(db))
    differences = []
    for _ in range(REQUESTS):
        request = generator.make()
        direct, plain = await asyncio.gather(
            exchange(pair.direct, request.data), exchange(pair.plain, request.data)
        )
        if comparable(direct) != comparable(plain):
            differences.append(f"{request.choices}\n-- direct {direct!r}\n-- plain {plain!r}\n")
    assert not differences, f"{len(differences)} of {REQUESTS}:\n" + "\n".join(differences[:12])
    assert pair.answers.answered > REQUESTS / 10
