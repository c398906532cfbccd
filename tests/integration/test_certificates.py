"""The certificate that visitors of the public URL get, from a real TLS server (S122)."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from app import create_app, running
from db.session import Database
from domain.actors import Role
from services.platform import certificates
from services.platform.certificates import CertificateWatch, read_certificate
from settings import Settings
from tests.factories import user_sessions
from tests.factories.health import PROBES
from tests.factories.launches import make_phase
from tests.support.certificates import self_signed, server_context
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient
from tests.support.promises import is_within

READINESS = "{ launchPhases { readiness { checks { key ok blocking detail } } } }"

TODAY = datetime.now(UTC).replace(microsecond=0)


class Visits:
    """How many came to a server."""

    count = 0


@asynccontextmanager
async def server(context: ssl.SSLContext | None, visits: Visits) -> AsyncIterator[int]:
    """Its port; without a context it accepts and says nothing."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.count += 1
        with suppress(ConnectionError):  # whoever has seen enough hangs up
            await reader.read()
        writer.close()

    made = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=context)
    try:
        yield made.sockets[0].getsockname()[1]
    finally:
        made.close()


async def test_the_expiry_of_a_trusted_certificate_is_read(tmp_path: Path) -> None:
    end = TODAY + timedelta(days=30)
    file = self_signed(tmp_path, TODAY - timedelta(days=1), end)
    trust = ssl.create_default_context(cafile=str(file))
    async with server(server_context(file), Visits()) as port:
        certificate = await read_certificate("127.0.0.1", port, trust)
    assert (certificate.expires_at, certificate.problem) == (end, None)


@pytest.mark.parametrize(
    ("days", "problem"), [(-1, "certificate has expired"), (30, "self-signed certificate")]
)
async def test_the_expiry_of_an_untrusted_certificate_is_read(
    tmp_path: Path, days: int, problem: str
) -> None:
    end = TODAY + timedelta(days=days)
    file = self_signed(tmp_path, TODAY - timedelta(days=90), end)
    trust = ssl.create_default_context(cafile=str(file)) if days < 0 else None
    async with server(server_context(file), Visits()) as port:
        certificate = await read_certificate("127.0.0.1", port, trust)
    assert (certificate.expires_at, certificate.problem) == (end, problem)


async def test_a_silent_server_times_out_after_three_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert certificates.LOOK_SECONDS == 3
    monkeypatch.setattr(certificates, "LOOK_SECONDS", 0.2)
    begin = time.monotonic()
    async with server(None, Visits()) as port:
        certificate = await read_certificate("127.0.0.1", port)
    assert (certificate.expires_at, certificate.problem) == (None, "no answer within 0.2 s")
    assert is_within(2, time.monotonic() - begin)


async def test_certificate_checks_are_cached_and_shared(tmp_path: Path, clock: Clock) -> None:
    file = self_signed(tmp_path, TODAY - timedelta(days=1), TODAY + timedelta(days=30))
    visits = Visits()
    async with server(server_context(file), visits) as port:
        watch = CertificateWatch(f"https://127.0.0.1:{port}", clock)
        first, *others = await asyncio.gather(*(watch.look() for _ in range(5)))
        assert others == [first] * 4
        once = visits.count
        clock.advance(599)
        assert (await watch.look(), visits.count) == (first, once)
        clock.advance(2)
        await watch.look()
        assert visits.count == 2 * once


async def test_plain_http_has_no_certificate(clock: Clock) -> None:
    assert await CertificateWatch("http://127.0.0.1:8000", clock).look() is None


async def test_readiness_shows_the_certificate(
    db: Database, redis: Redis, settings: Settings, clock: Clock, tmp_path: Path
) -> None:
    """S122: expired blocks a launch, and costs no mutation its transaction."""
    file = self_signed(tmp_path, TODAY - timedelta(days=90), TODAY - timedelta(days=1))
    async with server(server_context(file), Visits()) as port:
        url = f"https://127.0.0.1:{port}"
        here = Settings(**(settings.model_dump() | {"public_url": url}))
        app = create_app(here, clock, PROBES)
        async with running(app.state.runtime):
            client = GraphQLClient(app, await user_sessions.create_session(db, Role.ADMIN))
            await make_phase(client)
            (phase,) = (await client.data(READINESS))["launchPhases"]
    certificate = {check["key"]: check for check in phase["readiness"]["checks"]}["certificate"]
    assert (certificate["ok"], certificate["blocking"]) == (False, True)
    assert certificate["detail"].startswith("expired")
