"""Each probe against the real thing, well and broken (S5, S52, S66)."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from aiosmtpd.controller import Controller
from argon2 import PasswordHasher
from redis.asyncio import Redis

from db.session import Database
from domain.health.health import CheckType, Outcome, ProbeResult
from domain.mail.mail_health import NOT_CONFIGURED
from services.health.probes import build_probes
from services.health.probes.api import ApiProbe
from services.health.probes.auth import AuthProbe
from services.health.probes.base import run_limited
from services.health.probes.database import DatabaseProbe
from services.health.probes.email import EmailProbe
from services.health.probes.realtime import RealtimeProbe
from services.platform.passwords import Passwords
from settings import Settings
from tests.support.clock import Clock
from tests.support.fake_app import FakeApp, serving
from tests.support.servers import dead_port, free_port


@pytest.fixture
async def app() -> AsyncIterator[FakeApp]:
    async with serving(FakeApp()) as app:
        yield app


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    passwords = Passwords(hasher=PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    yield passwords
    passwords.close()


@pytest.fixture
def smtp() -> Iterator[Controller]:
    server = Controller(object(), hostname="127.0.0.1", port=free_port())
    server.start()
    yield server
    server.stop()


def elsewhere(clock: Clock) -> Database:
    """A database that does not exist."""
    url = f"postgresql+asyncpg://launch:hunter2@127.0.0.1:{dead_port()}/launch"
    return Database(url, clock=clock, timeout_seconds=1)


async def test_the_database_probe_writes_one_row(db: Database) -> None:
    """S52: a committed write through the pool, and it leaves one row however often it runs."""
    probe = DatabaseProbe(db)
    results = [await probe.run() for _ in range(3)]
    assert {result.outcome for result in results} == {Outcome.PASSED}
    assert str(results[0].details["serverVersion"]).split(".")[0].isdigit()


async def test_the_database_probe_reports_an_unreachable_database(clock: Clock) -> None:
    """S66: a failure with its time and without its password."""
    db = elsewhere(clock)
    result = await DatabaseProbe(db).run()
    await db.dispose()
    assert result.outcome is Outcome.FAILED
    assert result.response_time_ms >= 0
    assert str(result.error).startswith("the database does not answer (ConnectionRefusedError: ")
    assert "hunter2" not in str(result.error)


async def test_the_auth_probe_hashes_and_looks_up_a_session(
    db: Database, passwords: Passwords
) -> None:
    """S52: hash, verify, look a session up."""
    result = await AuthProbe(db, passwords).run()
    assert (result.outcome, result.error) == (Outcome.PASSED, None)


async def test_the_auth_probe_fails_without_the_sessions_table(
    clock: Clock, passwords: Passwords
) -> None:
    """S52: nobody can log in without the sessions' table."""
    db = elsewhere(clock)
    assert (await AuthProbe(db, passwords).run()).outcome is Outcome.FAILED
    await db.dispose()


async def test_the_api_probe_queries_the_public_url(app: FakeApp) -> None:
    """S52: a query over HTTP to the public URL."""
    result = await ApiProbe(app.url).run()
    assert (result.outcome, result.details) == (Outcome.PASSED, {"httpStatus": 200})


async def test_the_api_probe_fails_on_an_unexpected_response(app: FakeApp) -> None:
    """S66: an answer that is not the expected one is a failure."""
    app.broken = True
    result = await ApiProbe(app.url).run()
    assert result.outcome is Outcome.FAILED
    assert result.error == "ProbeFailed: HTTP 503 without the expected data"


async def test_the_api_probe_reports_an_unreachable_server() -> None:
    """S66: nobody listens."""
    result = await ApiProbe(f"http://127.0.0.1:{dead_port()}").run()
    assert result.outcome is Outcome.FAILED
    assert result.error


async def test_the_email_probe_talks_to_the_mail_server(db: Database, smtp: Controller) -> None:
    """S52: connect, EHLO, NOOP, QUIT with a real server."""
    result = await EmailProbe(f"smtp://127.0.0.1:{smtp.port}", db).run()
    assert (result.outcome, result.error) == (Outcome.PASSED, None)
    assert result.details == {"server": f"127.0.0.1:{smtp.port}"}


async def test_the_email_probe_reports_a_refused_login_without_the_password(
    db: Database, smtp: Controller
) -> None:
    """S66: a server that takes no login fails the check and leaks no password."""
    result = await EmailProbe(f"smtp://mailer:hunter2@127.0.0.1:{smtp.port}", db).run()
    assert result.outcome is Outcome.FAILED
    assert "hunter2" not in str(result.error)


async def test_the_email_probe_reports_an_unreachable_server(db: Database) -> None:
    """S66: nobody listens."""
    result = await EmailProbe(f"smtp://127.0.0.1:{dead_port()}", db).run()
    assert result.outcome is Outcome.FAILED


async def test_the_email_probe_warns_if_not_configured(db: Database) -> None:
    """S5: a warning that says what follows from it."""
    result = await EmailProbe(None, db).run()
    assert (result.outcome, result.error) == (Outcome.DEGRADED, NOT_CONFIGURED)


async def test_the_realtime_probe_uses_redis_and_a_websocket(redis: Redis, app: FakeApp) -> None:
    """S5: through Redis, and over one real websocket."""
    result = await RealtimeProbe(redis, app.url).run()
    assert (result.outcome, result.error) == (Outcome.PASSED, None)
    assert result.details == {"flagsVersion": 7}


async def test_the_realtime_probe_fails_without_the_stream(redis: Redis, app: FakeApp) -> None:
    """S5: Redis alone is not enough."""
    app.broken = True
    result = await RealtimeProbe(redis, app.url).run()
    assert result.error == "ProbeFailed: expected next, got error"


async def test_the_realtime_probe_fails_without_redis(app: FakeApp) -> None:
    """S5: the websocket alone is not enough."""
    client = Redis.from_url(f"redis://:hunter2@127.0.0.1:{dead_port()}/0")
    result = await RealtimeProbe(client, app.url).run()
    await client.aclose()
    assert result.outcome is Outcome.FAILED
    assert "hunter2" not in str(result.error)


async def test_the_realtime_probe_leaves_no_channels_or_connections(
    redis: Redis, app: FakeApp
) -> None:
    """S74: no channel and no connection stays after a run."""
    await RealtimeProbe(redis, app.url).run()
    assert await redis.pubsub_channels("launch:probe:*") == []


async def test_every_check_has_a_probe(
    settings: Settings, db: Database, redis: Redis, passwords: Passwords
) -> None:
    """S5: all five."""
    assert set(build_probes(settings, db, redis, passwords)) == set(CheckType)


class _Hangs:
    """Does not even end when it is cancelled."""

    def __init__(self) -> None:
        self.released = asyncio.Event()

    async def run(self) -> ProbeResult:
        try:
            await asyncio.sleep(60)
        finally:
            await self.released.wait()
        raise AssertionError


async def test_a_hanging_probe_times_out() -> None:
    """S62: five seconds a check, whatever the check does."""
    probe = _Hangs()
    result = await run_limited(probe, 0.05)
    probe.released.set()
    assert (result.outcome, result.error) == (Outcome.TIMED_OUT, "no answer within 0.05 s")


class _Breaks:
    async def run(self) -> ProbeResult:
        raise RuntimeError("token=abc")


async def test_a_probe_that_raises_is_a_failure() -> None:
    """S66: a bug in a probe must not look like health."""
    result = await run_limited(_Breaks(), 1)
    assert (result.outcome, result.error) == (Outcome.FAILED, "RuntimeError: token=***")
